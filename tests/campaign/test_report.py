"""The report: a broken bound is seen, and a kept one is not called broken."""

import pytest

from tests.campaign.__main__ import main
from tests.campaign.report import Finding, at_least, at_most, exactly, report, told


@pytest.mark.parametrize(
    ("finding", "held"),
    [
        (at_most("late", 2.0, 2.0, "s"), True),
        (at_most("late", 2.1, 2.0, "s"), False),
        (at_least("kills", 1000, 1000), True),
        (at_least("kills", 999, 1000), False),
        (exactly("lost", 0, 0), True),
        (exactly("lost", 1, 0), False),
        (told("copies", 7), True),
    ],
)
def test_a_bound_is_held_or_broken(finding: Finding, held: bool) -> None:
    assert finding.held is held
    assert ("BROKEN" in report("x", [finding], seconds=1)) is not held


def test_an_unknown_campaign_is_told_which_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["nonesuch"]) == 2
    assert "NAME is one of" in capsys.readouterr().out
