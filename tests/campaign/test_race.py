"""The short form of `race`: nobody who tells a new alert at the same instant is turned away."""

from argparse import Namespace

import pytest

from tests.campaign.race import run


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_a_few_races_give_one_alert_one_incident_and_one_page_each(database: str) -> None:
    found = run(Namespace(short=True, races=None, database=database))
    assert [each for each in found if not each.held] == []
