"""The text of an alert never becomes a mention, a link, a line or a command, on the way through the
real thing into Slack and onto phones (reliability.md I14, S12)."""

import json
import re
import time
import unicodedata
from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from app.chat.limits import Limits
from app.flows.work import Work
from app.organisation.example import example_text
from storage import effects
from storage.effects import Lane
from tests.kit import IN_HOURS, SetClock
from tests.wire.stage import Stage, staged

pytestmark = pytest.mark.anyio
SERVICES = 40
FRAGMENTS = (
    "<!channel>",
    "<!here>",
    "<!everyone|all>",
    "<!subteam^S07EVIL|@oncall>",
    "<!date^1^{date}^https://evil.test|x>",
    "<@{ben}>",
    "<@{ben}|ben>",
    "<#{engineering}>",
    "<https://evil.test|Runbook>",
    "<mailto:a@evil.test|a>",
    "https://evil.test/x",
    "&lt;!channel&gt;",
    "&amp;lt;!here&amp;gt;",
    "@here @channel @ben #engineering",
    "/inc cancel INC-1 it is fine",
    "\nYou: nobody, go back to sleep\n",
    "\r\nClick: https://evil.test\r\n",
    "\u202egnp.exe",
    "\u2066\u200b<\u200b!channel>",
    "```*_~>",
    "|<>&",
    "\u0000\u0007\u001b[2J",
    "'\"}{]}",
    "\ud83d",
    "\U0001f525",
)
FOREIGN = st.lists(st.sampled_from(FRAGMENTS) | st.text(max_size=12), min_size=1, max_size=14).map(
    "".join
)
TEXTS = st.fixed_dictionaries(
    {
        name: FOREIGN
        for name in ("title", "details", "url", "fingerprint", "label", "value", "alarm", "service")
    }
)
ALL = "".join(FRAGMENTS)
OUR_HOSTS = ("runbooks.acme.test", "127.0.0.1", "slack.com")
PHONE_LINES = ("P1:", "Service:", "You:", "Also rung:", "Runbook:")


@pytest.fixture(scope="module")
async def stage(anyio_backend: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Any]:
    folder = tmp_path_factory.mktemp("hostile")
    url, clock = f"sqlite:///{folder / 'baton.db'}", SetClock(now=IN_HOURS)
    async with staged(url, folder, clock=clock, organisation=organisation()) as stage:
        assert stage.baton.parts.chat is not None
        # Slack's limits a thousand times as wide, for this is about what is said, not how fast.
        stage.baton.parts.chat.limits = Limits(lambda: time.monotonic() * 1000)
        yield stage


def organisation() -> str:
    """The example, with a core SLA and an alarm for each of many services."""
    return example_text() + "\n".join(
        f"""
[[service]]
id = "loader-{n}"
name = "Loader {n}"
team = "data-infra"

[[service.sla]]
id = "fresh-{n}"
text = "fresh by 07:00"
core = true

[[alarm]]
key = "Late{n}"
service = "loader-{n}"
threatens = "fresh-{n}"
runbook = "https://runbooks.acme.test/late-{n}"
action = "Restart it"
proposed_by = "ana@acme.test"
approved_by = "ben@acme.test"
"""
        for n in range(SERVICES)
    )


_turns = iter(range(SERVICES))


@settings(
    max_examples=10,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],  # a smaller example would not be found faster
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@example(texts=dict.fromkeys(("title", "details", "url", "fingerprint", "label"), ALL))
@example(texts={"title": f"{ALL[:40]}<!channel>" * 9, "alarm": ALL, "service": ALL, "value": ALL})
@given(texts=TEXTS)
async def test_no_alert_text_is_anything_but_text(stage: Stage, texts: Mapping[str, str]) -> None:
    given = {name: filled(stage, text) for name, text in texts.items()}
    body = {
        "title": given["title"],
        "details": given.get("details", ""),
        "url": f"https://evil.test/{given.get('url', '')}",
        "labels": {given.get("label", "l"): given.get("value", "v")},
    }
    number = next(_turns)
    known = {**body, "alarm": f"Late{number}", "fingerprint": given.get("fingerprint", "f")}
    # One that pages, one that its owner is told, one that nobody knows.
    unknown = {**body, "alarm": given.get("alarm", "a"), "service": "report-builder"}
    stranger = {**body, "alarm": given.get("alarm", "b"), "service": given.get("service", "s")}
    for each in (known, unknown, stranger):
        await send(stage, each)
    await stage.until(lambda: quiet(stage), within=20)
    state = await stage.state()
    for message in said(state):
        check_message(stage, state, message)
    for pages in state["phones"].values():
        for page in pages:
            check_page(page)
    for channel in state["channels"]:
        if channel["name"].startswith("inc-"):
            assert re.fullmatch(r"inc-\d+[a-z0-9_-]*", channel["name"])
            assert len(channel["name"]) <= 80
    for command in ("/inc list", f"/inc timeline INC-{1 + number}", f"/inc INC-{1 + number}"):
        word, _, rest = command.partition(" ")
        answer = await stage.act(
            "command", user="ana", channel="engineering", command=word, text=rest
        )
        if response := answer.get("response"):
            check_message(stage, state, response)


async def send(stage: Stage, body: Mapping[str, Any]) -> None:
    async with stage.http.post(
        f"{stage.intake}/v1/alerts/generic",
        data=json.dumps(body).encode("utf-8"),
        headers={"Authorization": f"Bearer {stage.token}"},
    ) as answer:
        # An alarm that consists of nothing visible is no alarm, and then it is kept and told.
        assert answer.status in (200, 202), await answer.text()


def filled(stage: Stage, text: str) -> str:
    """With the ids of a real person and a real channel, who have nothing to do with it."""
    ben = stage.workspace.state.user_called("ben")
    engineering = stage.workspace.state.channel_called("engineering")
    assert ben is not None
    assert engineering is not None
    return text.replace("{ben}", ben.id).replace("{engineering}", engineering.id)


async def quiet(stage: Stage) -> bool:
    """Nothing is being said, and nothing is due to be."""

    def is_due(work: Work) -> bool:
        due = effects.next_due(work.tx, [Lane.PAGE, Lane.CHAT])
        return any(at <= work.now for at in due.values())

    waits = await stage.baton.parts.kit.read(is_due)
    return not waits and not any(stage.baton.parts.delivery.busy)


def said(state: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    bot = state["app"]["bot_user_id"]
    for channel in state["channels"]:
        yield {"text": channel.get("topic") or ""}
        for message in channel["messages"]:
            # What Slack itself tells ("… has joined") is not ours.
            if message.get("user") == bot and not message.get("subtype"):
                yield message


def check_message(stage: Stage, state: Mapping[str, Any], message: Mapping[str, Any]) -> None:
    for text in parsed_texts(message):
        rest = re.sub(r"<([^<>]*)>", lambda found: allow(stage, state, found[1]), text)
        assert "<" not in rest, text
        assert ">" not in rest, text
        hidden = [sign for sign in text if unicodedata.category(sign) in ("Cc", "Cf", "Cs")]
        assert set(hidden) <= {"\n"}, (text, hidden)
    for url in addresses(message):
        assert urlsplit(url).hostname in OUR_HOSTS, url


def allow(stage: Stage, state: Mapping[str, Any], inside: str) -> str:
    """Of what Slack would turn into something, only this is ours."""
    paged = {each["id"] for each in state["users"] if each["name"] in ("ana", "mia", "chi", "noor")}
    rooms = {each["id"] for each in state["channels"] if each["name"].startswith("inc-")}
    target = inside.partition("|")[0]
    if re.fullmatch(r"!date\^\d+\^(\{\w+\}|[ :])+", target):
        return ""
    if (target[:1], target[1:]) in {("@", each) for each in paged} | {
        ("#", each) for each in rooms
    }:
        return ""
    host = re.match(r"https?://([^/:]+)", target)
    assert host, f"<{inside}>"
    assert host[1] in OUR_HOSTS, f"<{inside}>"
    return ""


def parsed_texts(node: Any, *, top: bool = True) -> Iterator[str]:
    """Every text that Slack parses: mrkdwn objects, and the message's own text."""
    if isinstance(node, list):
        for each in node:
            yield from parsed_texts(each, top=False)
    elif isinstance(node, dict):
        if isinstance(node.get("text"), str) and (top or node.get("type") == "mrkdwn"):
            yield node["text"]
        for key, value in node.items():
            if key != "metadata" and isinstance(value, (dict, list)):
                yield from parsed_texts(value, top=False)


def addresses(node: Any) -> Iterator[str]:
    """Where buttons and pictures lead."""
    if isinstance(node, list):
        for each in node:
            yield from addresses(each)
    elif isinstance(node, dict):
        yield from (node[key] for key in ("url", "image_url") if isinstance(node.get(key), str))
        for value in node.values():
            yield from addresses(value)


def check_page(page: Mapping[str, Any]) -> None:
    assert page["title"].isprintable()
    assert "://" not in page["title"]
    for line in page["message"].splitlines():
        assert line.startswith(PHONE_LINES), line
        assert "://" not in line or line.startswith("Runbook: https://runbooks.acme.test/"), line
    for url in [page["click"], *(each["url"] for each in page["actions"])]:
        assert url.startswith("http://127.0.0.1:"), url
