"""`migrate`: prints what it ran."""

import pytest

from tests.commands.conftest import Shell


def test_each_revision_is_printed_and_then_there_is_none(baton: Shell) -> None:
    said = baton("migrate")
    assert said.code == 0
    assert said.lines[0] == "0001"
    assert baton("migrate").lines == ["The schema is up to date."]


def test_a_folder_that_is_not_there_is_told_in_a_sentence(
    baton: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BATON_DATABASE_URL", "sqlite:///nowhere/baton.db")
    said = baton("migrate")
    assert said.code == 1
    assert "does not exist" in said.err
