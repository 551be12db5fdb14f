"""Everybody's phone: what was pushed to it as to ntfy or Gotify, and what was pressed."""

import json
import re
from typing import Any
from urllib.parse import urlsplit

import aiohttp

from app.demo.workspace.errors import Refused
from app.demo.workspace.values import Json, Push
from app.demo.workspace.web_words import conclusion_of, lines_of
from app.demo.workspace.world import World

TOPIC = "phone-"
PRESS_WAIT = 10.0
RINGS_FOR = 30.0
"""Seconds a phone rings; what nobody has answered by then stays as an unread notification."""
KEPT = 2_000
_LINK = re.compile(r"https?://[^\s<>\"')\]]+")
_PRIORITIES = {"min": 1, "low": 2, "default": 3, "high": 4, "max": 5, "urgent": 5}


def ring(world: World, handle: str, said: Json) -> Push:
    """A new notification; what ntfy and Gotify call things is brought together here."""
    if not any(u.name == handle for u in world.state.users.values()):
        raise Refused(
            f"Nobody here is called {handle}, so the phone {TOPIC}{handle} does not exist."
        )
    extras = said.get("extras") or {}
    click = said.get("click") or (
        extras.get("client::notification", {}).get("click", {}).get("url", "")
    )
    push = Push(
        id=world.state.new_id("P"),
        at=world.now(),
        title=str(said.get("title") or ""),
        message=str(said.get("message") or ""),
        priority=_priority(said.get("priority")),
        click=str(click),
        tags=_tags(said.get("tags")),
    )
    push.actions = _actions(said.get("actions")) or _derived(push)
    world.state.phones.setdefault(handle, []).append(push)
    world.touch()
    return push


def _priority(given: Any) -> int:
    if isinstance(given, str) and given.lower() in _PRIORITIES:
        return _PRIORITIES[given.lower()]
    try:
        return int(given)
    except (TypeError, ValueError):
        return 3


def _tags(given: Any) -> list[str]:
    if isinstance(given, str):
        return [tag.strip() for tag in given.split(",") if tag.strip()]
    return [str(tag) for tag in given or ()]


def _actions(given: Any) -> list[Json]:
    """ntfy's actions, as JSON or in its short form `http, Label, url, method=POST; …`."""
    if isinstance(given, str):
        try:
            given = json.loads(given)
        except ValueError:
            given = [_short_action(part) for part in given.split(";") if part.strip()]
    actions = []
    for one in given or ():
        if not one.get("url"):
            continue
        method = "GET" if one.get("action") == "view" else one.get("method") or "POST"
        action = {"label": one.get("label") or "Open", "url": one["url"], "method": method.upper()}
        action |= {k: one[k] for k in ("headers", "body") if one.get(k)}
        actions.append(action)
    return actions


def _short_action(text: str) -> Json:
    names = ("action", "label", "url")
    action: Json = {}
    for index, part in enumerate(p.strip() for p in text.split(",")):
        key, equals, value = part.partition("=")
        if equals and key in ("action", "label", "url", "method", "body"):
            action[key] = value
        elif index < len(names):
            action[names[index]] = part
    return action


def _derived(push: Push) -> list[Json]:
    """Without actions of its own, a link in it still gives something to press."""
    links = list(
        dict.fromkeys([*([push.click] if push.click else []), *_LINK.findall(push.message)])
    )
    actions: list[Json] = []
    for link in links:
        link = link.rstrip(".,;:!?")
        actions.append({"label": "Open", "url": link, "method": "GET"})
        if "/acknowledge/" in urlsplit(link).path:
            actions.append({"label": "Acknowledge", "url": link, "method": "POST"})
    return actions


def find(world: World, handle: str, push_id: str) -> Push:
    for push in world.state.phones.get(handle, ()):
        if push.id == push_id:
            return push
    raise Refused(f"The phone of {handle} has no notification {push_id}.")


def read(world: World, handle: str, push_id: str) -> None:
    push = find(world, handle, push_id)
    if push.state == "ringing":
        push.state = "read"
    world.touch()


async def press(world: World, handle: str, push_id: str, index: int) -> Json:
    """Do what the button says, as the phone would: the request goes out from here."""
    push = find(world, handle, push_id)
    if not 0 <= index < len(push.actions):
        raise Refused(f"That notification has {len(push.actions)} buttons; there is no {index}.")
    action = push.actions[index]
    result: Json
    timeout = aiohttp.ClientTimeout(total=PRESS_WAIT)
    try:
        async with (
            aiohttp.ClientSession(timeout=timeout) as session,
            session.request(
                action["method"],
                action["url"],
                headers=action.get("headers"),
                data=action.get("body"),
            ) as response,
        ):
            result = await _answer_of(response)
    except (aiohttp.ClientError, TimeoutError, ValueError, OSError) as error:
        result = {"ok": False, "status": 0, "body": f"{action['url']} cannot be reached: {error}"}
    push.state = "acted" if result["ok"] else "read"  # what failed can be pressed again
    push.result = result | {"label": action["label"]}
    world.touch()
    return result


async def _answer_of(response: aiohttp.ClientResponse) -> Json:
    """What came back; of a web page its words, because its first characters are all style."""
    body = await response.text(errors="replace")
    result: Json = {"ok": response.ok, "status": response.status, "body": body[:KEPT]}
    if response.content_type == "text/html":
        result |= {"body": "\n".join(lines_of(body))[:KEPT], "said": conclusion_of(body)[:KEPT]}
    return result
