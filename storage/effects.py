"""Effects: what is due to be said or done, claimed under a lease, recorded behind a fence.

Outcomes: due → claimed → done, or → unknown (an answer was lost: reconcile, then repeat), or
→ due again (a passing failure), or → parked (a person must look), or → left (an older Baton met
what it does not understand; a newer one takes it up). Cancelled in the same
transaction as what made it unwanted.
"""

import functools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    Text,
    and_,
    bindparam,
    case,
    delete,
    func,
    literal_column,
    or_,
    select,
    union_all,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from storage.prepared import Prepared
from storage.tables import effects, incidents, pages
from storage.upsert import put_if_new


class Lane(StrEnum):
    """Lanes have their own workers, so that none waits for another."""

    PAGE = "page"  # phones
    DIRECT = "direct"  # pages by Slack, which may be slow or away while phones are not
    WAIT = "wait"
    CHAT = "chat"
    ROOM = "room"  # what furnishes channels: Slack rations it to a call in three seconds


class Outcome(StrEnum):
    DUE = "due"
    CLAIMED = "claimed"
    UNKNOWN = "unknown"
    DONE = "done"
    CANCELLED = "cancelled"
    PARKED = "parked"
    LEFT = "left"


WAITING = (Outcome.DUE, Outcome.UNKNOWN)
MANY_DEATHS = 5
"""A random kill may hit the same effect so often; what dies oftener may be what kills."""
LONGEST_REST = timedelta(seconds=15)


@dataclass(frozen=True, kw_only=True)
class Effect:
    """A claimed effect. `repeat`: an earlier try may have been heard, though nobody recorded it."""

    id: int
    kind: str
    lane: Lane
    key: str
    incident: int | None
    escalation: int | None
    page: int | None
    due: datetime
    facts: Mapping[str, Any]
    fence: int
    attempts: int
    deaths: int
    repeat: bool
    asked_at: datetime
    lease_until: datetime


@dataclass(frozen=True, kw_only=True)
class Ahead:
    """A due effect, looked at and not taken."""

    id: int
    kind: str
    incident: int | None
    facts: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Left:
    """An effect that some Baton did not understand."""

    id: int
    kind: str
    facts: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class OfPage:
    """What became of an effect of a page."""

    id: int
    kind: str
    key: str
    lane: Lane
    due: datetime
    attempts: int
    deaths: int
    outcome: Outcome
    lease_until: datetime | None
    facts: Mapping[str, Any]

    def is_lapsed(self, now: datetime) -> bool:
        """Whoever claimed it died, or is as good as dead."""
        claimed = self.outcome is Outcome.CLAIMED
        return claimed and self.lease_until is not None and self.lease_until <= now

    def was_let_go(self, now: datetime) -> bool:
        """A process died while it had it, and nobody took it since."""
        return self.deaths > 0 or self.is_lapsed(now)

    def is_free(self, now: datetime) -> bool:
        """Whoever looks next may claim it, now or when it is due."""
        return self.outcome in WAITING or self.is_lapsed(now)


# ── the statements of the hot paths ───────────────────────────────────────────────────────────
# Built once: to build one costs several times what to run it does.
_READY = or_(
    and_(effects.c.outcome.in_(WAITING), effects.c.due <= bindparam("now")),
    and_(effects.c.outcome == Outcome.CLAIMED, effects.c.lease_until <= bindparam("now")),
)
_IN_TURN = (
    select(effects.c.id, effects.c.outcome, effects.c.incident, effects.c.deaths)
    .where(effects.c.lane == bindparam("given_lane"), _READY)
    .order_by(effects.c.due, effects.c.id)
    .limit(bindparam("most"))
)
_LOOKED_AT = (effects.c.id, effects.c.kind, effects.c.incident, effects.c.facts)
_AHEAD = Prepared(_IN_TURN.with_only_columns(*_LOOKED_AT), _LOOKED_AT)
_FREE = _IN_TURN.with_for_update(skip_locked=True)
_FREE_ONE = _FREE.where(effects.c.id == bindparam("given_id"))
_FREE_BUT = _FREE.where(effects.c.id.not_in(bindparam("here", expanding=True)))
_DIED = effects.c.outcome == Outcome.CLAIMED
"""Of what may be claimed: its last holder told nobody how it went."""
_TAKE = (
    update(effects)
    .where(effects.c.id.in_(bindparam("ids", expanding=True)))
    .values(
        outcome=Outcome.CLAIMED,
        lease_until=bindparam("until"),
        fence=effects.c.fence + 1,
        attempts=effects.c.attempts + case((_DIED, 0), else_=1),
        deaths=effects.c.deaths + case((_DIED, 1), else_=0),
        claimed_revision=effects.c.revision,
        first_claimed_at=func.coalesce(effects.c.first_claimed_at, bindparam("now")),
    )
    .returning(*effects.c)
)
_ANSWER = Prepared(
    update(effects)
    .where(
        effects.c.id.in_(
            _IN_TURN.with_only_columns(effects.c.id)
            .where(effects.c.id == bindparam("given_id"))
            .with_for_update(skip_locked=True)
        )
    )
    .values(
        outcome=Outcome.DONE.value,
        lease_until=None,
        fence=effects.c.fence + 1,
        attempts=effects.c.attempts + 1,
        first_claimed_at=func.coalesce(effects.c.first_claimed_at, bindparam("now")),
        ended_at=bindparam("now"),
    )
    .returning(*effects.c),
    effects.c,
)
_HELD = update(effects).where(
    effects.c.id == bindparam("given_id"),
    effects.c.fence == bindparam("given_fence"),
    effects.c.outcome == Outcome.CLAIMED,
)
_ENDED: dict[Any, Any] = {
    "problem": bindparam("given_problem"),
    "lease_until": None,
    "ended_at": bindparam("now"),
}
_END = Prepared(_HELD.values(outcome=bindparam("given_outcome"), **_ENDED))
_DONE = Prepared(
    _HELD.values(
        outcome=case(
            (effects.c.revision != effects.c.claimed_revision, Outcome.DUE.value),
            else_=bindparam("given_outcome"),
        ),
        **_ENDED,
    )
)
_LET_GO: dict[Any, Any] = {
    "outcome": Outcome.UNKNOWN,
    "lease_until": None,
    "attempts": effects.c.attempts - 1,
    "deaths": effects.c.deaths + 1,
}
_REST = (
    update(effects)
    .where(effects.c.id == bindparam("given_id"))
    .values(**_LET_GO, due=bindparam("given_due"), fence=effects.c.fence + 1)
)
_LATER = _HELD.values(
    outcome=bindparam("given_outcome"),
    deaths=0,
    due=bindparam("given_due"),
    problem=bindparam("given_problem"),
    lease_until=None,
)
_POSTPONE = Prepared(_LATER)
_POSTPONE_FRESH = Prepared(_LATER.values(attempts=0))
_POSTPONE_UNTRIED = Prepared(_LATER.values(attempts=effects.c.attempts - 1))
_HASTEN = Prepared(
    update(effects)
    .where(
        effects.c.key == bindparam("given_key"),
        effects.c.outcome.in_(WAITING),
        effects.c.due > bindparam("now"),
    )
    .values(due=bindparam("now"))
)
_PUT_OFF = (
    update(effects)
    .where(
        effects.c.key == bindparam("given_key"),
        effects.c.outcome.in_(WAITING),
        effects.c.due < bindparam("given_due"),
    )
    .values(due=bindparam("given_due"))
)
_BY_KEY = Prepared(
    select(effects.c.facts).where(effects.c.key == bindparam("given_key")), [effects.c.facts]
)
_LANES = effects.c.lane.in_(bindparam("lanes", expanding=True))
_NEXT = union_all(
    select(effects.c.lane, func.min(effects.c.due).label("due"))
    .where(_LANES, effects.c.outcome.in_(WAITING))
    .group_by(effects.c.lane),
    select(effects.c.lane, func.min(effects.c.lease_until))
    .where(_LANES, effects.c.outcome == Outcome.CLAIMED)
    .group_by(effects.c.lane),
)


def _counted(*outcomes: Outcome) -> Select[Any]:
    """The words stand in the statement, or no index that holds only these would fit."""
    words = [literal_column(f"'{each}'", Text) for each in outcomes]
    these = effects.c.outcome.in_(words) if len(words) > 1 else effects.c.outcome == words[0]
    number = func.count().label("number")
    columns = (effects.c.lane, effects.c.outcome)
    return select(*columns, number).where(these).group_by(*columns)


_STANDING = union_all(
    _counted(*WAITING),
    _counted(Outcome.CLAIMED),
    _counted(Outcome.PARKED),
    _counted(Outcome.LEFT),
)


def _free(*matching: ColumnElement[bool]) -> Select[tuple[int]]:
    """The ids of what matches and of no effect that another transaction is changing just now."""
    return select(effects.c.id).where(*matching).with_for_update(skip_locked=True)


_RENEW = Prepared(
    _HELD.where(effects.c.id.in_(_free(effects.c.id == bindparam("given_id")))).values(
        lease_until=bindparam("until")
    )
)


def ask(
    tx: Connection,
    *,
    kind: str,
    lane: Lane,
    key: str,
    due: datetime,
    now: datetime,
    facts: Mapping[str, Any] | None = None,
    incident: int | None = None,
    escalation: int | None = None,
    page: int | None = None,
) -> bool:
    """Ask for an effect once, ever: False when `key` was asked before, whatever became of it."""
    values = {
        "kind": kind,
        "lane": lane,
        "key": key,
        "due": due,
        "facts": dict(facts or {}),
        "incident": incident,
        "escalation": escalation,
        "page": page,
        "outcome": Outcome.DUE,
        "asked_at": now,
    }
    return put_if_new(tx, effects, values) is not None


def ask_and_claim(
    tx: Connection,
    *,
    kind: str,
    lane: Lane,
    key: str,
    now: datetime,
    lease: timedelta,
    facts: Mapping[str, Any],
    incident: int,
    escalation: int,
    page: int,
) -> Effect | None:
    """Ask for an effect that is due now and claim it; None when `key` was asked before."""
    values = {
        "kind": kind,
        "lane": lane,
        "key": key,
        "due": now,
        "facts": dict(facts),
        "incident": incident,
        "escalation": escalation,
        "page": page,
        "outcome": Outcome.CLAIMED,
        "asked_at": now,
        "claimed_revision": 1,
        "lease_until": now + lease,
        "fence": 1,
        "attempts": 1,
        "deaths": 0,
        "first_claimed_at": now,
    }
    made = put_if_new(tx, effects, values)
    return _value({**values, "id": made}, repeat=False) if made is not None else None


def ask_again(
    tx: Connection,
    *,
    kind: str,
    lane: Lane,
    key: str,
    due: datetime,
    now: datetime,
    facts: Mapping[str, Any] | None = None,
    incident: int | None = None,
    escalation: int | None = None,
) -> None:
    """Ask for an effect whose last telling wins: a card, a topic, the clock of an update.

    One that waits or is done becomes due anew; one that is being spoken just now is spoken
    once more after it, because its speaker may have read the facts of a moment ago.
    """
    values = {
        "kind": kind,
        "lane": lane,
        "key": key,
        "due": due,
        "facts": dict(facts or {}),
        "incident": incident,
        "escalation": escalation,
        "outcome": Outcome.DUE,
        "asked_at": now,
    }
    _ASK_AGAIN.run(tx, values)


def ask_again_all(
    tx: Connection,
    *,
    kind: str,
    lane: Lane,
    incidents: Sequence[int],
    due: datetime,
    now: datetime,
    facts: Mapping[str, Any],
) -> None:
    """`ask_again` for the one thing of a kind that stands for each of several incidents; what
    waits already keeps its time, so that a stream of such wishes puts nothing off."""
    about = {"kind": kind, "lane": lane, "due": due, "facts": dict(facts), "escalation": None}
    about |= {"outcome": Outcome.DUE, "asked_at": now}
    each = [{**about, "key": f"{kind}:{one}", "incident": one} for one in incidents]
    tx.execute(_asking_again(tx.dialect.name, keep_due=True), each)


@functools.cache
def _asking_again(dialect: str, *, keep_due: bool = False) -> Any:
    new = (postgresql.insert if dialect == "postgresql" else sqlite.insert)(effects)
    # Spelt out: an IN (…) cannot be run for several rows at once.
    busy = or_(effects.c.outcome == Outcome.CLAIMED, effects.c.outcome == Outcome.UNKNOWN)
    waits = effects.c.outcome == Outcome.DUE
    return new.on_conflict_do_update(
        index_elements=["key"],
        set_={
            "outcome": case((busy, effects.c.outcome), else_=Outcome.DUE.value),
            "due": case((waits, effects.c.due), else_=new.excluded.due)
            if keep_due
            else new.excluded.due,
            "facts": new.excluded.facts,
            "revision": effects.c.revision + 1,
            "attempts": 0,
            "deaths": 0,
            "problem": None,
            "ended_at": None,
            "asked_at": new.excluded.asked_at,
        },
    )


_ASK_AGAIN = Prepared(_asking_again)


def claim(
    tx: Connection,
    lane: Lane,
    *,
    now: datetime,
    lease: timedelta,
    limit: int,
    only: int | None = None,
    spoken_here: Sequence[int] = (),
) -> list[Effect]:
    """Take due effects of a lane, oldest due first, and those whose holder's lease ran out.

    `only` takes none but that one. `spoken_here` are those that the caller is speaking itself:
    a jump of the clock makes their leases look lost, and they are not taken from it again.
    What killed whoever said it, MANY_DEATHS times in a row, rests before it is taken again.
    """
    asked = {"given_lane": lane, "now": now, "most": limit}
    if only is not None:
        wanted = tx.execute(_FREE_ONE, {**asked, "given_id": only})
    elif spoken_here:
        wanted = tx.execute(_FREE_BUT, {**asked, "here": list(spoken_here)})
    else:
        wanted = tx.execute(_FREE, asked)
    before = {row.id: row.outcome for row in _without_deadly(tx, wanted.all(), now=now)}
    if not before:
        return []
    taken = tx.execute(_TAKE, {"ids": list(before), "until": now + lease, "now": now})
    found = [_value(row._mapping, repeat=before[row.id] != Outcome.DUE) for row in taken]
    return sorted(found, key=lambda effect: (effect.due, effect.id))


def _without_deadly(tx: Connection, wanted: Sequence[Any], *, now: datetime) -> list[Any]:
    kept = []
    for row in wanted:
        if row.outcome == Outcome.CLAIMED and row.deaths >= MANY_DEATHS:
            tx.execute(_REST, {"given_id": row.id, "given_due": now + rest(row.deaths + 1)})
        else:
            kept.append(row)
    return kept


def rest(deaths: int) -> timedelta:
    """How long what killed so many processes in a row is left alone: 1 s, 2 s, 4 s …"""
    return min(timedelta(seconds=2 ** min(deaths - MANY_DEATHS - 1, 12)), LONGEST_REST)


def list_due(tx: Connection, lane: Lane, *, now: datetime, limit: int) -> list[Ahead]:
    """What could be claimed now, oldest due first; nothing is taken or locked."""
    rows = _AHEAD.all(tx, {"given_lane": lane, "now": now, "most": limit})
    return [Ahead(**row) for row in rows]


def answer(tx: Connection, lane: Lane, effect_id: int, *, now: datetime) -> Effect | None:
    """Take a due effect and end it in one breath, for whoever answers it in this transaction;
    None when it is not to be had. What asks for it again after this makes it due anew."""
    asked = {"given_lane": lane, "given_id": effect_id, "now": now, "most": 1}
    row = _ANSWER.first(tx, asked)
    return _value(row, repeat=False) if row is not None else None


def answer_later(tx: Connection, effect: Effect, *, due: datetime, problem: str) -> None:
    """Undo the end that `answer` wrote in this transaction: the effect waits again, and this try
    of it counts."""
    again = (
        update(effects)
        .where(effects.c.id == effect.id, effects.c.fence == effect.fence)
        .values(outcome=Outcome.DUE, due=due, ended_at=None, problem=problem)
    )
    assert tx.execute(again).rowcount == 1, f"{effect.key} is not this transaction's own"


def list_of_page(tx: Connection, page: int) -> list[OfPage]:
    """Every effect of a page, whatever became of it."""
    return _of_page(tx, effects.c.page == page)


def list_rings(tx: Connection, escalation: int, step: int) -> list[OfPage]:
    """The rings of everybody whom a step rings."""
    of_step = select(pages.c.id).where(pages.c.escalation == escalation, pages.c.step == step)
    return _of_page(tx, effects.c.page.in_(of_step), effects.c.kind == "ring")


def _of_page(tx: Connection, *matching: ColumnElement[bool]) -> list[OfPage]:
    rows = tx.execute(
        select(
            effects.c.id,
            effects.c.kind,
            effects.c.key,
            effects.c.lane,
            effects.c.due,
            effects.c.attempts,
            effects.c.deaths,
            effects.c.outcome,
            effects.c.lease_until,
            effects.c.facts,
        )
        .where(*matching)
        .order_by(effects.c.id)
    )
    return [
        OfPage(
            id=row.id,
            kind=row.kind,
            key=row.key,
            lane=Lane(row.lane),
            due=row.due,
            attempts=row.attempts,
            deaths=row.deaths,
            outcome=Outcome(row.outcome),
            lease_until=row.lease_until,
            facts=row.facts,
        )
        for row in rows
    ]


def release_all(tx: Connection, *, now: datetime) -> int:
    """Free what a process that is certainly gone had claimed: on a SQLite file that this process
    alone holds. What it was saying may have been heard, and what killed many rests. Returns how
    many there were."""
    claimed = effects.c.outcome == Outcome.CLAIMED
    deadly = select(effects.c.id, effects.c.deaths).where(claimed, effects.c.deaths >= MANY_DEATHS)
    for row in tx.execute(deadly).all():
        due = now + rest(row.deaths + 1)
        tx.execute(update(effects).where(effects.c.id == row.id).values(due=due))
    return tx.execute(update(effects).where(claimed).values(**_LET_GO)).rowcount


def doubt_all(tx: Connection) -> int:
    """After a restore: what was still to be said may have been said since the copy was made, so
    each is looked for, or repeated. Waits are answered in their own transaction, and stay."""
    doubted = tx.execute(
        update(effects)
        .where(effects.c.lane != Lane.WAIT, effects.c.outcome.in_([Outcome.DUE, Outcome.CLAIMED]))
        .values(outcome=Outcome.UNKNOWN, lease_until=None)
    )
    return doubted.rowcount


def leave(tx: Connection, effect: Effect, *, problem: str) -> bool:
    """Leave a claimed effect to a newer Baton; nobody claims it until that one takes it up."""
    left = _HELD.values(
        outcome=Outcome.LEFT,
        problem=problem,
        lease_until=None,
        attempts=effects.c.attempts - 1,
    )
    return tx.execute(left, _claim_of(effect)).rowcount == 1


def list_left(tx: Connection, *, limit: int) -> list[Left]:
    """What was left, oldest first."""
    rows = tx.execute(
        select(effects.c.id, effects.c.kind, effects.c.facts)
        .where(effects.c.outcome == Outcome.LEFT.value)
        .order_by(effects.c.id)
        .limit(limit)
    )
    return [Left(id=row.id, kind=row.kind, facts=row.facts) for row in rows]


def take_up(tx: Connection, ids: Sequence[int]) -> int:
    """Make due what was left. An earlier try may have been heard: whoever left it cannot tell."""
    taken = tx.execute(
        update(effects)
        .where(effects.c.id.in_(_free(effects.c.id.in_(ids), effects.c.outcome == Outcome.LEFT)))
        .values(outcome=Outcome.UNKNOWN, problem=None)
    )
    return taken.rowcount


def renew(tx: Connection, held: Sequence[Effect], *, until: datetime) -> set[int]:
    """Lengthen the leases of effects that are still being spoken; lost ones stay lost. Returns
    the ids of those that were lengthened.

    One that another transaction is changing just now is left for the next time: a renewal waits
    for nobody, so that nobody can be waiting for it in a circle.
    """
    return {
        effect.id for effect in held if _RENEW.run(tx, {**_claim_of(effect), "until": until}) == 1
    }


def finish(
    tx: Connection, effect: Effect, outcome: Outcome, *, now: datetime, problem: str | None = None
) -> bool:
    """Record an end. False: the lease was lost meanwhile, and nothing was written (the fence).

    A `done` effect that was asked again while it was spoken becomes due once more.
    """
    change = _DONE if outcome is Outcome.DONE else _END
    facts = {"given_outcome": outcome, "given_problem": problem, "now": now}
    return change.run(tx, {**_claim_of(effect), **facts}) == 1


def postpone(
    tx: Connection,
    effect: Effect,
    *,
    due: datetime,
    problem: str | None,
    unknown: bool = False,
    fresh: bool = False,
    untried: bool = False,
) -> bool:
    """Try again at `due`; `unknown` when the last try may have been heard. False: the lease was
    lost meanwhile, and nothing was written.

    `fresh` forgets the failed attempts: for a rate limit, which is nobody's failure. `untried`
    forgets this one, which was none.
    """
    facts = {
        "given_outcome": Outcome.UNKNOWN if unknown else Outcome.DUE,
        "given_due": due,
        "given_problem": problem,
    }
    change = _POSTPONE_FRESH if fresh else _POSTPONE_UNTRIED if untried else _POSTPONE
    return change.run(tx, {**_claim_of(effect), **facts}) == 1


def shift(tx: Connection, *, by: timedelta, but: Sequence[str]) -> None:
    """Move what waits and what is claimed by as much as the clock was set, except these kinds."""
    rows = tx.execute(
        select(effects.c.id, effects.c.due, effects.c.lease_until)
        .where(effects.c.outcome.in_([*WAITING, Outcome.CLAIMED]), effects.c.kind.not_in(but))
        .with_for_update()
    ).all()
    moved = [
        {
            "given_id": row.id,
            "due": row.due + by,
            "lease_until": row.lease_until and row.lease_until + by,
        }
        for row in rows
    ]
    if moved:
        tx.execute(update(effects).where(effects.c.id == bindparam("given_id")), moved)


def put_off(tx: Connection, key: str, *, due: datetime) -> bool:
    """Let a waiting effect wait until then, at least; True when it was moved. Whoever takes it
    just now is waited for."""
    return tx.execute(_PUT_OFF, {"given_key": key, "given_due": due}).rowcount == 1


def delay(tx: Connection, effect_id: int, *, due: datetime, problem: str) -> None:
    """Put off a waiting effect that nobody holds, and count the try that failed."""
    tx.execute(
        update(effects)
        .where(effects.c.id == effect_id, effects.c.outcome.in_(WAITING))
        .values(due=due, problem=problem, attempts=effects.c.attempts + 1)
    )


def cancel(
    tx: Connection,
    *,
    now: datetime,
    why: str,
    escalation: int | None = None,
    page: int | None = None,
    incident: int | None = None,
    kinds: Iterable[str] = (),
    key: str | None = None,
) -> int:
    """Cancel what still waits and matches every given condition; returns how many.

    An effect that is being claimed or spoken at this instant cannot be called back, and is not
    waited for. If it fails, or its holder dies, whoever claims it next looks again whether it is
    still wanted; so does the flow of a wait.
    """
    wanted = {"escalation": escalation, "page": page, "incident": incident, "key": key}
    given = {f"given_{name}": value for name, value in wanted.items() if value is not None}
    kinds = list(kinds)
    change = _cancelling(
        tuple(name for name, value in wanted.items() if value is not None), bool(kinds)
    )
    facts: dict[str, Any] = {**given, "now": now, "given_problem": why}
    if kinds:
        facts["given_kinds"] = kinds
    return tx.execute(change, facts).rowcount


@functools.cache
def _cancelling(given: tuple[str, ...], by_kind: bool) -> Any:
    matching = [effects.c[name] == bindparam(f"given_{name}") for name in given]
    if by_kind:
        matching.append(effects.c.kind.in_(bindparam("given_kinds", expanding=True)))
    free = _free(effects.c.outcome.in_(WAITING), *matching)
    return (
        update(effects)
        .where(effects.c.id.in_(free))
        .values(
            outcome=Outcome.CANCELLED,
            problem=bindparam("given_problem"),
            ended_at=bindparam("now"),
            lease_until=None,
        )
    )


def is_overdue(tx: Connection, lanes: Sequence[Lane], *, before: datetime) -> bool:
    """Whether anything of these lanes has waited since then."""
    late = effects.c.outcome.in_(WAITING), effects.c.due < before
    query = select(effects.c.id).where(effects.c.lane.in_(lanes), *late).limit(1)
    return tx.execute(query).first() is not None


def call_off(
    tx: Connection, lanes: Sequence[Lane], *, before: datetime, now: datetime, why: str, limit: int
) -> int:
    """Cancel what has waited since then, whatever it is about; returns how many, of so many."""
    late = effects.c.outcome.in_(WAITING), effects.c.due < before
    free = _free(effects.c.lane.in_(lanes), *late).limit(limit)
    change = update(effects).where(effects.c.id.in_(free))
    ended = {"problem": why, "ended_at": now, "lease_until": None}
    return tx.execute(change.values(outcome=Outcome.CANCELLED, **ended)).rowcount


def take_back(tx: Connection, *, why: str, keys: Sequence[str], now: datetime) -> int:
    """Make due again what was called off for this reason and is wanted still: what is about an
    open incident, and these."""
    is_open = select(incidents.c.id).where(incidents.c.state.in_(["triggered", "acknowledged"]))
    off = effects.c.outcome == Outcome.CANCELLED, effects.c.problem == why
    fresh = {"outcome": Outcome.DUE, "due": now, "problem": None, "ended_at": None, "attempts": 0}
    # One after the other: together no index would serve them.
    return sum(
        tx.execute(
            update(effects).where(effects.c.id.in_(_free(*off, each))).values(fresh)
        ).rowcount
        for each in (effects.c.incident.in_(is_open), effects.c.key.in_(keys))
    )


def hasten(tx: Connection, key: str, *, now: datetime) -> bool:
    """Make a waiting effect due now."""
    return _HASTEN.run(tx, {"given_key": key, "now": now}) == 1


def hasten_failed(tx: Connection, lanes: Sequence[Lane], *, now: datetime) -> int:
    """Make due now whatever failed and waits for its next try, and forget how often it failed;
    what waits for its own time is left alone. Returns how many there were."""
    failed = _free(
        effects.c.lane.in_(lanes),
        effects.c.outcome.in_(WAITING),
        effects.c.problem.is_not(None),
        effects.c.attempts > 0,
        effects.c.due > now,
    )
    change = update(effects).where(effects.c.id.in_(failed)).values(due=now, attempts=0)
    return tx.execute(change).rowcount


def next_due(tx: Connection, lanes: Sequence[Lane]) -> dict[Lane, datetime]:
    """When each lane has something to do next; a lane with nothing is left out."""
    found: dict[Lane, datetime] = {}
    for row in tx.execute(_NEXT, {"lanes": list(lanes)}):
        lane = Lane(row.lane)
        found[lane] = min(found.get(lane, row.due), row.due)
    return found


def count(tx: Connection) -> dict[tuple[str, str], int]:
    """How many effects per (lane, outcome) wait, are being spoken, were given up, or are left."""
    return {(row.lane, row.outcome): row.number for row in tx.execute(_STANDING)}


def forget(
    tx: Connection, *, before: datetime, since: int, counted: int, limit: int
) -> tuple[int, int | None]:
    """Let go of what ended before then, among the next rows after `since`; rings only up to
    `counted`. What belongs to an open incident, or to one that ended later, stays.

    Returns how many went and where to go on (None: everything further on is young).
    """
    ahead = tx.execute(
        select(effects.c.id, effects.c.asked_at)
        .where(effects.c.id > since)
        .order_by(effects.c.id)
        .limit(limit)
    ).all()
    if not any(row.asked_at < before for row in ahead):
        return 0, None
    ended = func.coalesce(incidents.c.ended_at, incidents.c.resolved_at)
    over = select(incidents.c.id).where(incidents.c.id == effects.c.incident, ended < before)
    over = over.where(incidents.c.state.not_in(["triggered", "acknowledged"]))
    gone = delete(effects).where(
        effects.c.id > since,
        effects.c.id <= ahead[-1].id,
        effects.c.outcome.in_([Outcome.DONE, Outcome.CANCELLED]),
        effects.c.ended_at < before,
        or_(effects.c.kind != "ring", effects.c.id <= counted),
        or_(effects.c.incident.is_(None), over.exists()),
    )
    return tx.execute(gone).rowcount, ahead[-1].id


def was_asked(tx: Connection, key: str) -> bool:
    """Whether an effect of this key was ever asked for, whatever became of it."""
    return _BY_KEY.first(tx, {"given_key": key}) is not None


def were_all_asked(tx: Connection, keys: Sequence[str]) -> bool:
    """`was_asked` for several, in one question."""
    wanted = set(keys)
    if not wanted:
        return True
    query = select(func.count()).select_from(effects).where(effects.c.key.in_(wanted))
    return tx.execute(query).scalar_one() == len(wanted)


def facts_of(tx: Connection, key: str) -> Mapping[str, Any]:
    """The facts an effect was last asked with; empty when it never was."""
    found = _BY_KEY.first(tx, {"given_key": key})
    return found["facts"] if found else {}


def _claim_of(effect: Effect) -> dict[str, Any]:
    """What `_HELD` asks for: the claim that this holder still has to have."""
    return {"given_id": effect.id, "given_fence": effect.fence}


def _value(found: Mapping[Any, Any], *, repeat: bool) -> Effect:
    told = {name: found[name] for name in _TOLD}
    return Effect(**told, lane=Lane(found["lane"]), repeat=repeat)


_TOLD = (
    "id", "kind", "key", "incident", "escalation", "page", "due", "facts", "fence", "attempts",
    "deaths", "asked_at", "lease_until",
)  # fmt: skip
