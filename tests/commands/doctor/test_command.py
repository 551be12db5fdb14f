"""`doctor` as a whole: settings, database, organisation, mail, the running process."""

import asyncio
import contextlib
import json
import socket
import sqlite3
from collections.abc import AsyncIterator
from typing import Any

import pytest
import uvicorn
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Sink
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route

from storage.engine import Database
from tests.commands.conftest import Said, Shell
from tests.organisation.edits import changed
from tests.wire.stage import free_port


def told(said: Said, state: str, about: str) -> list[str]:
    """The sentences of one kind about one thing, from the text."""
    head = f"{state.upper():<5} {about}: "
    return [line.removeprefix(head) for line in said.lines if line.startswith(head)]


def test_an_empty_folder_is_told_what_to_do_first(baton: Shell) -> None:
    (baton.folder / "baton.toml").unlink()
    said = baton("doctor")
    assert said.code == 1
    assert "`python3 -m app apply` makes it" in told(said, "fail", "database")[0]
    assert "BATON_ORGANISATION" in told(said, "fail", "file")[0]
    assert said.lines[-1].endswith("2 failing.")
    assert not (baton.folder / "baton.db").exists()


def test_what_is_well_comes_first_and_what_is_not_comes_last(applied: Shell) -> None:
    states = [line.split()[0] for line in applied("doctor").lines[:-1]]
    assert states == sorted(states, key=["OK", "WARN", "FAIL"].index)
    assert set(states) == {"OK", "WARN", "FAIL"}


def test_json_says_the_same_as_the_text(applied: Shell) -> None:
    text, as_json = applied("doctor"), json.loads(applied("doctor", "--json").out)
    assert as_json["ok"] is False
    assert len(as_json["findings"]) == len(text.lines) - 1


def test_settings_that_cannot_be_read_are_each_a_finding(
    baton: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BATON_BIND", "8080")
    monkeypatch.setenv("SLACK_BOT_TOKEN", "letmein")
    said = baton("doctor")
    assert said.code == 1
    assert [line.split()[0] for line in told(said, "fail", "settings")] == [
        "BATON_BIND",
        "SLACK_BOT_TOKEN",
    ]
    assert "letmein" not in said.out + said.err


def test_a_misspelt_setting_is_asked_about(applied: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BATON_PUBLIC_ULR", "https://baton.example.com")
    said = applied("doctor")
    assert "Did you mean BATON_PUBLIC_URL?" in told(said, "warn", "settings")[0]
    assert "pages carry no link" in told(said, "warn", "links")[0]


def test_a_public_address_and_a_key_satisfy_it(
    applied: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BATON_PUBLIC_URL", "https://baton.example.com")
    monkeypatch.setenv("BATON_SECRET_KEY", "0123456789abcdef" * 4)
    said = applied("doctor")
    assert told(said, "ok", "links") == ["pages link to https://baton.example.com."]
    assert told(said, "warn", "key") == []
    monkeypatch.setenv("BATON_PUBLIC_URL", "http://baton.example.com")
    assert "not encrypted" in told(applied("doctor"), "warn", "links")[0]


def test_a_schema_that_is_behind_is_told_with_the_way(applied: Shell) -> None:
    connection = sqlite3.connect(applied.folder / "baton.db")
    connection.execute("UPDATE alembic_version SET version_num = '0000'")
    connection.commit()
    connection.close()
    said = applied("doctor")
    assert "`python3 -m app migrate`" in told(said, "fail", "schema")[0]
    assert told(said, "ok", "file")


def test_a_database_without_an_organisation_would_page_nobody(
    baton: Shell, on_database: Database
) -> None:
    assert "nobody would be paged" in told(baton("doctor"), "fail", "in force")[0]


def test_the_organisation_in_force_is_named(baton: Shell, on_database: Database) -> None:
    assert baton("apply", "--yes").code == 0
    said = baton("doctor")
    assert told(said, "ok", "in force") == ["Acme, version 1."]
    assert told(said, "ok", "alarms")
    assert told(said, "ok", "gaps")


def test_a_file_that_is_not_applied_yet_is_noticed(applied: Shell) -> None:
    applied.write(changed(("page_budget = 10", "page_budget = 12")))
    assert "differs from what is in force" in told(applied("doctor"), "warn", "file")[-1]


def test_a_file_with_problems_fails_and_a_missing_one_only_warns(applied: Shell) -> None:
    applied.write(changed(('P3"', 'P9"')))
    assert "has a problem" in told(applied("doctor"), "fail", "file")[0]
    (applied.folder / "baton.toml").unlink()
    assert "goes on with what is in force" in told(applied("doctor"), "warn", "file")[0]


def test_gaps_of_the_next_60_days_are_told_by_rota(baton: Shell) -> None:
    baton.write(changed(("weeks = 26", "weeks = 1"), ("weeks = 26", "weeks = 1")))
    assert baton("apply", "--yes").code == 0
    assert told(baton("doctor"), "warn", "gaps")[0].startswith("rota volunteers: nobody is on duty")


def test_an_unaccepted_alarm_on_a_core_sla_is_named(baton: Shell) -> None:
    baton.write(changed(('approved_by = "ben@acme.test"', "")))
    assert baton("apply", "--yes").code == 0
    assert told(baton("doctor"), "warn", "alarms")[0].startswith("alarm EltLate threatens")


def test_who_cannot_be_woken_is_named_and_a_tier_without_anybody_fails(applied: Shell) -> None:
    push = ("--method", "push", "--target", "ntfys://ntfy.example.org/some-topic")
    assert len(told(applied("doctor"), "fail", "reach")) == 2
    for person in ("chi@acme.test", "mia@acme.test", "noor@acme.test"):
        assert applied("contact", "add", person, *push).code == 0
    said = applied("doctor")
    assert told(said, "fail", "reach") == []
    [sentence] = told(said, "warn", "reach")
    assert sentence.startswith("ana@acme.test of the out-of-hours rota cannot be woken")
    assert told(said, "ok", "reach") == ["everybody of the manager tier can be woken."]


def test_a_mail_server_is_spoken_to_and_gets_no_letter(
    applied: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = Controller(Sink(), hostname="127.0.0.1", port=free_port())
    monkeypatch.setenv("BATON_SMTP_FROM", "baton@acme.test")
    server.start()
    try:
        port = server.port
        monkeypatch.setenv("BATON_SMTP_URL", f"smtp://127.0.0.1:{port}")
        assert told(applied("doctor"), "ok", "mail") == ["127.0.0.1 takes letters."]
        monkeypatch.setenv("BATON_SMTP_URL", f"smtp://ana:secret@127.0.0.1:{port}")
        said = applied("doctor")
        assert told(said, "fail", "mail")
        assert "secret" not in said.out
    finally:
        server.stop()
    assert "could not be reached" in told(applied("doctor"), "fail", "mail")[0]


@pytest.mark.parametrize(
    ("checks", "status", "state", "sentence"),
    [
        ({"database": True, "organisation": True, "tick": True}, 200, "ok", "is ready"),
        ({"database": True, "organisation": True, "tick": False}, 503, "fail", "tick"),
        (["other"], 404, "fail", "not ready: 404"),
    ],
)
@pytest.mark.anyio
async def test_the_running_process_is_asked(
    applied: Shell,
    monkeypatch: pytest.MonkeyPatch,
    checks: Any,
    status: int,
    state: str,
    sentence: str,
) -> None:
    async def ready(request: object) -> JSONResponse:
        return JSONResponse(checks, status)

    async with served(Starlette(routes=[Route("/readyz", ready)])) as port:
        monkeypatch.setenv("BATON_ADMIN_BIND", f"127.0.0.1:{port}")
        said = await applied.beside("doctor")
    assert sentence in told(said, state, "running")[0]


@pytest.mark.anyio
async def test_another_program_at_its_address_is_noticed(
    applied: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mail.example.com ready\r\n")
        writer.close()

    async with await asyncio.start_server(greet, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        monkeypatch.setenv("BATON_ADMIN_BIND", f"127.0.0.1:{port}")
        said = await applied.beside("doctor")
    assert "does not answer as Baton does" in told(said, "fail", "running")[0]


@contextlib.asynccontextmanager
async def served(application: Starlette) -> AsyncIterator[int]:
    """The application on a free port."""
    config = uvicorn.Config(application, port=0, log_config=None, lifespan="off")
    server = uvicorn.Server(config)
    listener = socket.create_server(("127.0.0.1", 0))
    task = asyncio.create_task(server.serve(sockets=[listener]))
    while not server.started:
        await asyncio.sleep(0.01)
    yield listener.getsockname()[1]
    server.should_exit = True
    await task
