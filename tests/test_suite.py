"""`python3 -m app test ARGUMENTS` is pytest with these arguments."""

import pytest

from app.suite import run_suite


def test_arguments_go_to_pytest_alone(capfd: pytest.CaptureFixture[str]) -> None:
    assert run_suite(["--version"]) == 0
    out, err = capfd.readouterr()
    assert "ruff" not in out
    assert "pytest" in out + err


def test_a_failure_is_the_exit_code() -> None:
    no_such_file = 4
    assert run_suite(["tests/no_such_file.py"]) == no_such_file
