"""The auditor: does what ought to hold hold? It only reads; `answer_finding` mends and tells.

The rules are the invariants of reliability.md. Every question is answered from an index, so that
to look costs the same at a million rows; what is sure for ever is counted once, up to a mark.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial

from app.flows import mend
from app.flows.canary import lost_canary
from app.flows.finding import Finding
from app.flows.hand_over import was_met
from app.flows.offer import offers_missing
from app.flows.work import Work
from app.rules import rota
from storage import effects, handovers, incidents, tallies, watch
from storage.effects import Lane, Outcome
from storage.watch import Window

LATE = timedelta(seconds=15)
"""What is due is taken within milliseconds; so much later its worker is stuck."""
UNREAD = timedelta(minutes=2)
"""A body whose flow failed is read again every second, and then quarantined; one that was left in
the middle is read again after a minute."""
SETTLED = timedelta(seconds=60)
"""On PostgreSQL several transactions write at once; none of them takes so long."""
RACE = timedelta(seconds=10)
"""On PostgreSQL a ring may seem so much later than an answer that it could not see yet."""
AT_ONCE = 5_000
"""Rows that one audit counts; the rest is the next one's."""
BOUNDARIES = 10

INBOX, RINGS, PAGES, HANDOVERS = "mark:inbox", "mark:rings", "mark:pages", "mark:handovers"
"""How far each was counted: ids, and for handovers the boundary in seconds since 1970."""
KNOWN = frozenset({Outcome.DONE, Outcome.CANCELLED, Outcome.PARKED})


@dataclass(frozen=True, kw_only=True)
class Move:
    """A mark that may move on, and what was counted on the way."""

    mark: str
    was: int
    to: int
    counts: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Audit:
    """`behind`: there was more to count than one audit may."""

    findings: tuple[Finding, ...]
    moves: tuple[Move, ...]
    behind: bool

    @property
    def content(self) -> bool:
        """Everything that was looked at holds."""
        return not self.findings


def audit_state(work: Work, *, at_once: int = AT_ONCE) -> Audit:
    """Look at everything once, within some milliseconds; nothing is changed."""
    marks = tallies.read(work.tx)
    looks = [look(work, marks, at_once) for look in (_bodies, _rings, _pages, _handovers)]
    findings = [*_alerts(work), *_paging(work), *_lanes(work), *_canary(work)]
    for found, _, _ in looks:
        findings += found
    return Audit(
        findings=tuple(findings),
        moves=tuple(move for _, moved, _ in looks for move in moved),
        behind=any(behind for _, _, behind in looks),
    )


def settle_audit(work: Work, audit: Audit) -> None:
    """Let the marks move on and the sums grow; of several who try, one does."""
    for move in audit.moves:
        if tallies.move(work.tx, move.mark, was=move.was, to=move.to):
            tallies.add(work.tx, {name: by for name, by in move.counts.items() if by})


def recount(work: Work) -> tuple[Finding, ...]:
    """Hold the sums against the alerts themselves, all of them: it takes the longer the more
    there are. Nothing is told while an older version of Baton took in what nobody counted.

    More may be stored than was told: a body that was left in the middle is read once more.
    """
    told = count_alerts(work)
    if told["uncounted"]:
        return ()
    attached, cleared = watch.count_alerts(work.tx)
    pairs = (("attached", told["attached"], attached), ("cleared", told["cleared"], cleared))
    return tuple(
        Finding(
            rule="I2",
            key=f"recount:{name}",
            sentence=f"{in_bodies} alerts were told as {name}, and {kept} are stored so.",
        )
        for name, in_bodies, kept in pairs
        if in_bodies > kept
    )


def count_alerts(work: Work) -> dict[str, int]:
    """Everything that was taken in until now, in this transaction's eyes."""
    marks = tallies.read(work.tx)
    names = ("told", "attached", "cleared", "quarantined", "uncounted")
    rest = watch.count_inbox(work.tx, Window(since=marks.get(INBOX, 0), to=ENDLESS))
    return {name: marks.get(name, 0) + rest[name] for name in names}


def count_pages(work: Work) -> dict[str, int]:
    """Every ring until now by how it ended or that it has not; `asked` is all of them."""
    marks = tallies.read(work.tx)
    found = watch.count_rings(work.tx, Window(since=marks.get(RINGS, 0), to=ENDLESS))
    ended = {
        name: marks.get(name, 0) + found.get(outcome, 0) for name, outcome in RING_ENDS.items()
    }
    due = sum(number for outcome, number in found.items() if outcome not in KNOWN)
    return {"asked": sum(ended.values()) + due, **ended, "due": due}


ENDLESS = 2**62
RING_ENDS = {"sent": Outcome.DONE, "cancelled": Outcome.CANCELLED, "parked": Outcome.PARKED}
_Look = tuple[list[Finding], list[Move], bool]


# ── what stands now ───────────────────────────────────────────────────────────────────────────
def _alerts(work: Work) -> Iterator[Finding]:
    for body in watch.waiting_since(work.tx, work.now - UNREAD):
        yield Finding(
            rule="I1",
            key=f"waiting:{body.id}",
            sentence=f"A body from {body.source} (inbox row {body.id}) has been waiting to be read "
            f"since {body.since:%H:%M:%S} UTC.",
        )
    for number, alarm in watch.adrift(work.tx):
        yield Finding(
            rule="I1",
            key=f"adrift:{number}",
            sentence=f"Alert {number} of {alarm} fires and belongs to no incident.",
        )


def _paging(work: Work) -> Iterator[Finding]:
    for number in watch.unpaged(work.tx):
        yield Finding(
            rule="I3",
            key=f"unpaged:{number}",
            sentence=f"INC-{number} was unanswered and nobody was being paged for it.",
            incident=number,
            mend=partial(mend.page_anew, incident=number),
        )
    for each in watch.ringing(work.tx):
        yield from _ringing(work, each)
    for number in watch.unwatched(work.tx):
        yield Finding(
            rule="I3",
            key=f"unwatched:{number}",
            sentence=f"The acknowledgement of INC-{number} would never have expired.",
            incident=number,
            mend=partial(mend.let_expire, incident=number),
        )
    for number, boundary in offers_missing(work, before=work.now - UNREAD):
        yield Finding(
            rule="I7",
            key=f"offer:{number}:{boundary.isoformat()}",
            sentence=f"INC-{number} passed the boundary of {boundary:%d %B %H:%M} UTC and was not "
            "offered to whoever has the pager since.",
            incident=number,
            mend=partial(mend.offer_it, incident=number),
        )
    for number in watch.cards_elsewhere(work.tx):
        yield Finding(
            rule="I5",
            key=f"card:{number}",
            sentence=f"The card of INC-{number} stands in another channel than its own.",
            incident=number,
        )


def _ringing(work: Work, each: watch.RingingNow) -> Iterator[Finding]:
    if not mend.may_ring(each.kind, each.state):
        yield Finding(
            rule="I4",
            key=f"rings:{each.id}",
            sentence=f"INC-{each.incident} is {each.state}, and something still rang for it.",
            incident=each.incident,
            mend=partial(mend.stop_ringing, incident=each.incident, escalation=each.id),
        )
    elif mend.is_too_far(each, work.now):
        yield Finding(
            rule="I3",
            key=f"step:{each.id}",
            sentence=f"INC-{each.incident} rang, and no next step was to come in time.",
            incident=each.incident,
            mend=partial(mend.ask_step, incident=each.incident, escalation=each.id),
        )


def _lanes(work: Work) -> Iterator[Finding]:
    """Only the lanes that never wait for Slack; of the others a dead Slack makes late ones."""
    late = work.now - LATE
    for lane in (Lane.PAGE, Lane.WAIT):
        stuck = watch.overdue(work.tx, [lane], late)
        if stuck:
            yield _stuck("overdue", lane, stuck, "due, and nobody takes them")
    for lane in Lane:
        stuck = watch.lapsed(work.tx, [lane], late)
        if stuck:
            yield _stuck("lapsed", lane, stuck, "claimed by somebody who is gone")


def _canary(work: Work) -> Iterator[Finding]:
    lost = lost_canary(work)
    if lost is not None:
        where = "its step was taken" if lost.stepped_at else "its step was not taken"
        yield Finding(
            rule="I16",
            key="canary",
            sentence=f"The canary of {lost.sent_at:%H:%M:%S} UTC has not come round ({where}): a "
            "page might not get through either.",
        )


def _stuck(kind: str, lane: Lane, stuck: list[watch.Stuck], how: str) -> Finding:
    first = stuck[0]
    more = "more than " if len(stuck) >= watch.MOST else ""
    return Finding(
        rule="I16",
        key=f"{kind}:{lane}",
        sentence=f"The {lane} lane stands still: {more}{len(stuck)} of its effects are {how}; the "
        f"first is {first.key}, since {first.since:%H:%M:%S} UTC.",
        incident=first.incident,
    )


# ── what is sure for ever ─────────────────────────────────────────────────────────────────────
def _bodies(work: Work, marks: Mapping[str, int], at_once: int) -> _Look:
    since = marks.get(INBOX, 0)
    window = watch.next_inbox(work.tx, since, before=_settled(work), limit=at_once)
    findings = [
        Finding(
            rule="I1",
            key=f"untold:{source}",
            sentence=f"Bodies from {source} are in quarantine and nobody was told.",
            mend=partial(mend.tell_unreadable, source=source),
        )
        for source in watch.sources_quarantined(work.tx, window)
        if incidents.find_newest(work.tx, f"unreadable:{source}") is None
    ]
    counts = watch.count_inbox(work.tx, window)
    if counts["told"] != counts["attached"] + counts["cleared"]:
        sentence = (
            f"{counts['told']} alerts were told in inbox rows {since + 1} to {window.to}, and "
            f"{counts['attached']} attached and {counts['cleared']} cleared."
        )
        findings.append(Finding(rule="I2", key=f"sum:{window.to}", sentence=sentence))
    return findings, _moved(INBOX, window, counts), window.to - since >= at_once


def _rings(work: Work, marks: Mapping[str, int], at_once: int) -> _Look:
    since = marks.get(RINGS, 0)
    window = watch.next_rings(work.tx, since, before=_settled(work), limit=at_once)
    findings = list(_bad_rings(work, window))
    found = watch.count_rings(work.tx, window)
    counts = {name: found.get(outcome, 0) for name, outcome in RING_ENDS.items()}
    strange = sorted(set(found) - KNOWN)
    if strange:
        sentence = f"Rings ended in a way that nobody knows: {', '.join(strange)}."
        findings.append(Finding(rule="I2", key=f"ends:{window.to}", sentence=sentence))
    return findings, _moved(RINGS, window, counts), sum(found.values()) >= at_once


def _bad_rings(work: Work, window: Window) -> Iterator[Finding]:
    apart = RACE.total_seconds() if work.tx.dialect.name == "postgresql" else 0.0
    for ring in watch.rung_after_answer(work.tx, window, seconds_apart=apart):
        yield Finding(
            rule="I4",
            key=f"late:{ring.key}",
            sentence=f"A phone was rung for INC-{ring.incident} after its answer.",
            incident=ring.incident,
        )
    for ring in watch.parked_untold(work.tx, window):
        yield Finding(
            rule="I2",
            key=f"parked:{ring.key}",
            sentence=f"A page of INC-{ring.incident} could not be sent, and that was not told.",
            incident=ring.incident,
        )


def _pages(work: Work, marks: Mapping[str, int], at_once: int) -> _Look:
    since = marks.get(PAGES, 0)
    window = watch.next_pages(work.tx, since, before=_settled(work), limit=at_once)
    findings = [
        Finding(
            rule="I2",
            key=f"unrung:{number}",
            sentence=f"Page {number} of INC-{incident} was made, and nothing was to ring for it.",
            incident=incident,
        )
        for number, incident in watch.unrung_pages(work.tx, window)
    ]
    return findings, _moved(PAGES, window, {}), window.to - since >= at_once


def _handovers(work: Work, marks: Mapping[str, int], at_once: int) -> _Look:
    """Every boundary since the first audit has its one row, and its post is asked for."""
    was = marks.get(HANDOVERS, 0)
    if not was:
        return [], [Move(mark=HANDOVERS, was=0, to=int(work.now.timestamp()))], False
    findings: list[Finding] = []
    seen = was
    for boundary in _boundaries(work, datetime.fromtimestamp(was, UTC)):
        found = _missing(work, boundary)
        if found is not None:
            findings.append(found)
            break  # the mark waits before it, so that it is looked at until it is made
        seen = int(boundary.timestamp())
    moves = [Move(mark=HANDOVERS, was=was, to=seen)] if seen != was else []
    return findings, moves, False


def _boundaries(work: Work, since: datetime) -> Iterator[datetime]:
    versions, _ = work.schedule.rotas.get(work.org.out_of_hours_rota, ((), ()))
    for _ in range(BOUNDARIES):
        since = rota.on_duty(versions, (), since).end
        if since == rota.FOREVER or since > work.now - UNREAD:
            return
        yield since


def _missing(work: Work, boundary: datetime) -> Finding | None:
    name = work.org.out_of_hours_rota
    made = handovers.find(work.tx, name, boundary)
    if made is None:
        turn = rota.on_duty(work.schedule.rotas[name][0], (), boundary)
        if turn.start != boundary or was_met(work, boundary, until=turn.end):
            return None  # the rota, or its zone's rules, changed since: it has no boundary there
        return Finding(
            rule="I8",
            key=f"handover:{boundary.isoformat()}",
            sentence=f"The handover of {boundary:%d %B %H:%M} UTC was not made.",
            mend=partial(mend.make_handover, boundary=boundary),
        )
    if effects.was_asked(work.tx, f"handover:{made.id}"):
        return None
    return Finding(
        rule="I8",
        key=f"handover_post:{made.id}",
        sentence=f"The handover of {boundary:%d %B %H:%M} UTC was made and not posted.",
        mend=partial(mend.ask_handover, handover=made.id),
    )


# ── how ───────────────────────────────────────────────────────────────────────────────────────
def _settled(work: Work) -> datetime | None:
    """Before when every row of a smaller id is there: on SQLite ids are committed in order."""
    return work.now - SETTLED if work.tx.dialect.name == "postgresql" else None


def _moved(mark: str, window: Window, counts: Mapping[str, int]) -> list[Move]:
    if window.to == window.since:
        return []
    return [Move(mark=mark, was=window.since, to=window.to, counts=counts)]
