"""The short storm keeps its bounds."""

import argparse

import pytest

from tests.campaign import storm


@pytest.mark.parametrize("how", [[], ["--different"]], ids=["of services", "of what nobody knows"])
def test_a_small_storm_is_stored_whole_and_pages_go_through_it(how: list[str]) -> None:
    parser = argparse.ArgumentParser()
    storm.arguments(parser)
    options = parser.parse_args(how)
    options.short = True
    broken = [each for each in storm.run(options) if not each.held]
    assert broken == []
