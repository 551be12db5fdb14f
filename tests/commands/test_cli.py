"""The command line finds the command that is meant, and loads no more than that."""

import subprocess
import sys
from pathlib import Path

import pytest

from app.cli import NAMES, load
from tests.commands.conftest import Shell

ROOT = Path(__file__).parents[2]
COMMANDS = [name for name in NAMES if name != "test"]


def test_help_lists_every_command(baton: Shell) -> None:
    said = baton("--help")
    assert said.code == 0
    assert all(f"  {name} " in said.out for name in NAMES)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself(baton: Shell, name: str) -> None:
    said = baton(name, "--help")
    assert said.code == 0
    assert said.out.startswith("usage: ")
    assert name in said.out


def test_an_unknown_word_gets_the_nearest_command(baton: Shell) -> None:
    said = baton("chek")
    assert (said.code, said.out) == (2, "")
    assert "Did you mean check?" in said.err


def test_no_command_at_all_is_a_mistake_of_use(baton: Shell) -> None:
    assert baton().code == 2


def test_a_command_that_is_not_there_is_not_loaded() -> None:
    with pytest.raises(LookupError):
        load("nothing")


def test_the_command_line_itself_loads_no_package() -> None:
    heavy = "{'sqlalchemy', 'pydantic', 'slack_sdk', 'starlette', 'aiohttp'}"
    script = f"import sys, app.cli; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"


def test_a_reader_who_has_seen_enough_is_no_trouble(baton: Shell) -> None:
    script = f"{sys.executable} -m app --help >/dev/null && {sys.executable} -m app check | true"
    done = subprocess.run(
        ["bash", "-c", f"set -o pipefail; cd {ROOT}; {script}"],
        env={"PATH": "/usr/bin:/bin", "BATON_ORGANISATION": str(baton.folder / "baton.toml")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_settings_that_cannot_be_read_are_all_told(
    baton: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BATON_BIND", "8080")
    monkeypatch.setenv("BATON_LOG", "xml")
    said = baton("who")
    assert said.code == 1
    assert "BATON_BIND must be" in said.err
    assert "BATON_LOG must be" in said.err
    assert "Traceback" not in said.err


def test_a_database_that_is_none_is_told_in_a_sentence(
    baton: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    (baton.folder / "letter.txt").write_text("Dear Sir or Madam,\n" * 100)
    monkeypatch.setenv("BATON_DATABASE_URL", "sqlite:///letter.txt")
    said = baton("who")
    assert said.code == 1
    assert "letter.txt" in said.err
    assert "Traceback" not in said.err
