"""`contact`: what the operator adds rings at once, and a test page really goes out."""

import socket

import pytest

from storage import audit, contacts
from storage.engine import Database
from tests.commands.conftest import Shell
from tests.commands.slack import phone_address, workspace_for

PUSH = ("--method", "push", "--target", "ntfys://ntfy.example.org/ana-secret-topic")
ANA = "ana@acme.test"


def test_what_the_operator_adds_counts_as_verified(baton: Shell, on_database: Database) -> None:
    assert baton("apply", "--yes").code == 0
    said = baton("contact", "add", "Ana@acme.test", *PUSH, "--after", "90s")
    assert said.code == 0, said.err
    with on_database.read.begin() as tx:
        [kept] = contacts.list_of(tx, ANA)
        [record] = audit.list_of(tx, f"contact:{kept.id}")
    assert (kept.trusted, kept.verified_at is not None, kept.delay_seconds) == (True, True, 90)
    assert record.by == "operator"
    assert b"ana-secret-topic" not in kept.target


def test_the_list_shows_hints_and_never_addresses(applied: Shell) -> None:
    applied("contact", "add", ANA, *PUSH, "--after", "1m")
    for said in (applied("contact", "list"), applied("contact", "list", ANA)):
        [line] = said.lines
        assert "push" in line
        assert "after 1m" in line
        assert line.endswith("  verified")
        assert "ana-secret-topic" not in line
    assert applied("contact", "list", "ben@acme.test").lines == []


def test_a_private_address_is_allowed_to_the_operator(applied: Shell) -> None:
    target = "gotify://127.0.0.1:8999/AbCdEf123456"
    assert applied("contact", "add", ANA, "--method", "push", "--target", target).code == 0


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (("nobody@acme.test", *PUSH), 1, "Nobody here is called nobody@acme.test"),
        (("anna@acme.test", *PUSH), 1, "Did you mean ana@acme.test?"),
        ((ANA, "--method", "push", "--target", "ftp://x"), 1, "A push address looks like"),
        ((ANA, "--method", "email", "--target", "ana@acme.test"), 1, "BATON_SMTP_URL"),
        ((ANA, "--method", "sms", "--target", "+353" + "0" * 9), 1, "provider"),
        ((ANA, *PUSH, "--after", "2h"), 1, "up to an hour"),
        ((ANA, *PUSH, "--after", "soon"), 2, "is not a duration"),
        ((ANA, "--method", "pigeon", "--target", "x"), 2, "invalid choice"),
    ],
)
def test_what_cannot_ring_is_refused_in_a_sentence(
    applied: Shell, arguments: tuple[str, ...], code: int, sentence: str
) -> None:
    said = applied("contact", "add", *arguments)
    assert (said.code, said.out) == (code, "")
    assert sentence in said.err
    assert applied("contact", "list").lines == []


def test_what_is_removed_rings_no_more(applied: Shell) -> None:
    applied("contact", "add", ANA, *PUSH)
    assert applied("contact", "remove", "1").code == 0
    assert applied("contact", "list").lines == []
    assert applied("contact", "remove", "1").code == 1


def test_verifying_what_is_verified_is_refused(applied: Shell) -> None:
    applied("contact", "add", ANA, *PUSH)
    said = applied("contact", "verify", "1")
    assert said.code == 1
    assert "verified already" in said.err
    assert applied("contact", "verify", "7", "--code", "123456").code == 1


@pytest.mark.anyio
async def test_a_test_page_rings_the_phone_and_slack(
    applied: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with workspace_for(monkeypatch) as workspace:
        target = phone_address(workspace, "ana")
        added = await applied.beside("contact", "add", ANA, "--method", "push", "--target", target)
        assert added.code == 0, added.err
        said = await applied.beside("contact", "test", ANA)
        assert said.code == 0, said.err
        assert said.out.startswith("rang ")
        [push] = workspace.state.phones["ana"]
        assert push.title == "Baton test page"


@pytest.mark.anyio
async def test_a_test_page_that_does_not_arrive_fails_with_the_reason(
    applied: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with workspace_for(monkeypatch):
        # Bound and never listening, so that nobody else gets the address meanwhile.
        with socket.socket() as gone:
            gone.bind(("127.0.0.1", 0))
            target = f"ntfy://127.0.0.1:{gone.getsockname()[1]}/phone-ana"
            await applied.beside("contact", "add", ANA, "--method", "push", "--target", target)
            said = await applied.beside("contact", "test", ANA)
    assert said.code == 1
    assert "FAILED" in said.out
    assert "could not be reached" in said.out


def test_a_test_page_for_somebody_without_anything_says_how_to_add_it(applied: Shell) -> None:
    said = applied("contact", "test", ANA)
    assert said.code == 1
    assert f"python3 -m app contact add {ANA}" in said.err
