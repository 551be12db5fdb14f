"""The short form of `dark`: three hours without Slack, over a handover."""

from argparse import Namespace

from tests.campaign.dark import run


def test_three_hours_without_slack_change_no_page_and_lose_nothing() -> None:
    broken = [finding for finding in run(Namespace(short=True)) if not finding.held]
    assert broken == []
