"""The short form of the hostile campaign, and that it can fail."""

import argparse
import random

import pytest

from tests.campaign import hostile
from tests.campaign.hostile.mutate import fuzz, mutations
from tests.campaign.hostile.targets import TARGETS, Target
from tests.campaign.report import report

pytestmark = pytest.mark.timeout(180)


def test_no_parser_and_no_door_breaks() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--short", action="store_true")
    hostile.arguments(parser)
    findings = hostile.run(parser.parse_args(["--short", "--by-chance"]))
    assert all(each.held for each in findings), report("hostile", findings, seconds=0)


def test_a_parser_that_breaks_is_found_out() -> None:
    def check(data: bytes) -> None:
        if data.count(b"[") > 60:
            raise RecursionError

    words = TARGETS["intake-generic"].words
    found = fuzz(Target(name="intake-generic", check=check, words=words), seconds=2, chance=1)
    assert found.broken


def test_the_same_chance_tries_the_same() -> None:
    target = TARGETS["mrkdwn"]
    first, second = (mutations(target.seeds, target.words, random.Random(7)) for _ in range(2))
    assert [next(first) for _ in range(50)] == [next(second) for _ in range(50)]
