"""What ought to hold and does not: each question answered from an index, at any size.

Constants stand in the statements, not beside them, because an index that holds only what is
amiss is used only where its own words are seen.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    ScalarSelect,
    Text,
    and_,
    cast,
    exists,
    false,
    func,
    literal_column,
    not_,
    or_,
    select,
)

from app.rules.incident import IncidentId, State
from storage.effects import Lane, Outcome
from storage.escalations import EscalationKind, Ringing
from storage.inbox import InboxState
from storage.tables import (
    ADRIFT,
    QUARANTINED,
    WAKING,
    alerts,
    effects,
    escalations,
    inbox,
    incidents,
    pages,
    posts,
    timeline,
)

RING, STEP = "ring", "step"
"""The kinds of effects that are asked about here."""
MOST = 50
"""So many of one kind are told at a time; the rest is found when they are mended."""


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """A body that nobody has read yet."""

    id: int
    source: str
    since: datetime


@dataclass(frozen=True, kw_only=True)
class RingingNow:
    """An escalation that rings, and when its next step is due (None: no step waits)."""

    id: int
    incident: IncidentId
    state: State
    kind: EscalationKind
    policy: Mapping[str, Any]
    due: datetime | None


@dataclass(frozen=True, kw_only=True)
class Stuck:
    """An effect that nobody takes or whose holder is gone."""

    id: int
    key: str
    lane: Lane
    incident: int | None
    since: datetime


@dataclass(frozen=True, kw_only=True)
class BadRing:
    """A ring that was started after its answer, or that failed and was not told."""

    key: str
    incident: IncidentId


@dataclass(frozen=True, kw_only=True)
class Window:
    """Rows that were counted: those after `since` up to `to`."""

    since: int
    to: int


# ── alerts ────────────────────────────────────────────────────────────────────────────────────
def waiting_since(tx: Connection, before: datetime) -> list[Waiting]:
    """Bodies that came before then and still wait to be read."""
    rows = tx.execute(
        select(inbox.c.id, inbox.c.source, inbox.c.received_at)
        .where(_is(inbox.c.state, InboxState.WAITING), inbox.c.received_at < before)
        .order_by(inbox.c.id)
        .limit(MOST)
    )
    return [Waiting(id=row.id, source=row.source, since=row.received_at) for row in rows]


def adrift(tx: Connection) -> list[tuple[int, str]]:
    """Firing alerts that belong to no incident: their ids and alarms."""
    rows = tx.execute(select(alerts.c.id, alerts.c.alarm).where(ADRIFT).limit(MOST))
    return [(row.id, row.alarm) for row in rows]


def sources_quarantined(tx: Connection, window: Window) -> list[str]:
    """Whose bodies could not be read, of those in the window."""
    rows = tx.execute(
        select(inbox.c.source).where(QUARANTINED, *_within(inbox.c.id, window)).distinct()
    )
    return [row.source for row in rows]


def next_inbox(tx: Connection, since: int, *, before: datetime | None, limit: int) -> Window:
    """The next bodies that can be counted for good: settled, and older than `before`, so that no
    transaction with a smaller id can still be under way. None: ids are committed in order."""
    unsettled = _is(inbox.c.state, InboxState.WAITING)
    return _next(
        tx, inbox.c.id, since, or_(unsettled, _young(inbox.c.received_at, before)), limit=limit
    )


def count_inbox(tx: Connection, window: Window) -> dict[str, int]:
    """What the bodies of a window told and what became of it. `uncounted`: taken in by a version
    of Baton that did not count."""
    done = _is(inbox.c.state, InboxState.DONE)
    row = tx.execute(
        select(
            func.coalesce(func.sum(inbox.c.told), 0).label("told"),
            func.coalesce(func.sum(inbox.c.attached), 0).label("attached"),
            func.coalesce(func.sum(inbox.c.cleared), 0).label("cleared"),
            func.count().filter(QUARANTINED).label("quarantined"),
            func.count().filter(and_(done, inbox.c.told.is_(None))).label("uncounted"),
        ).where(*_within(inbox.c.id, window))
    ).one()
    return {name: int(number) for name, number in row._mapping.items()}


def count_alerts(tx: Connection) -> tuple[int, int]:
    """Tellings of firings that incidents have, and firings that ended: from the alerts alone, all
    of them, so it takes longer the more there are."""
    row = tx.execute(
        select(
            func.coalesce(func.sum(alerts.c.count).filter(alerts.c.incident.is_not(None)), 0),
            func.count().filter(_is(alerts.c.state, "resolved")),
        )
    ).one()
    return int(row[0]), int(row[1])


# ── paging ────────────────────────────────────────────────────────────────────────────────────
def unpaged(tx: Connection) -> list[IncidentId]:
    """Triggered incidents that wake people, for which nothing rings."""
    rings = exists().where(
        escalations.c.incident == incidents.c.id,
        _is(escalations.c.kind, EscalationKind.INCIDENT),
        _is(escalations.c.state, Ringing.RINGING),
    )
    return _waking(tx, State.TRIGGERED, not_(rings))


def unwatched(tx: Connection) -> list[IncidentId]:
    """Acknowledged incidents that wake people, whose acknowledgement would never expire."""
    watched = exists().where(
        effects.c.key == literal_column("'expire:'") + cast(incidents.c.id, Text),
        _unfinished(),
    )
    return _waking(tx, State.ACKNOWLEDGED, not_(watched))


def ringing(tx: Connection) -> list[RingingNow]:
    """Everything that rings now."""
    return _ringing(tx)


def ringing_of(tx: Connection, incident: IncidentId) -> list[RingingNow]:
    """What rings now for one incident."""
    return _ringing(tx, escalations.c.incident == incident)


def _ringing(tx: Connection, *only: ColumnElement[bool]) -> list[RingingNow]:
    due: ScalarSelect[Any] = (
        select(func.min(effects.c.due))
        .where(effects.c.escalation == escalations.c.id, _is(effects.c.kind, STEP), _unfinished())
        .scalar_subquery()
    )
    columns = (escalations.c.id, escalations.c.incident, escalations.c.kind, escalations.c.policy)
    rows = tx.execute(
        select(*columns, incidents.c.state, due.label("due"))
        .join(incidents, incidents.c.id == escalations.c.incident)
        .where(_is(escalations.c.state, Ringing.RINGING), *only)
    )
    return [
        RingingNow(
            id=row.id,
            incident=row.incident,
            state=State(row.state),
            kind=EscalationKind(row.kind),
            policy=row.policy,
            due=row.due,
        )
        for row in rows
    ]


def cards_elsewhere(tx: Connection) -> list[IncidentId]:
    """Open incidents that wake people, whose card stands in another channel than their own."""
    card = exists().where(
        posts.c.key == literal_column("'card:'") + cast(incidents.c.id, Text),
        posts.c.channel != incidents.c.channel_id,
    )
    rows = tx.execute(select(incidents.c.id).where(WAKING, card).limit(MOST))
    return [row.id for row in rows]


def unrung_pages(tx: Connection, window: Window) -> list[tuple[int, IncidentId]]:
    """Pages that could reach somebody and have no ring at all, with their incidents."""
    ring = exists().where(effects.c.page == pages.c.id)
    rows = tx.execute(
        select(pages.c.id, pages.c.incident)
        .where(*_within(pages.c.id, window), pages.c.reachable, not_(ring))
        .limit(MOST)
    )
    return [(row.id, row.incident) for row in rows]


def next_pages(tx: Connection, since: int, *, before: datetime | None, limit: int) -> Window:
    """The next pages that can be looked at for good."""
    return _next(tx, pages.c.id, since, _young(pages.c.at, before), limit=limit)


# ── effects ───────────────────────────────────────────────────────────────────────────────────
def overdue(tx: Connection, lanes: Iterable[Lane], before: datetime) -> list[Stuck]:
    """What was due before then and that nobody takes."""
    waits = effects.c.outcome.in_([_word(Outcome.DUE), _word(Outcome.UNKNOWN)])
    return [
        each
        for lane in lanes
        for each in _stuck(tx, effects.c.due, waits, effects.c.lane == lane, before)
    ]


def lapsed(tx: Connection, lanes: Iterable[Lane], before: datetime) -> list[Stuck]:
    """What somebody took whose lease ended before then, and that nobody took over."""
    claimed = _is(effects.c.outcome, Outcome.CLAIMED)
    return [
        each
        for lane in lanes
        for each in _stuck(tx, effects.c.lease_until, claimed, effects.c.lane == lane, before)
    ]


def next_rings(tx: Connection, since: int, *, before: datetime | None, limit: int) -> Window:
    """The next rings that can be counted for good: ended, and asked for before then."""
    until = or_(_unfinished(), _young(effects.c.asked_at, before))
    return _next(tx, effects.c.id, since, until, _is_ring(), limit=limit)


def count_rings(tx: Connection, window: Window) -> dict[str, int]:
    """How many rings of a window ended in each way."""
    rows = tx.execute(
        select(effects.c.outcome, func.count().label("number"))
        .where(_is_ring(), *_within(effects.c.id, window))
        .group_by(effects.c.outcome)
    )
    return {row.outcome: row.number for row in rows}


def rung_after_answer(tx: Connection, window: Window, *, seconds_apart: float) -> list[BadRing]:
    """Rings that were first taken, and not given up, after their escalation had ended.

    Two transactions tell the time when they begin, so on several connections a ring may rightly
    seem later than an answer that was not committed yet: `seconds_apart` is allowed for that.
    """
    rows = tx.execute(
        select(
            effects.c.key, effects.c.incident, effects.c.first_claimed_at, escalations.c.ended_at
        )
        .join(escalations, escalations.c.id == effects.c.escalation)
        .where(
            _is_ring(),
            *_within(effects.c.id, window),
            not_(_is(effects.c.outcome, Outcome.CANCELLED)),
            effects.c.first_claimed_at > escalations.c.ended_at,
        )
        .limit(MOST)
    )
    return [
        BadRing(key=row.key, incident=row.incident)
        for row in rows
        if (row.first_claimed_at - row.ended_at).total_seconds() > seconds_apart
    ]


def parked_untold(tx: Connection, window: Window) -> list[BadRing]:
    """Rings that were given up for good without a word on their incident's timeline."""
    told = exists().where(
        timeline.c.incident == effects.c.incident,
        _is(timeline.c.kind, "not_said"),
        timeline.c.at >= effects.c.ended_at,
    )
    rows = tx.execute(
        select(effects.c.key, effects.c.incident)
        .where(
            _is_ring(),
            *_within(effects.c.id, window),
            _is(effects.c.outcome, Outcome.PARKED),
            not_(told),
        )
        .limit(MOST)
    )
    return [BadRing(key=row.key, incident=row.incident) for row in rows]


# ── how ───────────────────────────────────────────────────────────────────────────────────────
def _waking(tx: Connection, state: State, amiss: ColumnElement[bool]) -> list[IncidentId]:
    query = select(incidents.c.id).where(WAKING, _is(incidents.c.state, state), amiss)
    return [row.id for row in tx.execute(query.order_by(incidents.c.id).limit(MOST))]


def _stuck(
    tx: Connection,
    since: Column[Any],
    outcome: ColumnElement[bool],
    lane: ColumnElement[bool],
    before: datetime,
) -> Sequence[Stuck]:
    columns = (effects.c.id, effects.c.key, effects.c.lane, effects.c.incident)
    rows = tx.execute(
        select(*columns, since.label("since"))
        .where(outcome, lane, since < before)
        .order_by(since)
        .limit(MOST)
    )
    return [
        Stuck(id=row.id, key=row.key, lane=Lane(row.lane), incident=row.incident, since=row.since)
        for row in rows
    ]


def _next(
    tx: Connection,
    key: Column[Any],
    since: int,
    unsettled: ColumnElement[bool],
    *only: ColumnElement[bool],
    limit: int,
) -> Window:
    """Up to the row before the first that is not settled, and at most `limit` of them."""
    ahead = (
        select(key.label("id"), unsettled.label("unsettled"))
        .where(key > since, *only)
        .order_by(key)
        .limit(limit)
        .subquery()
    )
    first = select(func.min(ahead.c.id)).where(ahead.c.unsettled).scalar_subquery()
    settled = or_(first.is_(None), ahead.c.id < first)
    to = tx.execute(select(func.max(ahead.c.id)).where(settled)).scalar_one()
    return Window(since=since, to=to if to is not None else since)


def _young(at: Column[Any], before: datetime | None) -> ColumnElement[bool]:
    return false() if before is None else at > before


def _within(key: Column[Any], window: Window) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return key > window.since, key <= window.to


def _unfinished() -> ColumnElement[bool]:
    return effects.c.outcome.in_(
        [_word(Outcome.DUE), _word(Outcome.UNKNOWN), _word(Outcome.CLAIMED)]
    )


def _is_ring() -> ColumnElement[bool]:
    return _is(effects.c.kind, RING)


def _is(column: Column[Any], word: str) -> ColumnElement[bool]:
    return column == _word(word)


def _word(word: str) -> ColumnElement[str]:
    return literal_column(f"'{word}'", Text)
