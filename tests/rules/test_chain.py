"""The chain over the audit log names what was changed, removed or slipped in (product.md 36)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta, timezone
from typing import Any

import pytest

from app.rules.chain import Record, Seal, digest_of, make_seal, what_is_wrong
from tests.rules.company import at

NOON = at("2026-11-24T12:00")
ROWS = [
    Record(
        id=number,
        at=NOON + number * timedelta(seconds=1),
        by="ana",
        act="acknowledge",
        subject=f"INC-{number}",
        why="",
        refused=False,
        facts={"b": [1, None], "a": "ü"},
    )
    for number in range(1, 6)
]
FIRST = make_seal(ROWS[:3], None, at=NOON)
SECOND = make_seal(ROWS[3:], FIRST, at=NOON + timedelta(hours=1))


def test_the_first_seal_begins_with_the_first_row_that_there_may_be() -> None:
    assert (FIRST.number, FIRST.first_id, FIRST.last_id) == (1, 1, 3)
    assert FIRST.previous == "0" * 64
    assert make_seal(ROWS[1:3], None, at=NOON).first_id == 1


def test_a_seal_begins_where_the_one_before_ended() -> None:
    assert (SECOND.number, SECOND.first_id, SECOND.last_id) == (2, 4, 5)
    assert SECOND.previous == FIRST.digest
    assert SECOND.at == NOON + timedelta(hours=1)
    assert make_seal(ROWS[4:], FIRST, at=NOON).first_id == 4


def test_a_seal_keeps_a_mark_of_each_row() -> None:
    assert FIRST.marks == [[row.id, digest_of(row)[:16]] for row in ROWS[:3]]


def test_digests_stay_what_they_were_in_databases_that_are_in_use() -> None:
    assert digest_of(ROWS[0]) == "c9ff4ba548dc288dd6428792425d2b6d769272a7b5a026d47bd8140e60281b19"
    assert FIRST.digest == "a9cf4862795f4e98915f3b0ea20fe6d8987527b5ab2a528572082ad1853d6a6c"


def test_a_digest_does_not_depend_on_how_the_database_keeps_the_row() -> None:
    elsewhere = timezone(timedelta(hours=5))
    moved = ROWS[0].at.astimezone(elsewhere)
    kept = replace(ROWS[0], at=moved, refused=0, facts={"a": "ü", "b": [1, None]})  # type: ignore[arg-type]
    assert digest_of(kept) == digest_of(ROWS[0])


def test_facts_that_are_no_json_cannot_be_sealed() -> None:
    with pytest.raises(ValueError, match="JSON"):
        digest_of(replace(ROWS[0], facts={"share": float("nan")}))


@pytest.mark.parametrize(
    "change",
    [
        {"at": NOON},
        {"by": "ben"},
        {"act": "resolve"},
        {"subject": "INC-9"},
        {"why": "because"},
        {"refused": True},
        {"facts": {}},
    ],
    ids=lambda change: next(iter(change)),
)
def test_whatever_is_changed_in_a_row_the_row_is_named(change: dict[str, Any]) -> None:
    rows = [ROWS[0], replace(ROWS[1], **change), ROWS[2]]
    assert what_is_wrong(FIRST, None, rows) == "Audit row 2 was changed after seal 1 was made."


def test_what_is_as_it_was_is_not_wrong() -> None:
    assert what_is_wrong(FIRST, None, ROWS[:3]) is None
    assert what_is_wrong(SECOND, FIRST, ROWS[3:]) is None


@pytest.mark.parametrize(
    ("case", "rows", "sentence"),
    [
        ("gone", [ROWS[0], ROWS[2]], "Audit row 2 is gone; seal 1 has it."),
        ("the last one is gone", ROWS[:2], "Audit row 3 is gone; seal 1 has it."),
        ("all are gone", [], "Audit row 1 is gone; seal 1 has it."),
        (
            "slipped in",
            [*ROWS[:3], replace(ROWS[0], id=0)],
            "Audit row 0 was put in after seal 1 was made.",
        ),
        (
            "the first wrong row is named",
            [replace(ROWS[0], by="eve"), ROWS[2]],
            "Audit row 1 was changed after seal 1 was made.",
        ),
    ],
)
def test_the_first_wrong_row_is_named(case: str, rows: Sequence[Record], sentence: str) -> None:
    assert what_is_wrong(FIRST, None, rows) == sentence, case


@pytest.mark.parametrize(
    "forged",
    [
        replace(SECOND, marks=[]),
        replace(SECOND, last_id=4),
        replace(SECOND, last_id=6),
        replace(SECOND, first_id=5),
        replace(SECOND, previous="0" * 64),
        replace(SECOND, digest=FIRST.digest),
        replace(SECOND, at=NOON),
    ],
    ids=["no marks", "ends early", "ends late", "begins late", "previous", "digest", "time"],
)
def test_a_seal_that_was_changed_is_named(forged: Seal) -> None:
    found = what_is_wrong(forged, FIRST, ROWS[3:])
    assert found == "Seal 2 was changed, or the one before it."


def test_a_row_with_a_forged_mark_is_named_by_the_seals_digest() -> None:
    eve = replace(ROWS[4], by="eve")
    forged = replace(SECOND, marks=[SECOND.marks[0], [5, digest_of(eve)[:16]]])
    assert what_is_wrong(forged, FIRST, [ROWS[3], eve]) == (
        "Seal 2 was changed, or the one before it."
    )


def test_a_seal_that_is_gone_is_named() -> None:
    assert what_is_wrong(SECOND, None, ROWS[3:]) == "Seal 1 is gone: seal 2 comes in its place."
    third = make_seal([replace(ROWS[0], id=6)], SECOND, at=NOON)
    assert what_is_wrong(third, FIRST, ROWS) == "Seal 2 is gone: seal 3 comes in its place."
