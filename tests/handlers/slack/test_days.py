"""Days as people type them, in their own zone; what cannot be read says the form it should have."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from app.flows.work import Refused
from handlers.slack.days import read_days

DUBLIN, NEW_YORK = ZoneInfo("Europe/Dublin"), ZoneInfo("America/New_York")


@pytest.mark.parametrize(
    ("text", "start", "end", "note"),
    [
        ("2026-12-20 to 2027-01-02", (2026, 12, 20, 0), (2027, 1, 3, 0), ""),
        ("2026-12-20 until 2027-01-02 the sea", (2026, 12, 20, 0), (2027, 1, 3, 0), "the sea"),
        ("from 2026-12-20 - 2026-12-21", (2026, 12, 20, 0), (2026, 12, 22, 0), ""),
        ("2026-12-20..2026-12-21", (2026, 12, 20, 0), (2026, 12, 22, 0), ""),
        ("2026-12-24", (2026, 12, 24, 0), (2026, 12, 25, 0), ""),
        ("2026-12-24 dentist\nat noon", (2026, 12, 24, 0), (2026, 12, 25, 0), "dentist\nat noon"),
        ("2026-12-24 14:00 to 2026-12-25 9:30", (2026, 12, 24, 14), (2026, 12, 25, 9.5), ""),
        ("2026-12-24T14:00 TO 2026-12-24", (2026, 12, 24, 14), (2026, 12, 25, 0), ""),
    ],
)
def test_what_is_understood(
    text: str, start: tuple[int, ...], end: tuple[float, ...], note: str
) -> None:
    found = read_days(text, DUBLIN)
    year, month, day, hours = end
    until = datetime(int(year), int(month), int(day), int(hours), int(hours % 1 * 60), tzinfo=UTC)
    assert (found.start, found.end) == (datetime(*start, tzinfo=UTC), until)  # type: ignore[arg-type,misc]
    assert found.note == note


def test_days_are_those_of_the_persons_zone_across_summer_time() -> None:
    found = read_days("2026-03-07 to 2026-03-08", NEW_YORK)
    assert found.start == datetime(2026, 3, 7, 5, tzinfo=UTC)
    assert found.end == datetime(2026, 3, 9, 4, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "next week",
        "2026-13-01",
        "2026-02-30 to 2026-03-01",
        "0001-01-01",
        "9999-12-31",
        "2026-12-24 25:00 to 2026-12-25",
        "20.12.2026",
        "2026-12-24 14:61",
        "1" * 5000,
    ],
)
def test_what_is_not_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(Refused, match=r"Nothing was changed\.$"):
        read_days(text, DUBLIN)


@pytest.mark.parametrize("text", ["2026-12-24 to", "2026-12-24 to tomorrow-ish" * 1000])
def test_what_follows_a_day_and_is_none_is_a_note(text: str) -> None:
    assert read_days(text, DUBLIN).note.startswith("to")
