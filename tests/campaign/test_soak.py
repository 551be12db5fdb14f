"""The short form of `soak`: half a day of the fast clock."""

from argparse import Namespace

from tests.campaign.report import report
from tests.campaign.soak import run


def test_half_a_day_leaves_the_auditor_content_and_loses_nothing() -> None:
    findings = run(Namespace(short=True))
    assert all(finding.held for finding in findings), report("soak", findings, seconds=0)
