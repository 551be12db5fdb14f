"""Alerts of any size on the way through the real thing into Slack, which refuses what is too large,
and onto phones: cut, and never dropped (reliability.md S13)."""

import json
import re
from collections.abc import AsyncIterator, Mapping
from typing import Any

import pytest

from app.chat.message import Message
from app.chat.validate import complaints
from tests.kit import IN_HOURS, SetClock
from tests.wire.raw import post, send
from tests.wire.stage import Stage, staged
from tests.wire.test_hostile_text import organisation, quiet, said

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(120)]
FIRE, CREW = "\U0001f525", "\U0001f469\u200d\U0001f692"
"""One sign of four bytes; and one that three make together."""
TITLES = {
    "a megabyte": "The nightly load is late. " * 40_000,
    "a megabyte without a space": "x" * 1_000_000,
    "fires": FIRE * 250_000,
    "crews": CREW * 90_000,
    "what grows when it is escaped": "<&>" * 300_000,
    "as long as a channel's name may be": "a" * 80,
    "as long as that, in Greek": "\u03b1" * 80,
    "one sign": FIRE,
}
NTFY_BYTES = 4096
"""What is larger ntfy turns into a file to be fetched."""


@pytest.fixture(scope="module")
async def stage(anyio_backend: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Any]:
    folder = tmp_path_factory.mktemp("sizes")
    url, clock = f"sqlite:///{folder / 'baton.db'}", SetClock(now=IN_HOURS)
    async with staged(url, folder, clock=clock, organisation=organisation()) as stage:
        yield stage


@pytest.mark.parametrize("number", range(len(TITLES)), ids=list(TITLES))
async def test_however_long_it_is_it_pages_has_its_channel_and_stands_in_it(
    stage: Stage, number: int
) -> None:
    title = list(TITLES.values())[number]
    body = {"title": title, "details": title, "labels": {"pod": title}, "url": "https://a.test/"}
    body |= {"alarm": f"Late{number}", "fingerprint": f"f{number}"}
    raw = json.dumps(body, ensure_ascii=False).encode()
    token = {"Authorization": f"Bearer {stage.token}"}
    answer = await send(stage.intake, post("/v1/alerts/generic", raw, token), within=30.0)
    assert answer.status == 200, answer.body
    [key] = json.loads(answer.body)["incidents"]

    await stage.until(lambda: quiet(stage))
    state = await stage.state()
    name = room(state, key)
    assert re.fullmatch(r"inc-\d+[a-z0-9_-]*", name)
    assert len(name.encode()) <= 80
    for message in said(state):
        if "ts" in message:
            told = Message(text=message["text"], blocks=tuple(message.get("blocks") or ()))
            assert complaints(told) == []
        assert "\ufffd" not in message["text"], "no sign was cut in two"
    for page in pages(state, key):
        assert len(page["message"].encode()) <= NTFY_BYTES
        assert len(page["title"]) <= 250
        beginning = title.replace("\u200d", "")[:20].strip()  # what joins signs may hide others
        assert beginning in page["title"] + page["message"]
    failed = [
        each for each in state["calls"] if each["error"] in ("invalid_blocks", "msg_too_long")
    ]
    assert failed == []


def room(state: Mapping[str, Any], key: str) -> str:
    names = [each["name"] for each in state["channels"]]
    return next((name for name in names if re.match(rf"{key.lower()}(-|$)", name)), "")


def pages(state: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    return [
        page
        for each in state["phones"].values()
        for page in each
        if re.search(rf"{key}\b", page["title"] + page["message"])
    ]
