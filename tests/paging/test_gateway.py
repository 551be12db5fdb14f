"""Ringing real far ends: what they hear, what a failure says, and that none holds up another."""

import asyncio
import json
import logging
import socket
import subprocess
import sys
import time
from dataclasses import replace

import pytest

from app.paging import guard, kinds
from app.paging.errors import PagingError
from app.paging.gateway import Gateway
from app.paging.lines import Lines
from app.paging.push import provider_of
from app.paging.words import PageText
from app.rules.ladder import Method
from tests.paging.far_ends import letterbox, push_server

LINK = "https://baton.example.com/acknowledge/abc_-123"
TEXT = PageText(
    title="P1 INC-12 Nightly ELT is late – *now*",
    body="Service: Nightly ELT\nYou: on the rota <b>until</b> 18:00",
    link=LINK,
    key="INC-12",
)
pytestmark = pytest.mark.anyio


async def failure(
    gateway: Gateway, method: Method, target: str, *, trusted: bool = True
) -> PagingError:
    with pytest.raises(PagingError) as caught:
        await gateway.ring(method, target, TEXT, trusted=trusted)
    return caught.value


async def test_ntfy_gets_a_loud_page_with_a_button_that_posts() -> None:
    async with push_server() as server:
        receipt = await Gateway().ring(Method.PUSH, server.ntfy, TEXT, trusted=True)
        (path, headers, body), *more = server.heard
    assert not more
    assert receipt.provider == "ntfy"
    assert (path, body) == ("/", {"topic": "ana-phone", "title": TEXT.title, "message": TEXT.body})
    assert headers["X-Priority"] == "max"
    assert headers["X-Click"] == LINK
    assert headers["X-Actions"] == f"http, Acknowledge, {LINK}, method=POST, clear=true"
    assert "X-Icon" not in headers
    assert "X-Markdown" not in headers


async def test_gotify_gets_it_loud_with_the_link_in_the_text() -> None:
    async with push_server() as server:
        await Gateway().ring(Method.PUSH, server.gotify, TEXT, trusted=True)
        ((path, headers, body),) = server.heard
    assert path == "/message"
    assert headers["X-Gotify-Key"] == "AbCdEfGhIjKlMno"
    assert body == {
        "priority": 10,
        "title": TEXT.title,
        "message": f"{TEXT.body}\n\nAcknowledge: {LINK}",
    }


async def test_without_a_public_address_a_page_still_rings() -> None:
    bare = replace(TEXT, link=None)
    async with push_server() as server:
        await Gateway().ring(Method.PUSH, server.ntfy, bare, trusted=True)
        await Gateway().ring(Method.PUSH, server.gotify, bare, trusted=True)
    (_, headers, _), (_, _, body) = server.heard
    assert not {"X-Click", "X-Actions"} & set(headers)
    assert body["message"] == bare.body


@pytest.mark.parametrize(
    ("status", "heard"), [(401, False), (404, False), (429, False), (503, True)]
)
async def test_a_refusal_is_told_with_its_status_and_is_never_final(
    status: int, heard: bool
) -> None:
    async with push_server() as server:
        server.status = status
        for target in (server.ntfy, server.gotify):
            error = await failure(Gateway(), Method.PUSH, target)
            assert str(status) in error.sentence
            assert (error.permanent, error.maybe_heard) == (False, heard)


async def test_nobody_listening_is_told_as_not_heard() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        error = await failure(Gateway(), Method.PUSH, f"ntfy://127.0.0.1:{port}/ana-phone")
    assert "could not be reached" in error.sentence
    assert not error.maybe_heard


async def test_a_redirect_is_not_followed() -> None:
    async with push_server() as inside, push_server() as server:
        server.to = f"http://127.0.0.1:{inside.port}/"
        error = await failure(Gateway(), Method.PUSH, server.ntfy)
        assert inside.heard == []
    assert "redirect" in error.sentence


async def test_a_hanging_provider_costs_some_seconds_and_nobody_else_anything() -> None:
    gateway = Gateway(seconds=3.0)
    await asyncio.to_thread(kinds.load)
    async with push_server(hang=True) as hanging, push_server() as fine:
        began = time.monotonic()
        stuck = [
            asyncio.create_task(failure(gateway, Method.PUSH, hanging.ntfy)) for _ in range(100)
        ]
        await asyncio.sleep(0.2)
        for _ in range(5):
            start = time.monotonic()
            await gateway.ring(Method.PUSH, fine.ntfy, TEXT, trusted=True)
            assert time.monotonic() - start < 2
        errors = await asyncio.gather(*stuck)
        assert time.monotonic() - began < 7
    assert not any(each.permanent for each in errors)
    heard = [each for each in errors if each.maybe_heard]
    assert len(heard) == gateway.lines.limit == len(hanging.heard), "the others were never sent"


async def test_a_burst_waits_for_its_lines_and_none_is_lost() -> None:
    gateway = Gateway()
    await asyncio.to_thread(kinds.load)
    async with push_server() as server:
        rings = (
            gateway.ring(Method.PUSH, server.ntfy, TEXT, trusted=True)
            for _ in range(2 * gateway.lines.limit)
        )
        await asyncio.gather(*rings)
        assert len(server.heard) == 2 * gateway.lines.limit


@pytest.mark.parametrize(
    ("target", "provider"),
    [
        ("ntfys://ntfy.sh/topic", "ntfys://ntfy.sh"),
        ("ntfys://user:secret@Push.acme.test:8443/topic", "ntfys://push.acme.test:8443"),
        ("gotify://10.0.0.1/AbC", "gotify://10.0.0.1"),
        ("pover://user@token", "pover"),
    ],
)
def test_a_provider_is_known_by_its_server_and_never_by_whom_it_reaches(
    target: str, provider: str
) -> None:
    assert provider_of(target) == provider


async def test_a_call_that_never_returns_is_given_up_on_and_its_line_is_counted() -> None:
    lines = Lines(2, seconds=0.5)
    release = asyncio.Event()
    loop = asyncio.get_running_loop()

    def hang() -> None:
        asyncio.run_coroutine_threadsafe(release.wait(), loop).result(10)

    stuck = await asyncio.gather(
        lines.run("slow", hang), lines.run("slow", hang), return_exceptions=True
    )
    assert all(isinstance(each, PagingError) and each.maybe_heard for each in stuck)
    assert lines.busy == 2
    with pytest.raises(PagingError, match="All 2 lines"):
        await lines.run("slow", lambda: 1)
    assert await lines.run("well", lambda: 1) == 1, "its lines are its own"
    release.set()
    for _ in range(100):
        if not lines.busy:
            break
        await asyncio.sleep(0.01)
    assert await lines.run("slow", lambda: 1) == 1


async def test_a_failing_call_gives_its_own_error_and_frees_its_line() -> None:
    lines = Lines(1, seconds=1)
    for _ in range(3):
        with pytest.raises(ZeroDivisionError):
            await lines.run("broken", lambda: 1 // 0)
    assert lines.busy == 0


async def test_what_people_added_connects_to_public_addresses_only() -> None:
    async with push_server() as server:
        for target in (server.ntfy, server.gotify, server.ntfy.replace("127.0.0.1", "localhost")):
            error = await failure(Gateway(), Method.PUSH, target, trusted=False)
            assert error.permanent
            assert "private network" in error.sentence
        assert server.heard == []
        await Gateway().ring(Method.PUSH, server.ntfy, TEXT, trusted=True)


async def test_a_name_that_turns_private_after_it_was_checked_is_still_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """DNS rebinding: the answer of the look-up does not matter, the connection does."""
    async with push_server() as server:
        real = socket.getaddrinfo

        def rebound(host: str, port: int, *args: int) -> object:
            return real("127.0.0.1", server.port, *args)

        monkeypatch.setattr(socket, "getaddrinfo", rebound)
        target = "ntfys://push.example.com/ana-phone"
        error = await failure(Gateway(), Method.PUSH, target, trusted=False)
        assert error.permanent
        assert server.heard == []


def test_the_guard_stands_in_its_own_thread_and_only_for_a_while() -> None:
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        door.listen()
        with guard.only_public() as watch:
            with pytest.raises(guard.PrivateAddress):
                socket.create_connection(door.getsockname())
            assert watch.refused
        socket.create_connection(door.getsockname()).close()


async def test_apprise_tells_our_logs_nothing(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    async with push_server() as server:
        server.status = 403
        error = await failure(Gateway(), Method.PUSH, server.ntfy)
        await failure(Gateway(), Method.PUSH, server.gotify)
        told = error.sentence + "".join(
            record.getMessage() for record in caplog.records if record.name == "apprise"
        )
    assert "ana-phone" not in told
    assert "AbCdEfGhIjKlMno" not in told


async def test_an_address_of_an_unlisted_kind_is_not_rung() -> None:
    for target in ("json://127.0.0.1:1/x", "nonsense", "ntfys://h.example.com/a/b"):
        error = await failure(Gateway(), Method.PUSH, target)
        assert error.permanent
        assert target not in error.sentence


async def test_a_letter_arrives_plain_and_whole() -> None:
    with letterbox() as box:
        gateway = Gateway(f"smtp://127.0.0.1:{box.port}", "baton@acme.test")
        await gateway.ring(Method.EMAIL, "ana@acme.test", TEXT)
        letter = box.letters[0]
    assert box.recipients == [["ana@acme.test"]]
    assert letter["Subject"] == TEXT.title
    assert letter["From"] == "Baton <baton@acme.test>"
    assert letter["Auto-Submitted"] == "auto-generated"
    assert letter.get_content_type() == "text/plain"
    lines = letter.get_content().splitlines()
    assert lines[:2] == TEXT.body.splitlines()
    assert LINK in lines


async def test_a_subject_cannot_add_a_header() -> None:
    hostile = replace(TEXT, title="late\r\nBcc: eve@evil.test")
    with letterbox() as box:
        gateway = Gateway(f"smtp://127.0.0.1:{box.port}", "baton@acme.test")
        with pytest.raises((PagingError, ValueError)):
            await gateway.ring(Method.EMAIL, "ana@acme.test", hostile)
        assert box.letters == []


async def test_an_encoded_word_in_a_title_is_not_decoded_into_a_header() -> None:
    hostile = replace(TEXT, title="P1 =?utf-8?q?late=0d=0aBcc=3a_eve=40evil.test?= now")
    with letterbox() as box:
        gateway = Gateway(f"smtp://127.0.0.1:{box.port}", "baton@acme.test")
        await gateway.ring(Method.EMAIL, "ana@acme.test", hostile)
        [letter] = box.letters
    assert letter["Bcc"] is None
    assert "eve=40evil.test" in letter["Subject"]


@pytest.mark.parametrize(("reply", "permanent"), [("550 unknown", True), ("451 later", False)])
async def test_a_refused_recipient_is_told_without_the_address(reply: str, permanent: bool) -> None:
    with letterbox() as box:
        box.refuse = reply
        gateway = Gateway(f"smtp://127.0.0.1:{box.port}", "baton@acme.test")
        error = await failure(gateway, Method.EMAIL, "ana@acme.test")
    assert error.permanent is permanent
    assert reply[:3] in error.sentence
    assert "ana@acme.test" not in error.sentence


async def test_clear_text_is_never_used_where_tls_was_asked_for() -> None:
    with letterbox() as box:
        for scheme in ("smtps", "smtp+starttls"):
            gateway = Gateway(f"{scheme}://127.0.0.1:{box.port}", "baton@acme.test")
            error = await failure(gateway, Method.EMAIL, "ana@acme.test")
            assert not error.maybe_heard
        assert box.letters == []


async def test_a_mail_server_that_is_away_is_told() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        gateway = Gateway(f"smtp://127.0.0.1:{taken.getsockname()[1]}", "baton@acme.test")
        error = await failure(gateway, Method.EMAIL, "ana@acme.test")
    assert (error.permanent, error.maybe_heard) == (False, False)


async def test_what_has_no_provider_is_refused_with_what_to_set() -> None:
    gateway = Gateway()
    assert gateway.supports(Method.PUSH) is None
    assert "BATON_SMTP_URL" in (gateway.supports(Method.EMAIL) or "")
    assert "BATON_TWILIO" in (gateway.supports(Method.SMS) or "")
    assert "BATON_TWILIO" in (gateway.supports(Method.VOICE) or "")
    error = await failure(gateway, Method.SMS, "+12025550142")
    assert error.permanent
    assert Gateway("smtp://mail.example.com", "b@acme.test").supports(Method.EMAIL) is None


async def test_apprise_is_loaded_in_the_background_and_not_before() -> None:
    """Measured in a process of its own: here other tests have loaded it."""
    program = """
import asyncio, json, sys, time
from app.paging.gateway import Gateway

async def main():
    gateway = Gateway()
    before = "apprise" in sys.modules
    warming = asyncio.create_task(gateway.warm())
    turns = 0
    while not warming.done():
        turns += 1
        await asyncio.sleep(0.001)
    print(json.dumps([before, turns, "apprise.plugins.ntfy" in sys.modules]))

asyncio.run(main())
"""
    run = await asyncio.to_thread(
        subprocess.run, [sys.executable, "-c", program], capture_output=True, check=True
    )
    before, turns, after = json.loads(run.stdout)
    assert (before, after) == (False, True)
    assert turns > 3  # the event loop went on meanwhile
