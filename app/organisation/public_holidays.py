"""Public holidays of a country, by the optional package `holidays`."""

import importlib
from datetime import date
from functools import cache

# Fixed, so that a file means the same whenever it is read.
YEARS = range(2020, 2051)


class HolidaysUnknown(Exception):
    """A country's holidays cannot be told; `what` and `hint` say why and what to do."""

    def __init__(self, what: str, hint: str) -> None:
        super().__init__(f"{what}. {hint}")
        self.what = what
        self.hint = hint


@cache
def public_holidays(country: str) -> frozenset[date]:
    """The holidays of "IE", or of a part of a country such as "DE-BY", from 2020 to 2050.

    Raises `HolidaysUnknown` for a country nobody knows, or when the package is not installed.
    """
    try:
        holidays = importlib.import_module("holidays")
    except ImportError as error:
        raise HolidaysUnknown(
            f'the holidays of "{country}" need the package holidays, which is not installed',
            "Install it (pip install holidays), or list the dates.",
        ) from error
    name, _, part = country.partition("-")
    try:
        found = holidays.country_holidays(name, subdiv=part or None, years=YEARS)
    except NotImplementedError as error:
        raise HolidaysUnknown(
            f'the holidays of "{country}" are not known',
            'Write a country as "IE" or "DE-BY", or list the dates.',
        ) from error
    return frozenset(found)
