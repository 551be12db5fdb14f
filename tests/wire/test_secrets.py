"""Secrets and addresses, through a whole story: none of them comes out anywhere (S19, S20)."""

import io
import json
import logging
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from app.flows.admit import Operator
from app.flows.contact import add_contact, list_contacts
from app.flows.declare import declare
from app.flows.person import export_person
from app.logs import start_logging
from app.paging.targets import read_target
from app.rules.ladder import Method
from app.setting_values import LogStyle
from storage import tables
from tests.kit import OUT_OF_HOURS, SetClock
from tests.wire.raw import post, send
from tests.wire.stage import Stage, staged

pytestmark = pytest.mark.anyio
KEY, OLD_KEY = "canary-key-new-0123456789abcdefghij", "canary-key-old-0123456789abcdefghij"
PASSWORD, NUMBER, TOPIC = "canary-smtp-password", "+12025550142", "canarytopic0142"
MAILBOX = "canary.private.mailbox"
SETTINGS = {
    "BATON_SECRET_KEY": f"{KEY}, {OLD_KEY}",
    "BATON_SMTP_URL": f"smtp://baton:{PASSWORD}@127.0.0.1:9",
    "BATON_SMTP_FROM": "baton@acme.test",
}


@pytest.fixture
def told() -> Iterator[io.StringIO]:
    """Everything that is logged, down to what libraries say at DEBUG."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield io.StringIO()
    root.handlers[:], root.level = handlers, level


@pytest.fixture
async def stage(tmp_path: Path, told: io.StringIO) -> AsyncIterator[Stage]:
    clock = SetClock(now=OUT_OF_HOURS)
    url = f"sqlite:///{tmp_path / 'baton.db'}"
    async with staged(url, tmp_path, clock=clock, mode="http", phones=True, **SETTINGS) as stage:
        settings = stage.baton.parts.settings
        start_logging(LogStyle.JSON, secrets=settings.secrets(), stream=told, level=logging.DEBUG)
        yield stage


async def test_no_secret_and_no_address_comes_out_anywhere(stage: Stage, told: io.StringIO) -> None:
    parts = stage.baton.parts
    for method, raw in (
        (Method.SMS, NUMBER),
        (Method.PUSH, f"ntfy://127.0.0.1:9/{TOPIC}"),
        (Method.EMAIL, f"{MAILBOX}@example.com"),
    ):
        target = read_target(method, raw, trusted=True)
        await parts.kit.do(
            add_contact,
            "chi@acme.test",
            method=method,
            target=target,
            seal=parts.seal,
            by=Operator(),
        )
    seen = [repr(parts.settings), str(parts.settings), repr(parts), repr(vars(parts.gateway))]
    await _story(stage)
    seen += [json.dumps(await stage.state()), told.getvalue()]
    seen += [await _fetched(stage, path) for path in ("/metrics", "/readyz", "/healthz")]
    seen += [json.dumps(await parts.kit.read(_kept), default=str)]
    found = await parts.kit.do(export_person, "chi@acme.test", by=Operator())
    seen += [json.dumps(found), repr(await parts.kit.read(_contacts))]
    whole = "\n".join(seen)
    assert "INC-1" in whole
    for secret in _secrets(stage):
        assert secret not in whole, secret


async def _story(stage: Stage) -> None:
    """A P1 by an alert and one by hand, rings that fail and one that is answered, and strangers."""
    bearer = {"Authorization": f"Bearer {stage.token}"}
    body = json.dumps({"alarm": "EltLate", "title": "late"}).encode()
    for request in (
        post("/v1/alerts/generic", body, bearer),
        post("/v1/alerts/generic", b"[" * 99, bearer),
        post("/v1/alerts/alertmanager", body, bearer),
        post(f"/v1/alerts/generic?token={stage.token}", body),
        post("/acknowledge/canary", b"act=acknowledge"),
        post("/slack/events", b"{}", {"X-Slack-Signature": "v0=" + "0" * 64}),
    ):
        answer = await send(stage.intake, request)
        assert stage.token.encode() not in answer.body
    await stage.baton.parts.kit.do(declare, "orders fail", by=Operator())
    chi = "chi"
    pages = await stage.until(lambda: stage.phone(chi))
    link = pages[0]["actions"][0]["url"] if pages[0].get("actions") else pages[0]["click"]
    async with stage.http.post(link, data={"act": "acknowledge"}) as pressed:
        assert pressed.status == 200
    await stage.until(lambda: _failures(stage))


async def _failures(stage: Stage) -> bool:
    """Whether a ring by each of the addresses that nobody answers at was tried."""

    def view(work: Any) -> int:
        rows = work.tx.execute(tables.effects.select().where(tables.effects.c.kind == "ring"))
        return sum(row.problem is not None for row in rows)

    return await stage.baton.parts.kit.read(view) >= 2


async def _fetched(stage: Stage, path: str) -> str:
    _, private = stage.baton.bound
    async with stage.http.get(f"http://{private}{path}") as answer:
        return await answer.text()


def _kept(work: Any) -> list[Any]:
    """The audit log, the timeline, what was said, and what is shown of contact methods."""
    found = [
        [list(row) for row in work.tx.execute(table.select())]
        for table in (tables.audit, tables.timeline, tables.effects, tables.people, tables.posts)
    ]
    return [*found, [row.hint for row in work.tx.execute(tables.contact_methods.select())]]


def _contacts(work: Any) -> list[str]:
    return [
        f"{each.method} {each.hint}" for each in list_contacts(work, "chi@acme.test", by=Operator())
    ]


def _secrets(stage: Stage) -> list[str]:
    workspace = stage.workspace
    return [
        KEY,
        OLD_KEY,
        PASSWORD,
        NUMBER,
        NUMBER[2:],
        TOPIC,
        MAILBOX,
        stage.token,
        workspace.bot_token,
        workspace.signing_secret,
    ]
