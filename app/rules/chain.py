"""The chain over the audit log: numbered seals, each over its rows and the seal before it."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

NONE_BEFORE = "0" * 64
MARK = 16
"""Characters kept of each row's own digest: enough to say which row was changed."""


@dataclass(frozen=True, kw_only=True)
class Record:
    """One row of the audit log."""

    id: int
    at: datetime
    by: str
    act: str
    subject: str
    why: str
    refused: bool
    facts: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Seal:
    """All rows with ids from `first_id` to `last_id`, and none that was put there later."""

    number: int
    first_id: int
    last_id: int
    marks: list[list[Any]]
    previous: str
    digest: str
    at: datetime


def make_seal(records: Sequence[Record], before: Seal | None, *, at: datetime) -> Seal:
    """The next seal, over records in the order of their ids; it begins where the last one ended,
    so no row can be slipped in between."""
    number = before.number + 1 if before else 1
    first, last = (before.last_id + 1 if before else 1), records[-1].id
    previous = before.digest if before else NONE_BEFORE
    digests = [digest_of(record) for record in records]
    return Seal(
        number=number,
        first_id=first,
        last_id=last,
        marks=_marks(records, digests),
        previous=previous,
        digest=_digest([number, first, last, _instant(at), previous, digests]),
        at=at,
    )


def what_is_wrong(seal: Seal, before: Seal | None, records: Sequence[Record]) -> str | None:
    """None when the seal follows `before` and fits the rows that are there now; otherwise a
    sentence that names the first wrong row or seal."""
    number = before.number + 1 if before else 1
    if seal.number != number:
        return f"Seal {number} is gone: seal {seal.number} comes in its place."
    if not seal.marks or seal.last_id != seal.marks[-1][0]:
        return _changed(seal)
    wrong = _first_wrong(seal, records)
    if wrong is not None:
        return wrong
    return None if make_seal(records, before, at=seal.at) == seal else _changed(seal)


def digest_of(record: Record) -> str:
    """Of everything in the row, however the database keeps it."""
    return _digest(
        [
            record.id,
            _instant(record.at),
            record.by,
            record.act,
            record.subject,
            record.why,
            bool(record.refused),
            record.facts,
        ]
    )


def _first_wrong(seal: Seal, records: Sequence[Record]) -> str | None:
    there = {record.id: digest_of(record)[:MARK] for record in records}
    sealed = {int(row): str(mark) for row, mark in seal.marks}
    for row in sorted(there.keys() | sealed.keys()):
        if row not in there:
            return f"Audit row {row} is gone; seal {seal.number} has it."
        if row not in sealed:
            return f"Audit row {row} was put in after seal {seal.number} was made."
        if there[row] != sealed[row]:
            return f"Audit row {row} was changed after seal {seal.number} was made."
    return None


def _changed(seal: Seal) -> str:
    return f"Seal {seal.number} was changed, or the one before it."


def _marks(records: Sequence[Record], digests: Sequence[str]) -> list[list[Any]]:
    return [[each.id, digest[:MARK]] for each, digest in zip(records, digests, strict=True)]


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def _digest(told: Any) -> str:
    text = json.dumps(told, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()
