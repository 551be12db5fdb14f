"""`check`: everything at once, for people and for CI."""

import io
import json
import sys

import pytest

from tests.commands.conftest import Shell
from tests.organisation.edits import changed


def test_the_example_passes_with_what_its_small_pool_is_warned_of(baton: Shell) -> None:
    said = baton("check")
    assert said.code == 0
    assert said.lines[-1] == "baton.toml: 0 problems, 1 warning."


def test_warnings_fail_only_when_strict(baton: Shell) -> None:
    assert baton("check", "--strict").code == 1


def test_every_mistake_is_listed_and_fails(baton: Shell) -> None:
    baton.write(changed(('zone = "Europe/Dublin"', 'zone = "Europe/Dublim"'), ('P3"', 'P9"')))
    said = baton("check", "baton.toml")
    assert said.code == 1
    assert "Europe/Dublim" in said.out
    assert "P9" in said.out
    assert said.lines[-1].startswith("baton.toml: 2 problems")


def test_json_says_the_same(baton: Shell) -> None:
    baton.write(changed(('P3"', 'P9"')))
    said = baton("check", "--json")
    told = json.loads(said.out)
    assert (said.code, told["ok"]) == (1, False)
    assert told["problems"][0]["path"] == "alarm[1].severity"


def test_a_file_that_is_not_there_is_a_problem(baton: Shell) -> None:
    said = baton("check", "other.toml")
    assert said.code == 1
    assert "other.toml: cannot be read" in said.out


def test_standard_input_is_read_for_a_dash(baton: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    text = io.TextIOWrapper(io.BytesIO(b"[organisation]\n"))
    monkeypatch.setattr(sys, "stdin", text)
    said = baton("check", "-")
    assert said.code == 1
    assert "standard input" in said.lines[-1]


def test_a_file_is_checked_whatever_else_is_set_wrong(
    baton: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BATON_BIND", "nonsense")
    assert baton("check", "baton.toml").code == 0


def test_the_file_that_the_setting_names_is_checked(
    baton: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    baton.write("nonsense", "own.toml")
    monkeypatch.setenv("BATON_ORGANISATION", "own.toml")
    said = baton("check")
    assert said.code == 1
    assert "own.toml" in said.out
