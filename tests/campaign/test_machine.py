"""The machine's short form: no law breaks, and deliberate mistakes do break one."""

import pytest

from tests.campaign.machine.drive import drive
from tests.campaign.machine.mutants import MUTANTS


@pytest.mark.parametrize("seed", [1])
def test_no_law_breaks_whatever_happens_in_whatever_order(seed: int) -> None:
    course = drive(seed, 1_000, shrink=False)
    assert not course.broken, f"seed {seed}: {course.broken}"
    assert course.figures["people paged"] > 20


def test_the_laws_hold_on_postgresql(postgres_url: str) -> None:
    course = drive(4, 100, url=postgres_url, shrink=False, batch_of=2)
    assert not course.broken, f"seed 4: {course.broken}"


@pytest.mark.parametrize("name", ["mark_before_send", "no_expiry"])
def test_a_deliberate_mistake_is_caught(name: str) -> None:
    with MUTANTS[name]():
        assert drive(1, 5_000, shrink=False).broken
