"""Pay: each shift once, to the minute, and exact to the cent."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.organisation import Override, Pay, Rota, RotaKind, Rotation
from app.rules.pay import Earned, earned, read_month, span_of, split
from app.rules.rota import RotaVersion
from app.rules.schedule import Schedule

PAY = Pay(amount="1000.00", currency="EUR")
OCTOBER = date(2026, 10, 1)
LATER = datetime(2027, 1, 1, tzinfo=UTC)
FRIDAYS = Rotation(
    every=timedelta(weeks=1),
    day=4,
    time=time(18),
    timezone=ZoneInfo("Europe/Dublin"),
    starts=date(2026, 1, 2),
)


def volunteers(*members: str, slots: int = 1) -> Rota:
    return Rota(
        id="volunteers", kind=RotaKind.TEAM, rotation=FRIDAYS, members=members, slots=slots,
        pay_per_shift=PAY,
    )  # fmt: skip


def paid(
    rota: Rota, *overrides: Override, month: date = OCTOBER, until: datetime = LATER
) -> list[Earned]:
    schedule = Schedule({rota.id: ((RotaVersion(rota, None),), overrides)})
    return earned(schedule, rota, month, PAY, until=until)


def override(person: str, start: datetime, hours: float) -> Override:
    end = start + timedelta(hours=hours)
    return Override(person=person, start=start, end=end, why="", made_at=start)


def test_a_month_is_worth_its_shifts_times_the_rate() -> None:
    found = paid(volunteers("ana", "ben"))
    assert {each.person: each.shifts for each in found} == {"ana": 3, "ben": 2}
    assert sum(each.amount for each in found) == 5 * Decimal(1000)
    # The week in which summer time ends has an hour more.
    assert sum(each.minutes for each in found) == (5 * 7 * 24 + 1) * 60


def test_cover_is_paid_to_whoever_served() -> None:
    friday = datetime(2026, 10, 9, 17, tzinfo=UTC)
    before = {each.person: each for each in paid(volunteers("ana", "ben"))}
    after = {
        each.person: each for each in paid(volunteers("ana", "ben"), override("chi", friday, 42))
    }
    assert (after["chi"].minutes, after["chi"].amount) == (42 * 60, Decimal("250.00"))
    assert sum(each.amount for each in after.values()) == sum(
        each.amount for each in before.values()
    )


def test_nobody_is_paid_for_what_nobody_served() -> None:
    found = paid(volunteers())
    assert [(each.person, each.amount) for each in found] == [(None, Decimal(5000))]


def test_each_of_two_who_serve_at_once_has_a_shift() -> None:
    found = paid(volunteers("ana", "ben", slots=2))
    assert {each.person: each.amount for each in found} == {"ana": 5000, "ben": 5000}


def test_a_shift_that_has_not_ended_is_not_paid_yet() -> None:
    second_friday = datetime(2026, 10, 9, 17, tzinfo=UTC)
    assert sum(each.shifts for each in paid(volunteers("ana"), until=second_friday)) == 2
    early = second_friday - timedelta(minutes=1)
    assert sum(each.shifts for each in paid(volunteers("ana"), until=early)) == 1


def test_a_year_has_each_shift_once() -> None:
    months = [date(2026, number, 1) for number in range(1, 13)]
    found = [each for month in months for each in paid(volunteers("ana", "ben"), month=month)]
    assert sum(each.shifts for each in found) == 51


@given(
    st.decimals(min_value=0, max_value=10_000, places=2),
    st.lists(st.integers(0, 700_000), min_size=1, max_size=9).filter(any),
)
def test_parts_are_whole_cents_and_together_the_amount(amount: Decimal, weights: list[int]) -> None:
    parts = split(amount, weights)
    assert sum(parts, Decimal(0)) == amount
    for part, weight in zip(parts, weights, strict=True):
        assert part == part.quantize(Decimal("0.01"))
        assert abs(part - amount * weight / sum(weights)) < Decimal("0.01")


@pytest.mark.parametrize("text", ["", "october", "2026-13", "2026-10-01", "10-2026"])
def test_what_is_no_month_is_none(text: str) -> None:
    assert read_month(text) is None
    assert read_month("2026-10") == OCTOBER


def test_a_month_begins_at_midnight_where_the_rota_is() -> None:
    span = span_of(OCTOBER, volunteers())
    assert (span.start.hour, span.end.hour) == (23, 0)
