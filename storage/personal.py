"""Everywhere a person is named: what is kept about one, given out or taken away as a whole."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Row,
    Table,
    Text,
    cast,
    delete,
    or_,
    select,
    update,
)

from storage import tables

OWN: Mapping[Table, str] = {
    tables.leaves: "person",
    tables.leave_calendars: "person",
    tables.feeds: "made_by",
    tables.pager_tests: "person",
    tables.people: "id",
    tables.contact_methods: "person",
}
"""Rows that are about the person alone, with the column that names them."""
NAMED: Mapping[Table, Sequence[str]] = {
    tables.overrides: ("person", "made_by", "withdrawn_by", "of_person"),
    tables.tours: ("person", "made_by"),
    tables.leaves: ("made_by", "withdrawn_by"),
    tables.leave_calendars: ("added_by",),
    tables.cover_requests: ("person", "made_by"),
    tables.cover_answers: ("person",),
    tables.swaps: ("person", "with_person", "made_by", "answered_by", "undo_by"),
    tables.shadows: ("person", "made_by"),
    tables.pay_lines: ("person",),
    tables.proposals: ("made_by", "answered_by"),
    tables.pager_tests: ("asked_by",),
    tables.handover_drafts: ("outgoing", "incoming", "note_by"),
    tables.contact_methods: ("added_by",),
    tables.intake_tokens: ("created_by",),
    tables.organisations: ("applied_by",),
    tables.alarm_reviews: ("by",),
    tables.incidents: (
        "declared_by",
        "acknowledged_by",
        "resolved_by",
        "ended_by",
        "update_by",
    ),
    tables.participants: ("person",),
    tables.follow_ups: ("by",),
    tables.timeline: ("by",),
    tables.escalations: ("asked_by", "target", "answered_by"),
    tables.pages: ("person",),
    tables.handovers: ("outgoing", "incoming", "note_by", "accepted_by"),
}
"""Rows of other things in which they are named."""
WITHIN: Sequence[Column[Any]] = (
    tables.incidents.c.trouble,
    tables.timeline.c.facts,
    tables.pages.c.rota_facts,
    tables.effects.c.facts,
    tables.gaps.c.people,
    tables.proposals.c.facts,
)
"""Texts and facts in which their id may stand."""
KEPT: Mapping[Table, Sequence[str]] = {tables.audit: ("by", "subject")}
"""Rows that nobody may change, this included."""
UNSHOWN = frozenset({"target", "code_hash", "address", "hash"})


def export(tx: Connection, person: str) -> dict[str, list[dict[str, Any]]]:
    """Every row that names them, by table, ready for JSON; addresses only as their hints."""
    columns: dict[Table, tuple[str, ...]] = {table: (name,) for table, name in OWN.items()}
    for table, names in [*NAMED.items(), *KEPT.items()]:
        columns[table] = (*columns.get(table, ()), *names)
    found = {table.name: _rows(tx, table, names, person) for table, names in columns.items()}
    return {name: rows for name, rows in found.items() if rows}


def erase(tx: Connection, names: Sequence[str], instead: str) -> int:
    """Take away what is theirs alone, and put `instead` wherever else they are named; `names` are
    the person's id and their Slack account. How many rows were changed."""
    changed = sum(
        tx.execute(delete(table).where(table.c[name] == names[0])).rowcount
        for table, name in OWN.items()
    )
    for table, columns in NAMED.items():
        for name in columns:
            rename = update(table).where(table.c[name] == names[0]).values({name: instead})
            changed += tx.execute(rename).rowcount
    return changed + sum(_within(tx, column, name, instead) for column in WITHIN for name in names)


def _within(tx: Connection, column: Column[Any], name: str, instead: str) -> int:
    """Only where it stands alone: `ana@…` is not in `diana@…`."""
    table = column.table
    alone = re.compile(rf"(?<![\w.+-]){re.escape(name)}(?![\w-]|\.\w)")
    spelled = json.dumps(name)[1:-1]
    found = select(table.c.id, column).where(cast(column, Text).contains(spelled, autoescape=True))
    changed = 0
    for key, value in tx.execute(found).all():
        again = _replaced(value, alone, instead)
        if again != value:
            change = update(tables.metadata.tables[column.table.name]).where(table.c.id == key)
            tx.execute(change.values({column.name: again}))
            changed += 1
    return changed


def _replaced(value: Any, alone: re.Pattern[str], instead: str) -> Any:
    match value:
        case str():
            return alone.sub(instead, value)
        case dict():
            return {key: _replaced(each, alone, instead) for key, each in value.items()}
        case list():
            return [_replaced(each, alone, instead) for each in value]
    return value


def _rows(
    tx: Connection, table: Table, columns: Sequence[str], person: str
) -> list[dict[str, Any]]:
    wanted = select(table).where(or_(*(table.c[name] == person for name in columns)))
    return [dict(_plain(row)) for row in tx.execute(wanted)]


def _plain(row: Row[Any]) -> Iterator[tuple[str, Any]]:
    for name, value in row._mapping.items():
        if name not in UNSHOWN and name != "source":
            yield name, value.isoformat() if isinstance(value, date) else value
