"""When a heartbeat is late, and what a live one shows (product.md 5)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta

import pytest

from app.rules.heartbeat import expected_since, is_breached, is_late, shows_met
from app.rules.organisation import Due, Heartbeat
from tests.rules.company import DUBLIN, at, company

MICROSECOND = timedelta(microseconds=1)
HOURLY = Heartbeat(
    key="hourly",
    service="elt",
    due=Due(every=timedelta(hours=1)),
    grace=timedelta(minutes=10),
    threatens="fresh",
)
DAILY = Heartbeat(
    key="daily",
    service="elt",
    due=Due(every=timedelta(days=1), at=time(7), timezone=DUBLIN),
    grace=timedelta(minutes=30),
    threatens="fresh",
)
"""Due at 07:00 in Dublin: in summer that is 06:00."""
NOON = at("2026-11-24T12:00")


@pytest.mark.parametrize(
    ("case", "now", "since"),
    [
        ("after today's", "2026-11-24T12:00", "2026-11-24T07:00"),
        ("at today's", "2026-11-24T07:00", "2026-11-24T07:00"),
        ("just before today's", "2026-11-24T06:59:59.999999", "2026-11-23T07:00"),
        ("in summer", "2026-07-07T06:00", "2026-07-07T06:00"),
        ("the first one of winter", "2026-10-25T06:59", "2026-10-24T06:00"),
    ],
)
def test_a_daily_beat_is_due_at_its_wall_clock_time(case: str, now: str, since: str) -> None:
    assert expected_since(DAILY, at(now)) == at(since), case


def test_another_beat_is_due_within_its_time() -> None:
    assert expected_since(HOURLY, NOON) == at("2026-11-24T11:00")
    without_zone = replace(HOURLY, due=Due(every=timedelta(hours=2), at=time(7)))
    assert expected_since(without_zone, NOON) == at("2026-11-24T10:00")


@pytest.mark.parametrize(
    ("case", "last", "late"),
    [
        ("it never came", None, True),
        ("just now", NOON, False),
        ("its time and its grace ago", NOON - timedelta(minutes=70), False),
        ("longer ago", NOON - timedelta(minutes=70) - MICROSECOND, True),
    ],
)
def test_a_beat_is_late_after_its_time_and_its_grace(
    case: str, last: datetime | None, late: bool
) -> None:
    assert is_late(HOURLY, last, NOON) is late, case


@pytest.mark.parametrize(
    ("case", "last", "now", "late"),
    [
        ("it never came", None, "2026-11-24T12:00", True),
        ("this morning's came", "2026-11-24T06:50", "2026-11-24T12:00", False),
        ("it came in the grace", "2026-11-24T07:29", "2026-11-24T12:00", False),
        ("yesterday's in its grace is no beat of today", "2026-11-23T07:30", "2026-11-24T12:00", 1),
        ("a moment after it is one", "2026-11-23T07:30:00.000001", "2026-11-24T12:00", False),
        ("until the grace is over yesterday's counts", "2026-11-23T07:29", "2026-11-24T07:29", 0),
        ("when it is over it does not", "2026-11-23T07:29", "2026-11-24T07:30", True),
        ("the day before yesterday's never does", "2026-11-22T07:20", "2026-11-24T07:29", True),
    ],
)
def test_a_daily_beat_counts_for_the_day_that_ends_with_its_grace(
    case: str, last: str | None, now: str, late: bool
) -> None:
    assert is_late(DAILY, at(last) if last else None, at(now)) is bool(late), case


def shown(
    heartbeats: Sequence[Heartbeat], *, service: str = "elt", sla: str = "fresh", **last: datetime
) -> str | None:
    org = replace(company(), heartbeats={each.key: each for each in heartbeats})
    found = shows_met(org, service, sla, last, NOON)
    assert is_breached(org, service, sla, last, NOON) is (found is None)
    return found


def test_a_live_heartbeat_shows_its_sla_met() -> None:
    assert shown([HOURLY], hourly=NOON) == "hourly"


def test_a_late_one_shows_nothing_and_the_next_is_asked() -> None:
    late = NOON - timedelta(hours=2)
    assert shown([HOURLY], hourly=late) is None
    assert shown([HOURLY, DAILY], hourly=late, daily=at("2026-11-24T06:55")) == "daily"


def test_one_that_never_beat_shows_nothing() -> None:
    assert shown([HOURLY]) is None


def test_when_nothing_could_tell_an_sla_is_breached() -> None:
    assert shown([]) is None


def test_a_heartbeat_tells_only_of_its_own_service_and_sla() -> None:
    assert shown([HOURLY], service="api", hourly=NOON) is None
    assert shown([HOURLY], sla="complete", hourly=NOON) is None
