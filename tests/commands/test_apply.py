"""`plan` and `apply`: what would change, then the change, or nothing at all."""

import json
import sqlite3

import pytest

from app.flows.kit import Kit
from app.flows.standing import StandingOrders
from app.organisation.in_force import parse_applied
from storage import audit, organisations
from storage.engine import Database
from tests.commands.conftest import Shell
from tests.organisation.edits import changed

BUDGET = changed(("page_budget = 10", "page_budget = 12"))


def test_everything_is_new_to_a_database_that_is_not_there(baton: Shell) -> None:
    said = baton("plan")
    assert said.code == 0
    assert said.lines[0] == "Acme is set up: no organisation was in force before."
    assert not (baton.folder / "baton.db").exists()


def test_everything_is_new_to_a_database_without_an_organisation(
    baton: Shell, on_database: Database
) -> None:
    assert "Rota managers is added" in baton("plan").out


def test_applying_puts_the_file_in_force(baton: Shell, on_database: Database) -> None:
    said = baton("apply", "--yes")
    assert said.code == 0
    assert "in force as version 1" in said.err
    assert baton("plan").lines == ["Nothing changes."]
    with on_database.read.begin() as tx:
        assert organisations.newest_id(tx) == 1
        assert [each.by for each in audit.list_of(tx, "organisation")] == ["operator"]


def test_applying_the_same_again_changes_nothing(applied: Shell) -> None:
    said = applied("apply")
    assert said.code == 0
    assert "in force already" in said.err


def test_a_running_process_sees_what_is_applied_beside_it(
    baton: Shell, on_database: Database
) -> None:
    assert baton("apply", "--yes").code == 0
    kit = Kit(on_database, StandingOrders(parse_applied))
    assert kit.do_now(lambda work: work.org.page_budget) == 10
    baton.write(BUDGET)
    assert baton("apply", "--yes").code == 0
    assert kit.do_now(lambda work: work.org.page_budget) == 12
    kit.close()


def test_the_plan_names_what_would_change_and_nothing_else(applied: Shell) -> None:
    applied.write(BUDGET)
    said = applied("plan")
    assert len(said.lines) == 1
    assert "10" in said.out
    assert "12" in said.out


def test_the_plan_is_there_as_json(applied: Shell) -> None:
    applied.write(BUDGET)
    told = json.loads(applied("plan", "--json").out)
    assert [each["subject"] for each in told["changes"]] == ["page_budget"]


def test_nothing_is_applied_without_a_yes(baton: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    said = baton("apply")
    assert said.code == 1
    assert "Add --yes" in said.err
    assert not (baton.folder / "baton.db").exists()


@pytest.mark.parametrize(("answer", "code"), [("y", 0), ("yes", 0), ("", 1), ("n", 1)])
def test_a_person_is_asked(
    baton: Shell, monkeypatch: pytest.MonkeyPatch, answer: str, code: int
) -> None:
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr("builtins.input", lambda question: answer)
    assert baton("apply").code == code
    assert (baton.folder / "baton.db").exists() == (code == 0)


def test_a_file_with_problems_is_not_applied_and_all_are_listed(applied: Shell) -> None:
    applied.write(changed(('P3"', 'P9"'), ("page_budget = 10", 'page_budget = "many"')))
    said = applied("apply", "--yes")
    assert said.code == 1
    assert "P9" in said.err
    assert "page_budget" in said.err
    applied.write(changed())
    assert applied("plan").lines == ["Nothing changes."]


def test_line_ends_do_not_make_another_version(applied: Shell) -> None:
    text = (applied.folder / "baton.toml").read_text()
    (applied.folder / "baton.toml").write_bytes(text.replace("\n", "\r\n").encode())
    assert "in force already" in applied("apply").err


def test_a_schema_of_another_version_is_not_guessed_at(applied: Shell) -> None:
    _set_revision(applied, "0000")
    said = applied("who")
    assert said.code == 1
    assert "`python3 -m app migrate`" in said.err
    _set_revision(applied, "9999")
    assert "newer than this version's" in applied("plan").err


def _set_revision(baton: Shell, revision: str) -> None:
    connection = sqlite3.connect(baton.folder / "baton.db")
    connection.execute("UPDATE alembic_version SET version_num = ?", (revision,))
    connection.commit()
    connection.close()
