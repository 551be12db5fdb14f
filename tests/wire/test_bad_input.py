"""What strangers, broken senders and enemies send, over a real socket: 2xx (kept), 4xx or 503, and
Baton goes on. Never another 5xx, never a word about its inside."""

import asyncio
import gzip
import hashlib
import hmac
import json
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from sqlalchemy import func, select

from app.flows import quarantine
from app.flows.canary import SOURCE
from app.flows.intake_token import new_token, revoke_token
from app.rules.incident import Incident
from handlers.web.intake import desk, door
from storage import incidents, tokens
from storage.tables import alerts, inbox
from storage.tables import incidents as incidents_table
from tests.kit import IN_HOURS, OUT_OF_HOURS, SetClock
from tests.wire.raw import chunked, post, send
from tests.wire.stage import Stage, staged

pytestmark = pytest.mark.anyio
LIMIT = 50_000
GENERIC = "/v1/alerts/generic"
GOOD = b'{"alarm": "ReportSlow", "title": "All is well", "fingerprint": "good"}'


@pytest.fixture(scope="module")
async def stage(anyio_backend: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Any]:
    """One Baton for all of this file's strangers: it has to outlive them."""
    folder = tmp_path_factory.mktemp("bad-input")
    clock = SetClock(now=OUT_OF_HOURS)
    async with staged(
        f"sqlite:///{folder / 'baton.db'}",
        folder,
        clock=clock,
        mode="http",
        BATON_INTAKE_MAX_BYTES=str(LIMIT),
    ) as stage:
        await stage.until(lambda: is_ready(stage))
        yield stage


@pytest.fixture(autouse=True)
async def alive(stage: Stage) -> AsyncIterator[None]:
    """After each of them an ordinary alert is taken in, and Baton is ready."""
    yield
    answer = await send(stage.intake, alert(stage, GOOD))
    assert (answer.status, json.loads(answer.body)["status"]) == (200, "accepted")
    assert await is_ready(stage)


def alert(stage: Stage, body: bytes, path: str = GENERIC, **more: Any) -> bytes:
    headers = {"Authorization": f"Bearer {stage.token}", **more.pop("headers", {})}
    return post(path, body, headers, **more)


def told(text: str) -> bytes:
    """An alert of an alarm that wakes nobody, with this JSON as its title."""
    return b'{"alarm": "ReportSlow", "title": ' + text.encode("utf-8", "surrogatepass") + b"}"


UNREADABLE = {
    "nothing": b"",
    "no JSON": b"EltLate is firing!",
    "a bare null": b"null",
    "a bare number": b"42",
    "a bare text": b'"EltLate"',
    "an empty list": b"[]",
    "no alarm": b"{}",
    "an alarm that is a list": b'{"alarm": ["EltLate"]}',
    "a list in a list": b'[[{"alarm": "EltLate"}]]',
    "another status": b'{"alarm": "EltLate", "status": "burning"}',
    "half a body": b'{"alarm": "EltLate", "title": "Nigh',
    "100,000 lists": b"[" * LIMIT,
    "100,000 objects": b'{"a":' * (LIMIT // 5),
    "33 levels": b'{"alarm": "EltLate", "labels": ' + b"[" * 32 + b"]" * 32 + b"}",
    "a raw NUL": told('"a\0b"'),
    "5,000 digits": told("1" * 5_000),
    "NaN": told("NaN"),
    "Infinity": told("-Infinity"),
    "a key twice": b'{"alarm": "EltLate", "alarm": "ReportSlow"}',
    "bad UTF-8": told('"\udcff\udcfe"'),
    "UTF-16": GOOD.decode().encode("utf-16"),
    "a gzip bomb": gzip.compress(b" " * 40_000_000)[:LIMIT],
    "a pickle": b"\x80\x04\x8c\x05posix\x8c\x06system\x93\x8c\x02id\x85R.",
}


@pytest.mark.parametrize("body", UNREADABLE.values(), ids=UNREADABLE)
async def test_what_cannot_be_read_is_kept_as_it_came_and_told(stage: Stage, body: bytes) -> None:
    headers = {"Content-Encoding": "gzip"} if body[:2] == b"\x1f\x8b" else {}
    before = memory()
    answer = await send(stage.intake, alert(stage, body, headers=headers))
    assert answer.status == 202
    [kept] = await rows(
        stage, select(inbox.c.body, inbox.c.state).order_by(inbox.c.id.desc()).limit(1)
    )
    assert (bytes(kept.body), kept.state) == (body, "quarantined")
    assert memory() - before < 50_000_000


READABLE = {
    "an escaped NUL": (told('"a\\u0000b"'), "ab"),
    "a lone surrogate": (told('"cut \\ud83d"'), "cut ?"),
    "controls, bidi and zero width": (told('"a\\u0007\\u202eb\\u200b\\r\\nc"'), "abc"),
    "a number as the title": (told("12"), "12"),
    "a number beyond every column": (told("9" * 400), "9" * 300),
    "a list as the title": (told("[1, 2]"), "ReportSlow"),
    "a very long title": (told(json.dumps("x" * 20_000)), "x" * 300),
    "a byte order mark": (b"\xef\xbb\xbf" + told('"marked"'), "marked"),
    "a thousand labels": (
        json.dumps(
            {"alarm": "ReportSlow", "title": "many", "labels": {f"l{n}": n for n in range(1000)}}
        ).encode(),
        "many",
    ),
    "times from nowhere": (
        b'{"alarm":"ReportSlow","title":"when","started_at":"9999-12-31T23:59:59-23:59"}',
        "when",
    ),
}


@pytest.mark.parametrize(("body", "title"), READABLE.values(), ids=READABLE)
async def test_odd_but_readable_text_is_made_harmless(
    stage: Stage, body: bytes, title: str
) -> None:
    fresh = body[:-1] + f', "fingerprint": "{hashlib.sha256(body).hexdigest()}"}}'.encode()
    assert (await send(stage.intake, alert(stage, fresh))).status == 200
    [stored] = await rows(stage, select(alerts.c.title).order_by(alerts.c.id.desc()).limit(1))
    assert stored.title == title


async def test_the_size_is_exact_and_what_is_over_it_is_refused_and_told(stage: Stage) -> None:
    def sized(size: int) -> bytes:
        start = b'{"alarm": "ReportSlow", "fingerprint": "good", "details": "'
        return start + b"x" * (size - len(start) - 2) + b'"}'

    async def chunks(size: int) -> int:
        headers = {"Authorization": f"Bearer {stage.token}", "Transfer-Encoding": "chunked"}
        request = post(GENERIC, chunked(sized(size)), headers, length="")
        return (await send(stage.intake, request)).status

    assert (await send(stage.intake, alert(stage, sized(LIMIT)))).status == 200
    assert await chunks(LIMIT) == 200
    assert not await titles(stage, "Cannot read alerts from generic: a body of%")
    for one in await open_ones(stage):  # what people see to already is not told once more
        await stage.command("chi", "engineering", f"/inc resolve {one.key}")
    stage_clock(stage).forward(hours=1)
    assert (await send(stage.intake, alert(stage, sized(LIMIT + 1)))).status == 413
    assert await chunks(LIMIT + 1) == 413
    assert len(await titles(stage, "Cannot read alerts from generic: a body of%")) == 1


LENGTHS = {
    "no number": ("many", {400}),
    "below nothing": ("-1", {400}),
    "twice": ("7\r\nContent-Length: 8", {400}),
    "in other digits": ("\xb2", {400}),
    "of 20 digits": ("9" * 20, {400, 413}),
    "of 5,000 digits": ("9" * 5_000, {400, 413}),
    "too short": ("3", {202}),
}


@pytest.mark.parametrize(("length", "fine"), LENGTHS.values(), ids=LENGTHS)
async def test_a_length_that_lies_is_believed_by_nobody(
    stage: Stage, length: str, fine: set[int]
) -> None:
    answer = await send(stage.intake, alert(stage, GOOD, length=length))
    assert answer.status in fine


async def test_who_drips_is_let_go_and_holds_up_nobody(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk, "READ_SECONDS", 0.4)
    drops = [alert(stage, b"", length="400"), *[b"x"] * 100]
    dripping = [asyncio.create_task(send(stage.intake, *drops, pause=0.05)) for _ in range(30)]
    await asyncio.sleep(0.1)
    assert (await send(stage.intake, alert(stage, GOOD), within=2)).status == 200
    assert {each.status for each in await asyncio.gather(*dripping)} == {408}
    # Neither does one that hangs up in the middle.
    await hang_up(stage, alert(stage, b'{"alarm"', length="400"))


TOKENS = {
    "none": {},
    "wrong": {"Authorization": "Bearer 0123456789abcdef0123456789abcdef"},
    "empty": {"Authorization": "Bearer "},
    "of another kind": {"Authorization": "Basic dXNlcjpwYXNz"},
    "of bytes": {"Authorization": b"Bearer \xff\xfe\xc3\x28"},
    "very long": {"Authorization": "Bearer " + "a" * 5_000},
    "in another header": {"X-Token": "{token}"},
}


@pytest.mark.parametrize("headers", TOKENS.values(), ids=TOKENS)
async def test_without_a_valid_token_nothing_is_read(
    stage: Stage, headers: dict[str, bytes | str]
) -> None:
    sent = {
        name: value.replace("{token}", stage.token) if isinstance(value, str) else value
        for name, value in headers.items()
    }
    before = await inbox_size(stage)
    answer = await send(stage.intake, post(GENERIC, b"[" * LIMIT, sent))
    assert (answer.status, await inbox_size(stage)) == (401, before)


async def test_a_token_counts_in_its_header_for_its_source_until_it_is_revoked(
    stage: Stage,
) -> None:
    kit = stage.baton.parts.kit
    second, other = await kit.do(new_token, "generic"), await kit.do(new_token, "alertmanager")

    async def status(token: str, path: str = GENERIC, name: str = "Authorization") -> int:
        return (await send(stage.intake, post(path, GOOD, {name: f"Bearer {token}"}))).status

    assert await status(second, f"{GENERIC}?token={second}", "X-Nothing") == 401
    assert await status(other) == 401
    assert (await status(second), await status(stage.token)) == (200, 200)
    [made] = [each for each in await kit.read(lambda w: tokens.list_all(w.tx)) if each.id == 2]
    await kit.do(revoke_token, made.id)
    assert (await status(second), await status(stage.token)) == (401, 200)


REQUESTS = {
    "no HTTP": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", {400}),
    "a NUL in a header": (post(GENERIC, GOOD, {"Idempotency-Key": b"a\0b"}), {400, 401}),
    "an endless header": (post(GENERIC, GOOD, {"X": "x" * 200_000}), {400, 431}),
    "an unknown source": (post("/v1/alerts/nagios", GOOD), {404}),
    "a source of bytes": (post("/v1/alerts/%ff%00%0d%0a", GOOD), {404}),
    "a source that climbs": (post("/v1/alerts/../../readyz", GOOD), {401, 404}),
    "another method": (post(GENERIC, GOOD, method="DELETE"), {405}),
    "nothing there": (post("/metrics", GOOD), {404}),
}


@pytest.mark.parametrize(("request_bytes", "fine"), REQUESTS.values(), ids=REQUESTS)
async def test_odd_requests_are_refused(stage: Stage, request_bytes: bytes, fine: set[int]) -> None:
    assert (await send(stage.intake, request_bytes)).status in fine


async def test_a_senders_own_delivery_id_may_be_anything(stage: Stage) -> None:
    for given in (b"a" * 4_000, b"\xff\xfe", b"'; DROP TABLE inbox; --"):
        answers = [
            await send(stage.intake, alert(stage, GOOD, headers={"Idempotency-Key": given}))
            for _ in range(2)
        ]
        assert [json.loads(each.body).get("duplicate") for each in answers] == [None, True]


async def test_what_nobody_can_read_pages_the_volunteer_once_a_source_and_hour(
    database_url: str, tmp_path: Path
) -> None:
    clock = SetClock(now=IN_HOURS)  # at any hour: it has no owner
    async with staged(database_url, tmp_path, clock=clock) as stage:
        other = await stage.baton.parts.kit.do(new_token, "alertmanager")
        for body in (b"no JSON", b"[" * 1_000, b'{"alarm": NaN}', b"\xff\0"):
            assert (await send(stage.intake, alert(stage, body))).status == 202
        [page] = await stage.until(lambda: stage.phone("chi"))
        assert "Cannot read alerts from generic" in page["title"]
        assert "nobody knows what they say" in page["message"]
        await stage.until(lambda: stage.messages("engineering"))
        assert len(await open_ones(stage)) == 1

        # Another source is another trouble.
        request = post("/v1/alerts/alertmanager", b"{}", {"Authorization": f"Bearer {other}"})
        assert (await send(stage.intake, request)).status == 202
        await stage.until(lambda: rung(stage, 2))

        # The next hour nobody is rung for what people see to already; once they did, they are.
        clock.forward(hours=1)
        assert (await send(stage.intake, alert(stage, b"still no JSON"))).status == 202
        assert len(await open_ones(stage)) == 2
        await stage.command("chi", "engineering", "/inc resolve INC-1")
        assert (await send(stage.intake, alert(stage, b"no JSON again"))).status == 202
        assert {each.reason.split(",")[0] for each in await open_ones(stage)} == {
            "P1: alerts from generic cannot be read",
            "P1: alerts from alertmanager cannot be read",
        }
        assert await inbox_size(stage) == 7


async def test_what_the_database_chokes_on_is_kept_read_again_and_told_while_others_go_on(
    database_url: str, tmp_path: Path
) -> None:
    """A poison row: its flow fails however often it is tried (here a rule in the database)."""
    async with staged(database_url, tmp_path, clock=SetClock(now=OUT_OF_HOURS)) as stage:
        poison = b'{"alarm": "EltLate", "title": "poison"}'
        await stage.baton.parts.kit.do(forbid_poison)
        assert (await send(stage.intake, alert(stage, poison))).status == 202
        assert (await send(stage.intake, alert(stage, GOOD))).status == 200
        for _ in range(quarantine.GIVE_UP_AFTER):  # what the tick does every second
            await door.read_kept(stage.baton.parts.kit)
        [page] = await stage.until(lambda: stage.phone("chi"))
        assert "Cannot read alerts from generic" in page["title"]
        found = await rows(stage, select(inbox.c.body, inbox.c.state, inbox.c.attempts))
        assert {(bytes(row.body), row.state, row.attempts) for row in found} == {
            (poison, "quarantined", quarantine.GIVE_UP_AFTER),
            (GOOD, "done", 0),
        }


LINKS = {
    "no token": (post("/acknowledge/", method="GET"), {404}),
    "junk": (post("/acknowledge/" + "a" * 3_000), {404}),
    "bytes": (post("/acknowledge/%ff%00%f0%9f", method="GET"), {404}),
    "dots": (post("/acknowledge/a.b.c.d"), {404}),
    "no form": (post("/acknowledge/a", b"\xff\0\xfe"), {400}),
    "an unknown act": (post("/acknowledge/a", b"act=delete"), {400}),
    "many fields": (post("/acknowledge/a", b"&".join([b"act=resolve"] * 100)), {400}),
    "too much": (post("/acknowledge/a", b"act=" + b"x" * 300_000), {400, 413}),
    "another method": (post("/acknowledge/a", method="PUT"), {405}),
}


@pytest.mark.parametrize(("request_bytes", "fine"), LINKS.values(), ids=LINKS)
async def test_the_link_door_refuses_what_is_not_ours(
    stage: Stage, request_bytes: bytes, fine: set[int]
) -> None:
    assert (await send(stage.intake, request_bytes)).status in fine


async def test_a_hung_up_link_is_no_trouble(stage: Stage) -> None:
    await hang_up(stage, post("/acknowledge/a", b"act=", length="400"))


COMMAND = {
    "command": "/inc",
    "text": "new The loader is stuck",
    "user_name": "ana",
    "channel_id": "C1",
    "trigger_id": "1.2.3",
    "response_url": "http://127.0.0.1:9/none",
}
FORM = "application/x-www-form-urlencoded"


def slack(stage: Stage, body: bytes, *, age: int = 0, kind: str = FORM, **changed: Any) -> bytes:
    """A request as Slack signs it, `age` seconds ago; `stamp` and `signature` may be changed."""
    stamp = str(int(time.time()) - age).encode()
    secret = stage.workspace.signing_secret.encode()
    made = hmac.new(secret, b"v0:" + stamp + b":" + body, hashlib.sha256).hexdigest()
    headers: list[tuple[str, bytes | str]] = [("Content-Type", kind)]
    for name, value in (("Request-Timestamp", stamp), ("Signature", f"v0={made}".encode())):
        value = changed.get(name.split("-")[-1].lower(), value)
        if value is not None:
            headers.append((f"X-Slack-{name}", value))
    return post("/slack/events", changed.get("sent", body), headers)


FORGED: dict[str, dict[str, Any]] = {
    "no signature": {"signature": None},
    "no time": {"timestamp": None},
    "a wrong signature": {"signature": b"v0=" + b"0" * 64},
    "a signature of bytes": {"signature": b"v0=\xff\xfe"},
    "a time of letters": {"timestamp": b"yesterday"},
    "a time of 5,000 digits": {"timestamp": b"1" * 5_000},
    "another body": {"sent": b"command=%2Finc&text=cancel"},
    "301 seconds old": {"age": 301},
    "from the future": {"age": -301},
}


@pytest.mark.parametrize("changed", FORGED.values(), ids=FORGED)
async def test_what_slack_did_not_sign_just_now_is_refused(
    stage: Stage, changed: dict[str, Any]
) -> None:
    body = urlencode(COMMAND).encode()
    assert (await send(stage.intake, slack(stage, body, **changed))).status == 401


SIGNED = {
    "too much": (b"a" * 1_048_577, FORM, {413}),
    "100,000 lists": (b"[" * 100_000, "application/json", {400}),
    "bad UTF-8": (b"payload=%ff%fe\xff", FORM, {400}),
    "a payload that is a list": (b"payload=%5B%5D", FORM, {400}),
    "nothing": (b"", FORM, {400, 404}),
    "an unknown type": (b'{"type": "telepathy"}', "application/json", {400, 404}),
}


@pytest.mark.parametrize(("body", "kind", "fine"), SIGNED.values(), ids=SIGNED)
async def test_what_is_signed_but_senseless_is_refused(
    stage: Stage, body: bytes, kind: str, fine: set[int]
) -> None:
    assert (await send(stage.intake, slack(stage, body, kind=kind))).status in fine


async def test_a_signed_request_that_is_replayed_has_one_effect(stage: Stage) -> None:
    ana = stage.workspace.state.user_called("ana")
    engineering = stage.workspace.state.channel_called("engineering")
    assert ana is not None
    assert engineering is not None
    told = {
        **COMMAND,
        "user_id": ana.id,
        "team_id": stage.workspace.state.team.id,
        "channel_id": engineering.id,
        "text": "new The replayed loader is stuck",
    }
    request = slack(stage, urlencode(told).encode())
    answers = [await send(stage.intake, request) for _ in range(3)]
    assert [each.status for each in answers] == [200, 200, 200]
    assert len(await titles(stage, "The replayed loader is stuck%")) == 1


# ── hands ─────────────────────────────────────────────────────────────────────────────────────
def memory() -> int:
    """The resident memory of this process, which Baton runs in, in bytes."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) * 1024


def stage_clock(stage: Stage) -> SetClock:
    clock = stage.baton.parts.kit.clock
    assert isinstance(clock, SetClock)
    return clock


async def is_ready(stage: Stage) -> bool:
    async with stage.http.get(f"{stage.admin}/readyz") as answer:
        return answer.status == 200


async def rows(stage: Stage, query: Any) -> list[Any]:
    return await stage.baton.parts.kit.read(lambda work: list(work.tx.execute(query)))


async def inbox_size(stage: Stage) -> int:
    """How many bodies of senders are kept; Baton's own canary is none."""
    counted = select(func.count()).select_from(inbox).where(inbox.c.source != SOURCE)
    [(size,)] = await rows(stage, counted)
    return int(size)


async def titles(stage: Stage, like: str) -> list[str]:
    column = incidents_table.c.title
    return [title for (title,) in await rows(stage, select(column).where(column.like(like)))]


async def open_ones(stage: Stage) -> list[Incident]:
    return await stage.baton.parts.kit.read(lambda work: incidents.list_open(work.tx))


async def rung(stage: Stage, times: int) -> bool:
    return len(await stage.phone("chi")) == times


async def hang_up(stage: Stage, start: bytes) -> None:
    host, _, port = stage.intake.removeprefix("http://").rpartition(":")
    _, writer = await asyncio.open_connection(host, int(port))
    writer.write(start)
    await writer.drain()
    writer.close()
    await writer.wait_closed()


def forbid_poison(work: Any) -> None:
    """The database itself refuses one title, and for a reason that no repeating cures."""
    if work.tx.dialect.name == "sqlite":
        work.tx.exec_driver_sql(
            "CREATE TRIGGER no_poison BEFORE INSERT ON alerts WHEN NEW.title = 'poison' "
            "BEGIN SELECT RAISE(ABORT, 'no poison'); END"
        )
    else:
        work.tx.exec_driver_sql("ALTER TABLE alerts ADD CHECK (title <> 'poison')")
