"""The short form of `audit`: a small database, on which the auditor is content."""

from argparse import Namespace

from tests.campaign.audit import run


def test_a_full_database_is_audited_and_everything_in_it_holds() -> None:
    assert [each for each in run(Namespace(short=True)) if not each.held] == []
