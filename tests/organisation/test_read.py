"""What a reading says, as text and as JSON."""

import json
from pathlib import Path

from app.organisation.read import read, read_file
from tests.organisation.edits import EXAMPLE, changed

WRONG = changed(("page_budget = 10", "page_budget = -1"), ("weeks = 26", "weeks = 0"))


def test_a_good_file_says_so() -> None:
    assert read(EXAMPLE, source="baton.toml").text().splitlines()[-1] == (
        "baton.toml: 0 problems, 1 warning."
    )


def test_a_bad_file_lists_everything_with_its_lines_and_says_that_nothing_is_applied() -> None:
    assert read(WRONG, source="baton.toml").text().splitlines() == [
        "baton.toml:13: organisation.page_budget: is out of range. "
        "Write a number from 0 to 100000.",
        "baton.toml:106: rota[0].tour[0].weeks: is out of range. Write a number from 1 to 520.",
        "warning: baton.toml:96: rota[0]: has 2 volunteers where 5 to 8 are wanted: "
        "each starts a shift every 2 weeks. Ask for volunteers.",
        "baton.toml: 2 problems, 1 warning. Nothing of it is applied until the problems are gone.",
    ]


def test_the_same_as_json() -> None:
    said = json.loads(read(WRONG, source="baton.toml").as_json())
    assert said["ok"] is False
    assert said["source"] == "baton.toml"
    assert said["problems"][0] == {
        "path": "organisation.page_budget",
        "what": "is out of range",
        "hint": "Write a number from 0 to 100000.",
        "line": 13,
    }
    assert [warning["path"] for warning in said["warnings"]] == ["rota[0]"]


def test_a_file_is_read_by_its_name(tmp_path: Path) -> None:
    path = tmp_path / "acme.toml"
    path.write_text(EXAMPLE, encoding="utf-8")
    reading = read_file(path)
    assert reading.organisation == read(EXAMPLE, source="baton.toml").organisation
    assert reading.source == "acme.toml"


def test_a_file_that_is_not_there_is_a_problem(tmp_path: Path) -> None:
    (problem,) = read_file(tmp_path / "baton.toml").problems
    assert problem.what == "cannot be read (No such file or directory)"
    assert problem.hint == "Name the organisation file, usually baton.toml."


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    (problem,) = read_file(tmp_path).problems
    assert problem.what == "cannot be read (Is a directory)"
