"""`away import`: absences of a calendar file, shown or entered by the operator."""

from pathlib import Path

import pytest

from storage.engine import Database
from storage.tables import leaves
from tests.commands.conftest import Shell

EVENT = """BEGIN:VCALENDAR
VERSION:2.0
BEGIN:VEVENT
UID:1@x
DTSTAMP:20260101T000000Z
DTSTART;VALUE=DATE:20991224
DTEND;VALUE=DATE:20991226
RRULE:FREQ=YEARLY
SUMMARY:Vacation by the sea
END:VEVENT
END:VCALENDAR
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    made = tmp_path / "ana.ics"
    made.write_text(EVENT.replace("2099", "2020").replace("\n", "\r\n"), encoding="utf-8")
    return made


@pytest.fixture
def here(baton: Shell, on_database: Database) -> Shell:
    assert baton("apply", "--yes").code == 0
    return baton


def count(database: Database) -> int:
    with database.read.begin() as tx:
        return len(tx.execute(leaves.select()).all())


def test_a_dry_run_shows_and_changes_nothing(
    here: Shell, on_database: Database, file: Path
) -> None:
    said = here("away", "import", "ana@acme.test", str(file), "--dry-run")
    assert said.code == 0
    assert any("24 Dec" in line for line in said.lines)
    assert "sea" not in said.out
    assert count(on_database) == 0


def test_it_is_entered_once(here: Shell, on_database: Database, file: Path) -> None:
    said = here("away", "import", "Ana@Acme.test", str(file))
    assert said.code == 0
    entered = count(on_database)
    assert entered >= 1
    again = here("away", "import", "ana@acme.test", str(file))
    assert again.code == 0
    assert again.err.startswith("0 of ")
    assert count(on_database) == entered


@pytest.mark.parametrize(
    ("person", "text", "words"),
    [
        ("anna@acme.test", EVENT, "nobody called"),
        ("ana@acme.test", "<html>", "no iCalendar"),
        ("ana@acme.test", EVENT.replace("YEARLY", "SECONDLY"), "again within a day"),
    ],
)
def test_what_cannot_be_taken_is_a_sentence(
    here: Shell, on_database: Database, tmp_path: Path, person: str, text: str, words: str
) -> None:
    file = tmp_path / "x.ics"
    file.write_text(text, encoding="utf-8")
    said = here("away", "import", person, str(file))
    assert (said.code, words in said.err) == (1, True)
    assert count(on_database) == 0


def test_a_file_that_is_not_there_is_said(here: Shell, tmp_path: Path) -> None:
    said = here("away", "import", "ana@acme.test", str(tmp_path / "none.ics"))
    assert said.code == 1
    assert "cannot be read" in said.err
