"""Incidents: every change of state repeats in its WHERE what the caller believed."""

import functools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, func, select, text, update

from app.rules.incident import OPEN, Incident, IncidentId, State, may_move
from app.rules.organisation import PersonId, Severity, SlaId
from storage import bulk, tallies
from storage.prepared import Prepared
from storage.tables import WAKING, incidents
from storage.upsert import put_if_new


@dataclass(frozen=True, kw_only=True)
class Brief:
    """What a crowd of alerts has to know of an incident."""

    id: IncidentId
    trouble: str
    severity: Severity
    channel_id: str | None
    is_open: bool


GAP = 10_000
"""So many numbers at least are left out after a restore."""
NUMBERS = "mark:numbers"
"""Up to which number every one counts as given."""

_BY_ID = select(incidents).where(incidents.c.id == bindparam("given_id"))
_GET = Prepared(_BY_ID, incidents.c)
_GET_AND_HOLD = Prepared(_BY_ID.with_for_update(key_share=True), incidents.c)
_BY_TROUBLE = select(incidents).where(
    incidents.c.trouble == bindparam("given_trouble"), incidents.c.state.in_(OPEN)
)
_OPEN = Prepared(_BY_TROUBLE, incidents.c)
_OPEN_AND_HOLD = Prepared(_BY_TROUBLE.with_for_update(key_share=True), incidents.c)
_HOLD_IF_FREE = Prepared(
    select(incidents.c.id)
    .where(incidents.c.id == bindparam("given_id"))
    .with_for_update(key_share=True, skip_locked=True),
    [incidents.c.id],
)
_LATEST = Prepared(
    select(incidents)
    .where(
        incidents.c.trouble == bindparam("given_trouble"),
        incidents.c.state.in_([State.RESOLVED, State.CLOSED]),
    )
    .order_by(incidents.c.id.desc())
    .limit(1),
    incidents.c,
)
_BY_CHANNEL = Prepared(
    select(incidents).where(incidents.c.channel_id == bindparam("given_channel")), incidents.c
)
_STANDING = (
    select(incidents.c.severity, incidents.c.state, func.count().label("number"))
    .where(incidents.c.state.in_(bindparam("states", expanding=True)))
    .group_by(incidents.c.severity, incidents.c.state)
)
_WORST_FIRST = (
    select(incidents)
    .where(incidents.c.state.in_(bindparam("states", expanding=True)))
    .order_by(incidents.c.severity, incidents.c.id.desc())
    .limit(bindparam("most"))
)
_PROGRESS = Prepared(
    update(incidents)
    .where(
        incidents.c.id == bindparam("given_id"),
        incidents.c.state == State.ACKNOWLEDGED,
        incidents.c.acknowledged_by == bindparam("given_person"),
    )
    .values(progress_at=bindparam("given_at"))
)


_AMONG_OPEN = "state IN ('triggered', 'acknowledged') AND trouble {}"
_OPEN_OF = {
    "postgresql": _AMONG_OPEN,
    # Left to itself SQLite walks through all that are open.
    "sqlite": "id IN (SELECT id FROM incidents INDEXED BY uq_incidents_open_trouble"
    f" WHERE {_AMONG_OPEN})",
}

_SO_MANY = "SELECT count(*) FROM (SELECT 1 FROM incidents {} LIMIT ?) AS found"
_BETWEEN = "WHERE state IN ('triggered', 'acknowledged') AND trouble{0} >= ? AND trouble{0} < ?"
_SO_MANY_OF = {
    # In no other order do all that begin alike stand beside each other.
    "postgresql": _SO_MANY.format(_BETWEEN.format(' COLLATE "C"')),
    "sqlite": _SO_MANY.format(f"INDEXED BY uq_incidents_open_trouble {_BETWEEN.format('')}"),
}


def open_new(tx: Connection, **values: Any) -> Incident | None:
    """The new incident, or None when one for this trouble is open already (a lost race)."""
    told = {"state": State.TRIGGERED, **values}
    given = {"id": _next_number(tx)} if tx.dialect.name == "sqlite" else {}
    made = put_if_new(tx, incidents, {**given, **told})
    return Incident(id=made, **told) if made is not None else None


def leave_gap(tx: Connection, *, since: timedelta) -> IncidentId:
    """After a restore from a copy that is so old: the number that the next incident gets.

    Since the copy was made numbers were given that it does not know; they stand in Slack, in links
    and in people's heads. None of them is given twice, unless more than ten thousand and one a
    second were opened; nor when the same copy is restored once more.
    """
    last = tx.execute(select(func.coalesce(func.max(incidents.c.id), 0))).scalar_one()
    given = int(last) + GAP + max(0, int(since.total_seconds()))
    if tx.dialect.name == "sqlite":
        tallies.set_mark(tx, NUMBERS, given)
    else:
        tx.execute(
            text("SELECT setval(pg_get_serial_sequence('incidents', 'id'), :n)"), {"n": given}
        )
    return given + 1


def _next_number(tx: Connection) -> int:
    """SQLite would give the one after the highest that is there."""
    asked = (
        "SELECT 1 + max(coalesce((SELECT max(id) FROM incidents), 0),"
        " coalesce((SELECT number FROM tallies WHERE name = ?), 0))"
    )
    found: int = bulk.run(tx, asked, (NUMBERS,)).fetchone()[0]
    return found


def get(tx: Connection, incident_id: IncidentId, *, hold: bool = False) -> Incident | None:
    """With `hold` nobody else changes it until this transaction ends.

    Flows that change an incident hold it first of all, so that they follow one another and never
    wait for each other in a circle. Rows that only point to it are not held up.
    """
    query = _GET_AND_HOLD if hold else _GET
    found = query.first(tx, {"given_id": incident_id})
    return _value(found) if found else None


def hold_if_free(tx: Connection, incident_id: IncidentId) -> bool:
    """Hold it like `get`, unless another transaction does; False then, at once."""
    return _HOLD_IF_FREE.first(tx, {"given_id": incident_id}) is not None


def find_open(tx: Connection, trouble: str, *, hold: bool = False) -> Incident | None:
    """The one open incident of a trouble; `hold` as in `get`."""
    query = _OPEN_AND_HOLD if hold else _OPEN
    found = query.first(tx, {"given_trouble": trouble})
    return _value(found) if found else None


def hold_all(
    tx: Connection, troubles: Sequence[str], ids: Sequence[IncidentId] = ()
) -> list[Brief]:
    """The open incidents of these troubles, and those with these ids, held as in `get`.

    Everybody who holds several takes them in this one order.
    """
    which, value = bulk.among(tx, troubles)
    wanted, values = _OPEN_OF[tx.dialect.name].format(which), [value]
    if ids:
        which, value = bulk.among(tx, ids, "bigint")
        wanted, values = f"({wanted}) OR id {which}", [*values, value]
    if tx.dialect.name == "postgresql":
        wanted += ' ORDER BY trouble COLLATE "C", id FOR NO KEY UPDATE'
    rows = bulk.fetch(
        tx, "id, trouble, severity, channel_id, state", f"FROM incidents WHERE {wanted}", values
    )
    return [
        Brief(
            id=row[0],
            trouble=row[1],
            severity=Severity(row[2]),
            channel_id=row[3],
            is_open=State(row[4]).is_open,
        )
        for row in rows
    ]


def are_so_many(tx: Connection, beginning: str, number: int) -> bool:
    """Whether so many incidents are open whose troubles begin like this."""
    after = beginning[:-1] + chr(ord(beginning[-1]) + 1)
    asked = _SO_MANY_OF[tx.dialect.name]
    found: int = bulk.run(tx, asked, (beginning, after, number)).fetchone()[0]
    return found >= number


def find_latest(tx: Connection, trouble: str) -> Incident | None:
    """The newest incident of a trouble that ended by resolve or close."""
    found = _LATEST.first(tx, {"given_trouble": trouble})
    return _value(found) if found else None


def find_newest(tx: Connection, trouble: str) -> Incident | None:
    """The newest incident of a trouble, whatever became of it."""
    found = tx.execute(
        select(incidents)
        .where(incidents.c.trouble == trouble)
        .order_by(incidents.c.id.desc())
        .limit(1)
    ).one_or_none()
    return _value(found._mapping) if found else None


def find_by_channel(tx: Connection, channel_id: str) -> Incident | None:
    found = _BY_CHANNEL.first(tx, {"given_channel": channel_id})
    return _value(found) if found else None


def list_open(tx: Connection, *, limit: int = 200) -> list[Incident]:
    """Open incidents, worst and newest first."""
    return _worst_first(tx, OPEN, limit)


def list_held(tx: Connection) -> list[Incident]:
    """Acknowledged ones that wake people; the index that holds nothing else is used."""
    rows = tx.execute(select(incidents).where(WAKING, incidents.c.state == State.ACKNOWLEDGED))
    return [_value(row._mapping) for row in rows]


def list_not_closed(tx: Connection, *, limit: int = 200) -> list[Incident]:
    """Open ones and resolved ones that still owe their root cause or follow-up."""
    return _worst_first(tx, [*OPEN, State.RESOLVED], limit)


def list_of(
    tx: Connection, services: Sequence[str], *, resolved: bool = False, limit: int = 200
) -> list[Incident]:
    """The open ones of these services, or those that are resolved and not closed; worst and
    newest first."""
    states = [State.RESOLVED] if resolved else list(OPEN)
    rows = tx.execute(
        select(incidents)
        .where(incidents.c.state.in_(states), incidents.c.service.in_(services))
        .order_by(incidents.c.severity, incidents.c.id.desc())
        .limit(limit)
    )
    return [_value(row._mapping) for row in rows]


def _worst_first(tx: Connection, states: Iterable[State], limit: int) -> list[Incident]:
    rows = tx.execute(_WORST_FIRST, {"states": list(states), "most": limit})
    return [_value(row._mapping) for row in rows]


def list_opened(tx: Connection, start: datetime, end: datetime) -> list[Incident]:
    """Incidents opened in `[start, end)`, oldest first."""
    rows = tx.execute(
        select(incidents)
        .where(incidents.c.opened_at >= start, incidents.c.opened_at < end)
        .order_by(incidents.c.id)
    )
    return [_value(row._mapping) for row in rows]


def count(tx: Connection) -> dict[tuple[str, str], int]:
    """How many incidents per (severity, state) are not closed."""
    rows = tx.execute(_STANDING, {"states": [*OPEN, State.RESOLVED]})
    return {(row.severity, row.state): row.number for row in rows}


def move(
    tx: Connection,
    incident_id: IncidentId,
    here: State | Sequence[State],
    there: State,
    **values: Any,
) -> bool:
    """True for the one caller that moved it; False when it was no longer in `here`."""
    sources = [here] if isinstance(here, State) else list(here)
    if not all(may_move(source, there) for source in sources):
        raise ValueError(f"no edge from {sources} to {there}")
    given = {"given_id": incident_id, "sources": sources, "state": there, **values}
    return tx.execute(_moving(tuple(values)), given).rowcount == 1


@functools.cache
def _moving(names: tuple[str, ...]) -> Any:
    return (
        update(incidents)
        .where(
            incidents.c.id == bindparam("given_id"),
            incidents.c.state.in_(bindparam("sources", expanding=True)),
        )
        .values({name: bindparam(name) for name in ("state", *names)})
    )


def change(tx: Connection, incident_id: IncidentId, **values: Any) -> None:
    """Set facts that are no state: title, update, channel, root cause."""
    tx.execute(_changing(tuple(values)), {"given_id": incident_id, **values})


@functools.cache
def _changing(names: tuple[str, ...]) -> Any:
    change = update(incidents).where(incidents.c.id == bindparam("given_id"))
    return change.values({name: bindparam(name) for name in names})


def raise_severity(
    tx: Connection,
    incident_id: IncidentId,
    *,
    was: Severity,
    to: Severity,
    reason: str,
    sla: SlaId | None,
) -> bool:
    """True for the one caller that changed it from `was`. `sla` is what it now threatens."""
    change = (
        update(incidents)
        .where(incidents.c.id == incident_id, incidents.c.severity == was)
        .values(severity=to, reason=reason, sla=func.coalesce(sla, incidents.c.sla))
    )
    return tx.execute(change).rowcount == 1


def adopt_channel(tx: Connection, incident_id: IncidentId, *, channel_id: str, name: str) -> bool:
    """True when the incident had no channel yet: at most one, ever (invariant I5)."""
    change = (
        update(incidents)
        .where(incidents.c.id == incident_id, incidents.c.channel_id.is_(None))
        .values(channel_id=channel_id, channel_name=name)
    )
    return tx.execute(change).rowcount == 1


def take_over(
    tx: Connection, incident_id: IncidentId, *, was: PersonId, by: PersonId, at: datetime
) -> bool:
    """The acknowledgement passes to `by`; True for the one caller who took it from `was`."""
    change = (
        update(incidents)
        .where(
            incidents.c.id == incident_id,
            incidents.c.state == State.ACKNOWLEDGED,
            incidents.c.acknowledged_by == was,
        )
        .values(acknowledged_by=by, acknowledged_at=at, progress_at=at)
    )
    return tx.execute(change).rowcount == 1


def made_progress(tx: Connection, incident_id: IncidentId, by: PersonId, at: datetime) -> bool:
    """True when `by` holds the acknowledgement, whose clock then starts anew."""
    facts = {"given_id": incident_id, "given_person": by, "given_at": at}
    return _PROGRESS.run(tx, facts) == 1


def shift_progress(tx: Connection, *, by: timedelta) -> None:
    """The clock was set: the time since the last progress stays what it was."""
    rows = tx.execute(
        select(incidents.c.id, incidents.c.progress_at, incidents.c.acknowledged_at)
        .where(incidents.c.state == State.ACKNOWLEDGED)
        .with_for_update(key_share=True)
    ).all()
    moved = [
        {"given_id": row.id, "progress_at": since + by}
        for row in rows
        if (since := row.progress_at or row.acknowledged_at) is not None
    ]
    if moved:
        tx.execute(update(incidents).where(incidents.c.id == bindparam("given_id")), moved)


def _value(found: Mapping[Any, Any]) -> Incident:
    facts = {**found, "state": State(found["state"]), "severity": Severity(found["severity"])}
    return Incident(**facts)
