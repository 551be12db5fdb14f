"""The short form of the mutation campaign, and that it can tell a mistake from none."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.campaign.mutation.mistakes import mistakes
from tests.campaign.mutation.survivors import REASONS

CODE = '''"""A docstring."""
import logging

log = logging.getLogger("a")
MOST = 3


def is_many(numbers: list[int], names: dict[str, int] | None = None) -> bool:
    """Another."""
    log.info("counting")
    if not numbers:
        return False
    return len(numbers) >= MOST and max(numbers) > 0
'''
FOUND = [
    (5, "3 → 4"),
    (11, "without its not"),
    (12, "False → True"),
    (13, "returns None"),
    (13, "And → Or"),
    (13, "GtE → Gt"),
    (13, "GtE → Lt"),
    (13, "Gt → GtE"),
    (13, "Gt → LtE"),
    (13, "max → min"),
    (13, "0 → 1"),
]


def test_every_small_mistake_is_made_once_and_none_in_what_does_nothing(tmp_path: Path) -> None:
    path = tmp_path / "code.py"
    path.write_text(CODE)
    made = list(mistakes(str(path)))
    assert [(each.line, each.what) for each in made] == FOUND
    assert [each.in_function for each in made] == [False] + [True] * 10
    answers = []
    for each in made:
        names: dict[str, object] = {}
        exec(each.code(), names)  # noqa: S102 - the few lines above
        is_many = names["is_many"]
        assert callable(is_many)
        answers.append([is_many(numbers) for numbers in ([], [0, 0, 0], [1, 0], [0, 0, 1, 0])])
    right = [False, False, False, True]
    assert [number for number, each in enumerate(answers) if each == right] == [0, 5]


@pytest.mark.timeout(180)
def test_the_ladders_mistakes_are_noticed() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.campaign", "mutation", "--short"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "rules: killed" in done.stdout


def test_every_reason_is_of_a_line_that_is_there() -> None:
    for each in REASONS:
        lines = [line.strip() for line in Path(each.path).read_text().splitlines()]
        assert each.text in lines, each
