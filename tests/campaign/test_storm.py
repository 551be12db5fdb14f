"""The short storm keeps its bounds."""

import argparse

from tests.campaign import storm


def test_a_small_storm_is_stored_whole_and_pages_go_through_it() -> None:
    parser = argparse.ArgumentParser()
    storm.arguments(parser)
    options = parser.parse_args([])
    options.short = True
    broken = [each for each in storm.run(options) if not each.held]
    assert broken == []
