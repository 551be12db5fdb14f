"""When somebody means, in their own zone: a few plain words, or nothing."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.slack.when import read_when, take_when

NOW = datetime(2026, 11, 23, 22, tzinfo=UTC)
"""Monday 22:00 in Dublin, 17:00 in New York."""
DUBLIN, NEW_YORK = ZoneInfo("Europe/Dublin"), ZoneInfo("America/New_York")


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("fri", "2026-11-27 00:00", None),
        ("Friday 18:00", "2026-11-27 18:00", None),
        ("today", "2026-11-23 00:00", None),
        ("tomorrow 09:00 to 12:30", "2026-11-24 09:00", "2026-11-24 12:30"),
        ("4 dec", "2026-12-04 00:00", None),
        ("4 December 18:00 until 22:00", "2026-12-04 18:00", "2026-12-04 22:00"),
        ("1 feb", "2027-02-01 00:00", None),
        ("2026-12-04 18:00 to 2026-12-05 09:00", "2026-12-04 18:00", "2026-12-05 09:00"),
        ("2026-12-04T18:00", "2026-12-04 18:00", None),
        ("fri to sun", "2026-11-27 00:00", "2026-11-30 00:00"),
        ("18:00 to 22:00", "2026-11-24 18:00", "2026-11-24 22:00"),
        ("21:00 to 23:00", "2026-11-23 21:00", "2026-11-23 23:00"),
        ("22:30 – 06:00", "2026-11-23 22:30", "2026-11-24 06:00"),
        ("23:00", "2026-11-23 23:00", None),
        ("09:00", "2026-11-24 09:00", None),
        ("fri 22:00 to 06:00", "2026-11-27 22:00", "2026-11-28 06:00"),
    ],
)
def test_it_is_read(text: str, start: str, end: str | None) -> None:
    found = read_when(text, now=NOW, zone=DUBLIN)
    assert found is not None
    assert f"{found.start:%Y-%m-%d %H:%M}" == start
    assert (f"{found.end:%Y-%m-%d %H:%M}" if found.end else None) == end


@pytest.mark.parametrize(
    ("text", "start", "rest"),
    [
        ("fri to sun a wedding", "27 00:00", "a wedding"),
        ("Friday 18:00 until 22:00 the opera", "27 18:00", "the opera"),
        ("4 dec  18:00", "04 18:00", ""),
        ("a wedding on fri", None, "a wedding on fri"),
        ("", None, ""),
    ],
)
def test_a_text_may_begin_with_it(text: str, start: str | None, rest: str) -> None:
    found, left = take_when(text, now=NOW, zone=DUBLIN)
    assert (f"{found.start:%d %H:%M}" if found else None) == start
    assert left == rest


def test_a_time_is_the_readers_own() -> None:
    found = read_when("18:00 to 22:00", now=NOW, zone=NEW_YORK)
    assert found is not None
    assert found.start == datetime(2026, 11, 23, 23, tzinfo=UTC)
    assert found.end == datetime(2026, 11, 24, 3, tzinfo=UTC)


def test_a_day_alone_is_said_to_be_one() -> None:
    for text, is_day in (("fri", True), ("fri 18:00", False), ("fri to sun", False)):
        found = read_when(text, now=NOW, zone=DUBLIN)
        assert found is not None
        assert found.is_day is is_day


@pytest.mark.parametrize(
    "text",
    ["", "ghosts", "25:00", "18:60", "99 dec", "31 feb", "fri to", "to 18:00", "0001-01-01",
     "9999-12-31", "2026-13-01", "4 foo", "fri 18:00 to ghosts", "١٨:٠٠"],
)  # fmt: skip
def test_what_is_not_understood_is_nothing(text: str) -> None:
    assert read_when(text, now=NOW, zone=DUBLIN) is None


@given(st.text(alphabet="0123456789: -–tofrisdecjan", max_size=30))
def test_nothing_typed_fails(text: str) -> None:
    found = read_when(text, now=NOW, zone=DUBLIN)
    if found is not None and found.end is not None:
        assert found.start.tzinfo is UTC
