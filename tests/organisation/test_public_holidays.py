"""A country instead of dates, with the optional package or without it."""

import importlib.util
from datetime import date

import pytest

from app.organisation.public_holidays import HolidaysUnknown, public_holidays
from tests.organisation.edits import expect_problem, read_changed

INSTALLED = importlib.util.find_spec("holidays") is not None
LISTED = 'holidays = ["2026-12-25", "2027-01-01"]'


@pytest.mark.skipif(INSTALLED, reason="the package holidays is installed")
def test_without_the_package_a_country_is_a_problem_that_says_what_to_install() -> None:
    expect_problem(
        read_changed((LISTED, 'holidays = "IE"')),
        'team[0].working_hours.holidays[0]: the holidays of "IE" need the package holidays, '
        "which is not installed. Install it (pip install holidays), or list the dates.",
    )


@pytest.mark.skipif(not INSTALLED, reason="the package holidays is not installed")
def test_with_the_package_a_country_and_dates_of_ones_own_add_up() -> None:
    organisation = read_changed((LISTED, 'holidays = ["IE", "2026-12-24"]')).organisation
    assert organisation is not None
    found = organisation.teams["data-infra"].working_hours.holidays
    assert {date(2026, 12, 24), date(2026, 12, 25), date(2026, 3, 17)} <= found


@pytest.mark.skipif(not INSTALLED, reason="the package holidays is not installed")
@pytest.mark.parametrize("country", ["XX", "DE-XX"])
def test_a_country_nobody_knows_is_a_problem(country: str) -> None:
    with pytest.raises(HolidaysUnknown, match="are not known"):
        public_holidays(country)
