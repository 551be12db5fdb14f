"""Phones: pushed to as to ntfy and Gotify, read, and pressed."""

from collections.abc import AsyncIterator
from typing import Any

import apprise
import pytest
from aiohttp import web
from anyio import to_thread

from app.demo.workspace import Workspace
from tests.demo.workspace.conftest import Hands

pytestmark = pytest.mark.anyio
Json = dict[str, Any]


def phone(workspace: Workspace, handle: str = "ana") -> list[Any]:
    return workspace.state.phones.get(handle, [])


class Site:
    """Something to be reached from a notification."""

    def __init__(self) -> None:
        self.url = ""
        self.seen: list[tuple[str, str, str]] = []

    async def serve(self, request: web.Request) -> web.Response:
        self.seen.append((request.method, request.path, await request.text()))
        if request.path.endswith("/page"):
            styles = f"<style>{'p { margin: 0 } ' * 500}</style>"
            return web.Response(text=f"{styles}<p>You have it.</p>", content_type="text/html")
        return web.Response(text="You have it.", status=410 if "old" in request.path else 200)


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    site = Site()
    application = web.Application()
    application.router.add_route("*", "/{path:.*}", site.serve)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    site.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield site
    await runner.cleanup()


async def publish(hands: Hands, **body: Any) -> Json:
    async with hands.session.post(f"{hands.workspace.url}/", json=body) as response:
        answer: Json = await response.json()
        return answer | {"status": response.status}


async def test_ntfys_json_rings_the_phone_of_the_topic(hands: Hands) -> None:
    said = {"topic": "phone-ana", "title": "P1", "message": "Late", "priority": 5}
    answer = await publish(hands, **said, tags=["rotating_light"])
    assert (answer["event"], answer["topic"]) == ("message", "phone-ana")
    push = phone(hands.workspace)[0]
    assert (push.title, push.message, push.priority, push.state) == ("P1", "Late", 5, "ringing")
    nobody = await publish(hands, topic="phone-nobody", message="x")
    assert nobody["status"] == 400
    assert "nobody" in nobody["error"]


async def test_plain_ntfy_takes_headers_and_short_actions(hands: Hands) -> None:
    headers = {
        "Title": "P1",
        "Priority": "urgent",
        "Actions": "http, Acknowledge, https://b.test/ack, method=POST; view, Open, https://b.test",
    }
    url = f"{hands.workspace.url}/phone-ana"
    async with hands.session.put(url, data="Late", headers=headers) as response:
        assert response.status == 200
    push = phone(hands.workspace)[0]
    assert (push.title, push.message, push.priority) == ("P1", "Late", 5)
    assert push.actions == [
        {"label": "Acknowledge", "url": "https://b.test/ack", "method": "POST"},
        {"label": "Open", "url": "https://b.test", "method": "GET"},
    ]


@pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")
@pytest.mark.parametrize("kind", ["ntfy", "gotify"])
async def test_apprise_reaches_a_phone(hands: Hands, kind: str) -> None:
    host = hands.workspace.url.removeprefix("http://")
    url = (
        f"ntfy://{host}/phone-ben"
        if kind == "ntfy"
        else (f"gotify://{host}/_workspace/phone/ben/sometoken")
    )
    sender = apprise.Apprise.instantiate(url)
    assert isinstance(sender, apprise.NotifyBase)
    sent = await to_thread.run_sync(lambda: sender.notify(body="Late", title="P1"))
    assert sent is True
    push = phone(hands.workspace, "ben")[0]
    assert (push.title, push.message) == ("P1", "Late")


async def test_a_link_alone_still_gives_buttons(hands: Hands, site: Site) -> None:
    link = f"{site.url}/acknowledge/abc123"
    await publish(hands, topic="phone-ana", message=f"P1: late. {link}.")
    push = phone(hands.workspace)[0]
    assert [a["label"] for a in push.actions] == ["Open", "Acknowledge"]
    pressed = await hands.post("phone/ana/act", id=push.id, action=1)
    assert pressed == {"ok": True, "status": 200, "body": "You have it."}
    assert site.seen == [("POST", "/acknowledge/abc123", "")]
    assert (push.state, push.result["label"]) == ("acted", "Acknowledge")


async def test_opening_a_link_is_only_a_get(hands: Hands, site: Site) -> None:
    await publish(hands, topic="phone-ana", message="x", click=f"{site.url}/acknowledge/abc")
    push = phone(hands.workspace)[0]
    await hands.post("phone/ana/act", id=push.id, action=0)
    assert site.seen == [("GET", "/acknowledge/abc", "")]


async def test_a_button_that_reaches_nothing_says_so(hands: Hands) -> None:
    await publish(hands, topic="phone-ana", message="x", click="http://127.0.0.1:9/x")
    push = phone(hands.workspace)[0]
    pressed = await hands.post("phone/ana/act", id=push.id, action=0)
    assert pressed["ok"] is False
    assert "cannot be reached" in pressed["body"]
    assert "buttons" in await hands.wrong("phone/ana/act", id=push.id, action=7)
    assert "no notification" in await hands.wrong("phone/ana/act", id="P0", action=0)


async def test_reading_stops_the_ringing(hands: Hands) -> None:
    await publish(hands, topic="phone-ana", message="x")
    push = phone(hands.workspace)[0]
    await hands.post("phone/ana/read", id=push.id)
    shown = (await hands.state())["phones"]["ana"][0]
    assert (shown["id"], shown["state"]) == (push.id, "read")


async def test_of_a_page_the_words_are_kept_and_not_its_styles(hands: Hands, site: Site) -> None:
    await publish(hands, topic="phone-ana", message=f"{site.url}/acknowledge/page")
    push = phone(hands.workspace)[0]
    pressed = await hands.post("phone/ana/act", id=push.id, action=1)
    assert (pressed["body"], pressed["said"]) == ("You have it.", "You have it.")
    assert push.result["said"] == "You have it."


async def test_what_failed_can_be_pressed_again(hands: Hands, site: Site) -> None:
    await publish(hands, topic="phone-ana", message=f"{site.url}/acknowledge/old")
    push = phone(hands.workspace)[0]
    pressed = await hands.post("phone/ana/act", id=push.id, action=1)
    assert (pressed["ok"], pressed["status"], push.state) == (False, 410, "read")


async def test_a_phone_rings_for_half_a_minute(hands: Hands) -> None:
    await publish(hands, topic="phone-ana", message="x")
    shown = (await hands.state())["phones"]["ana"][0]
    assert shown["rings_until"] - shown["at"] == pytest.approx(30)
