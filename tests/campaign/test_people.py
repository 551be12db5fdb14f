"""The short form: some thousand decisions, none of them the wrong person."""

import argparse
from datetime import datetime
from unittest import mock

from app.rules import calendar
from tests.campaign import people


def test_nobody_wrong_is_chosen_in_random_companies() -> None:
    options = argparse.Namespace(decisions=None, short=True, seed=1, workers=1)
    assert all(finding.held for finding in people.run(options))


def test_an_interval_that_holds_its_end_is_noticed() -> None:
    def contains(self: calendar.Interval, at: datetime) -> bool:
        return self.start <= at <= self.end

    with mock.patch.object(calendar.Interval, "__contains__", contains):
        assert people.decide(1).figures["wrong primary"] > 0
