"""The short form of the kill campaign, and of the mutant that shows that it can fail."""

import argparse

import pytest

from tests.campaign import kill
from tests.campaign.report import report

pytestmark = pytest.mark.timeout(180)


def broken(*options: str) -> str:
    """The report of a short run, where it has a broken bound."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--short", action="store_true")
    kill.arguments(parser)
    findings = kill.run(parser.parse_args(["--short", *options]))
    if all(finding.held for finding in findings):
        return ""
    return report("kill", findings, seconds=0)


def test_kills_at_random_instants_lose_and_double_nothing() -> None:
    assert broken() == ""


def test_a_baton_that_records_before_it_sends_is_found_out() -> None:
    assert broken("--mutant") == ""


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
@pytest.mark.usefixtures("postgres")
def test_a_backup_under_load_is_gone_on_from(kind: str) -> None:
    assert broken("--restore", "--database", kind) == ""
