"""The short form of `zones`: some zones, among them the oddest, and some changes of each."""

from argparse import Namespace

from tests.campaign.zones import run


def test_the_schedule_is_what_an_icalendar_expansion_gives_around_every_change() -> None:
    found = run(Namespace(short=True, zone=None, changes=None))
    assert [each for each in found if not each.held] == []
    figures = {each.what: each.figure for each in found}
    assert figures["schedules compared"] > 0
    assert figures["turns at a time that does not exist"] > 0
