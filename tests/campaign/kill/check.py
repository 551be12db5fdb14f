"""What is left after quiet, held against the ledgers of senders, phones and Slack."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, select

from storage import tables
from storage.effects import Lane, Outcome
from storage.escalations import EscalationKind, Ringing
from tests.campaign.kill.company import MANAGERS, OWNER, Company
from tests.campaign.kill.people import KNOWN, Accepted
from tests.campaign.kill.phones import Copy
from tests.campaign.report import Finding, exactly, told

OVER = (Outcome.DONE, Outcome.CANCELLED)
Owed = tuple[int, str]
"""An escalation and a person: what one page's link names."""


@dataclass(frozen=True, kw_only=True)
class Ring:
    """One message to one phone, as Baton remembers it."""

    escalation: int
    person: str
    outcome: str
    claims: int

    @property
    def owed(self) -> Owed:
        return self.escalation, self.person


@dataclass(frozen=True, kw_only=True)
class Remembered:
    """Everything that Baton's database says, read after it stopped."""

    rings: Sequence[Ring]
    pages: Sequence[Any]
    alerts: Mapping[str, set[int | None]]
    """Fingerprint → the incidents its rows are attached to."""
    escalations: Sequence[Any]
    incidents: Sequence[Any]
    handovers: Sequence[Any]


def remember(tx: Connection) -> Remembered:
    alerts: dict[str, set[int | None]] = defaultdict(set)
    for row in tx.execute(select(tables.alerts.c.fingerprint, tables.alerts.c.incident)):
        alerts[row.fingerprint].add(row.incident)
    rings = (
        select(tables.effects, tables.pages.c.person)
        .join(tables.pages, tables.pages.c.id == tables.effects.c.page)
        .where(tables.effects.c.kind == "ring", tables.effects.c.lane == Lane.PAGE)
    )
    return Remembered(
        rings=[
            Ring(
                escalation=row.escalation,
                person=row.person,
                outcome=row.outcome,
                claims=row.fence,
            )
            for row in tx.execute(rings)
        ],
        pages=tx.execute(select(tables.pages)).all(),
        alerts=alerts,
        escalations=tx.execute(select(tables.escalations)).all(),
        incidents=tx.execute(select(tables.incidents)).all(),
        handovers=tx.execute(select(tables.handovers)).all(),
    )


@dataclass(frozen=True, kw_only=True)
class Heard:
    """What the world heard and did, which is nobody's word but its own."""

    company: Company
    accepted: Sequence[Accepted]
    copies: Sequence[Copy]
    answered: Mapping[int, datetime]
    kills: Sequence[datetime]
    posts: Counter[str]
    channels: Sequence[str]
    began: datetime
    ended: datetime


def lost_pages(kept: Remembered, heard: Sequence[Copy]) -> int:
    """Messages that Baton believes to have sent and that no phone ever heard."""
    sent = Counter(ring.owed for ring in kept.rings if ring.outcome == Outcome.DONE)
    copies = Counter((copy.escalation, copy.person) for copy in heard)
    return sum(max(0, number - copies[owed]) for owed, number in sent.items())


def check(kept: Remembered, heard: Heard) -> list[Finding]:
    """Every promise, with the figure that it must be.

    A kill doubles at most what is being said at that instant, each of it once; how much that is
    depends on the load.
    """
    extra = _extra_copies(kept, heard)
    return [
        told("kills", len(heard.kills)),
        told("alerts answered 2xx", len(heard.accepted)),
        told("incidents", len(kept.incidents)),
        told("escalations", len(kept.escalations)),
        told("pages heard by phones", len(heard.copies)),
        exactly("accepted alerts that are in no incident", _forgotten(kept, heard), 0),
        exactly("accepted alerts without a page or a human's answer", _silent(kept, heard), 0),
        exactly("escalations that nobody heard or answered", _unheard(kept, heard), 0),
        exactly("pages believed sent and never heard", lost_pages(kept, heard.copies), 0),
        exactly("pages still owed after quiet", _owed(kept), 0),
        exactly("pages to a wrong person", _wrong(kept, heard), 0),
        told("extra copies, over all pages", sum(extra.values())),
        exactly("pages with more than one extra copy a kill", _too_often(extra, heard), 0),
        exactly("pages later than 5 s after the answer", _late(heard), 0),
        exactly("incidents with two channels", _doubled(_numbers(heard.channels)), 0),
        exactly("cards and announcements that stand twice", _doubled(_kept_posts(heard)), 0),
        exactly("P1s without their announcement", _unannounced(kept, heard), 0),
        told("handovers", len(kept.handovers)),
        exactly("handovers missed, doubled or not posted", _handovers(kept, heard), 0),
    ]


def _forgotten(kept: Remembered, heard: Heard) -> int:
    return sum(
        1 for each in heard.accepted if not (kept.alerts.get(each.fingerprint, set()) - {None})
    )


def _silent(kept: Remembered, heard: Heard) -> int:
    rung = {copy.incident for copy in heard.copies}
    rung |= {row.incident for row in kept.escalations if row.state == Ringing.ANSWERED}
    found = (kept.alerts.get(each.fingerprint, set()) - {None} for each in heard.accepted)
    return sum(1 for incidents in found if incidents - rung)


def _unheard(kept: Remembered, heard: Heard) -> int:
    """An escalation may end before its first page only by a human's act."""
    rung = {copy.escalation for copy in heard.copies}
    return sum(1 for row in kept.escalations if row.state == Ringing.RINGING and row.id not in rung)


def _owed(kept: Remembered) -> int:
    return sum(1 for ring in kept.rings if ring.outcome not in OVER)


def _wrong(kept: Remembered, heard: Heard) -> int:
    """Not on duty at the instant of the step, not a manager in tier 2, or on a phone that is not
    the person's. Ben's team owns everything and must never be rung."""
    chosen = {(page.escalation, page.person) for page in kept.pages}
    copies = sum(
        1
        for copy in heard.copies
        if copy.person != f"{copy.phone}@acme.test"
        or copy.phone == OWNER
        or (copy.escalation, copy.person) not in chosen
    )
    return copies + sum(1 for page in kept.pages if not _is_right(page, heard.company))


def _is_right(page: Any, company: Company) -> bool:
    name = page.person.partition("@")[0]
    return name in MANAGERS if page.tier == 2 else name == company.on_duty(page.at)


def _extra_copies(kept: Remembered, heard: Heard) -> Counter[Owed]:
    """Copies beyond one for each message that was begun."""
    begun = Counter(ring.owed for ring in kept.rings if ring.claims)
    copies = Counter((copy.escalation, copy.person) for copy in heard.copies)
    return Counter(
        {owed: more for owed, n in copies.items() if (more := n - max(1, begun[owed])) > 0}
    )


def _too_often(extra: Mapping[Owed, int], heard: Heard) -> int:
    when: dict[Owed, list[datetime]] = defaultdict(list)
    for copy in heard.copies:
        when[copy.escalation, copy.person].append(copy.at)
    slack = timedelta(milliseconds=100)
    return sum(
        1
        for owed, more in extra.items()
        if more
        > sum(1 for kill in heard.kills if when[owed][0] - slack <= kill <= when[owed][-1] + slack)
    )


def _late(heard: Heard) -> int:
    return sum(
        1
        for copy in heard.copies
        if copy.escalation in heard.answered
        and copy.at > heard.answered[copy.escalation] + timedelta(seconds=KNOWN)
    )


def _numbers(channels: Iterable[str]) -> Counter[str]:
    return Counter(name.split("-")[1] for name in channels)


def _kept_posts(heard: Heard) -> Counter[str]:
    keep = ("card:", "announcement:")
    return Counter({key: n for key, n in heard.posts.items() if key.startswith(keep)})


def _doubled(found: Counter[str]) -> int:
    return sum(1 for number in found.values() if number > 1)


def _unannounced(kept: Remembered, heard: Heard) -> int:
    return sum(
        1
        for row in kept.incidents
        if row.severity == "P1" and not heard.posts[f"announcement:{row.id}"]
    )


def _handovers(kept: Remembered, heard: Heard) -> int:
    """Boundaries without exactly one row and exactly one post."""
    made = Counter(row.boundary.astimezone(UTC) for row in kept.handovers)
    posts = {
        row.boundary.astimezone(UTC): heard.posts[f"handover:{row.id}"] for row in kept.handovers
    }
    return sum(
        1
        for boundary in heard.company.boundaries(heard.began, heard.ended)
        if made[boundary] != 1 or posts[boundary] != 1
    )


def ringing(tx: Connection) -> int:
    """Escalations that still ring."""
    rows = tx.execute(
        select(tables.escalations.c.id).where(
            tables.escalations.c.state == Ringing.RINGING,
            tables.escalations.c.kind == EscalationKind.INCIDENT,
        )
    )
    return len(rows.all())


def due_by(tx: Connection, at: datetime) -> int:
    """What is to be said or done by then and is not; handovers come for ever and do not count."""
    waiting = (Outcome.DUE, Outcome.CLAIMED, Outcome.UNKNOWN)
    rows = tx.execute(
        select(tables.effects.c.id).where(
            tables.effects.c.outcome.in_(waiting),
            tables.effects.c.due <= at,
            tables.effects.c.kind.not_in(("handover_due", "handover")),
        )
    )
    return len(rows.all())
