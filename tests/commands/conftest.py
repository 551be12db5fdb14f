"""A folder as an operator has it, and commands run in it as they would type them."""

import asyncio
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from app.cli import main
from app.organisation.example import example_text
from storage.engine import Database, open_engine


@dataclass(frozen=True, kw_only=True)
class Said:
    """What a command answered."""

    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        return self.out.splitlines()


@dataclass
class Shell:
    """`baton("who", "--at", …)` runs a command in this process, with exit code and output."""

    capture: pytest.CaptureFixture[str]
    folder: Path

    def __call__(self, *arguments: str) -> Said:
        self.capture.readouterr()
        try:
            code = main(arguments)
        except SystemExit as end:  # argparse ends by itself
            code = int(end.code or 0)
        out, err = self.capture.readouterr()
        return Said(code=code, out=out, err=err)

    async def beside(self, *arguments: str) -> Said:
        """For a test that has an event loop of its own, with the workspace on it."""
        return await asyncio.to_thread(self, *arguments)

    def write(self, text: str, name: str = "baton.toml") -> Path:
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        return path


@pytest.fixture
def baton(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Shell:
    """An empty folder with the example as baton.toml; no database, and nothing set."""
    for name in list(os.environ):
        if name.startswith(("BATON_", "SLACK_")):
            monkeypatch.delenv(name)
    folder = tmp_path / "operator"
    folder.mkdir()
    monkeypatch.chdir(folder)
    shell = Shell(capture=capsys, folder=folder)
    shell.write(example_text())
    return shell


@pytest.fixture
def on_database(
    baton: Shell, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Database]:
    """Each kind of database, its schema made and no organisation in it; the shell works on it."""
    monkeypatch.setenv("BATON_DATABASE_URL", database_url)
    opened = open_engine(database_url, connections=3)
    yield opened
    opened.dispose()


@pytest.fixture
def applied(baton: Shell) -> Shell:
    """The example in force in a SQLite file beside it."""
    said = baton("apply", "--yes")
    assert said.code == 0, said.err
    return baton
