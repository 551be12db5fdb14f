"""The short form of the campaign of replicas."""

import argparse

import pytest

from tests.campaign import replicas
from tests.campaign.report import report

pytestmark = [pytest.mark.timeout(180), pytest.mark.usefixtures("postgres")]


def test_replicas_settle_their_races_and_take_over_from_each_other() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--short", action="store_true")
    replicas.arguments(parser)
    findings = replicas.run(parser.parse_args(["--short"]))
    assert all(each.held for each in findings), report("replicas", findings, seconds=0)
