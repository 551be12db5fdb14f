"""A P1 against a Slack that takes its time: its page there, its channel, and what calls cost."""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests.bench.plan import Plan
from tests.bench.table import Row
from tests.bench.wire import Line, alert
from tests.bench.world import World, world
from tests.wire.proxy import Proxy, proxy_to

CALL = 0.3
"""L: what every call takes, in seconds."""
PATIENCE = 20.0
PACE = 1.0
"""Seconds between two P1s: 60 a minute."""
FURNITURE = ("conversations.invite", "conversations.setTopic", "chat.postMessage")
"""What makes a channel usable: the people are in it, and topic and card stand."""

Call = Mapping[str, Any]


async def measure(plan: Plan, folder: Path) -> list[Row]:
    """All times in ms and from the 2xx on; each round in a new Baton."""
    page: list[float] = []
    room: list[float] = []
    minute: list[float] = []
    phone: list[float] = []
    connections: list[float] = []
    channels = refused = 0
    for number in range(plan.rounds):
        async with _slow_slack(folder / f"room-{number}") as (here, proxy):
            for _ in range(plan.rooms):
                posted, usable = await _one(here)
                page.append(posted)
                room.append(usable)
            posted_at, rang_at = await _minute(here, plan.a_minute)
            minute += posted_at
            phone += rang_at
            calls = await _calls(here)
            connections.append(proxy.accepted / len(calls))
            channels += sum(_is(call, "conversations.create") for call in calls)
            refused += sum(call["status"] == 429 for call in calls)
    per_call = CALL * 1000
    paced = f"{plan.a_minute} P1s, one a second"
    limit = f"≤ {1.5 * per_call:.0f}"
    return [
        Row(what="page posted in Slack", samples=page, goal=f"≤ {per_call + 20:.0f}"),
        _ratio("page posted in Slack, to a call", page),
        Row(what="channel usable", samples=room, goal=f"≤ {2 * per_call + 40:.0f}"),
        _ratio("channel usable, to a call", room),
        Row(what=f"page in Slack, {paced}", samples=minute, goal=limit),
        _ratio(f"page in Slack, {paced}, to a call", minute, goal="≤ 1.5"),
        Row(what=f"page by phone, {paced}", samples=phone, goal=limit),
        Row(what="channels made meanwhile", samples=[channels / plan.rounds], unit="", goal=""),
        Row(what="calls that Slack refused (429)", samples=[refused], unit="", goal="0"),
        Row(what="new connections a call", samples=connections, unit="", goal="≤ 0.02"),
    ]


def _ratio(what: str, samples: Sequence[float], goal: str = "") -> Row:
    return Row(what=what, samples=[each / 1000 / CALL for each in samples], unit="×", goal=goal)


@asynccontextmanager
async def _slow_slack(folder: Path) -> AsyncIterator[tuple[World, Proxy]]:
    """Baton running, warm, and with a Slack whose every call takes `CALL` seconds."""
    async with world(folder) as here, proxy_to(urlsplit(here.slack).port or 0) as proxy:
        here.environment["BATON_SLACK_API_URL"] = f"{proxy.url}/api/"
        await here.start()
        await here.ready()
        await _one(here)
        await here.lever("PUT", "faults/*", {"delay": CALL})
        await here.lever("DELETE", "calls", {})
        proxy.accepted = 0
        yield here, proxy


async def _one(here: World) -> tuple[float, float]:
    """One P1 on an idle Baton: until its page stands in Slack, and until its channel is usable."""
    number = here.next_service()
    accepted = await _alert(here, number)
    async with asyncio.timeout(PATIENCE):
        while (found := _told(await _calls(here, accepted[0]), accepted[1])) is None:
            await asyncio.sleep(0.02)
    await here.sink.arrival(f"Late page {number}")
    await _resolve(here, f"Late page {number}")
    await asyncio.sleep(2 * CALL)
    return found


async def _minute(here: World, count: int) -> tuple[list[float], list[float]]:
    """P1s at the pace; nobody waits for their channels. Until each page stood and rang."""
    sent = []
    for _ in range(count):
        number = here.next_service()
        sent.append((f"Late page {number}", *await _alert(here, number)))
        await asyncio.sleep(max(0.0, sent[0][2] + len(sent) * PACE - time.time()))
    await asyncio.sleep(3 * CALL)
    began = sent[0][1]
    posts = {_incident(call): _ended(call) for call in await _calls(here, began) if _is_page(call)}
    rang = [await here.sink.arrival(title) for title, _, _ in sent]
    to_monotonic = time.monotonic() - time.time()
    posted = [(end - at) * 1000 for (_, _, at), end in zip(sent, _in_order(posts), strict=True)]
    ringing = [
        max(0.0, there - to_monotonic - at) * 1000
        for (_, _, at), there in zip(sent, rang, strict=True)
    ]
    return posted, ringing


def _in_order(posts: Mapping[int, float]) -> list[float]:
    return [posts[number] for number in sorted(posts)]


async def _alert(here: World, number: int) -> tuple[float, float]:
    """When it was sent, and when it was accepted."""
    sent = time.time()
    async with here.line() as line:
        body = alert(number, title=f"Late page {number}")
        assert await line.post("/v1/alerts/generic", body) == 200
    return sent, time.time()


async def _resolve(here: World, title: str) -> None:
    async with Line(here.port) as line:
        assert await line.form(here.sink.links[title], b"act=resolve") == 200


async def _calls(here: World, since: float = 0.0) -> list[Call]:
    return list((await here.lever("GET", f"calls?since={since}", {}))["calls"])


def _told(calls: Sequence[Call], accepted: float) -> tuple[float, float] | None:
    """Milliseconds until the page stood and until the channel was usable; None before that."""
    pages = [_ended(call) for call in calls if _is_page(call) and call["ok"]]
    room = next((call for call in calls if _is(call, "conversations.create") and call["ok"]), None)
    if not pages or room is None:
        return None
    after = [call for call in calls if call["at"] >= room["at"] and call["ok"]]
    ends = [[_ended(call) for call in after if _furnishes(call, method)] for method in FURNITURE]
    if not all(ends):
        return None
    usable = max(min(found) for found in ends)
    return (pages[0] - accepted) * 1000, (usable - accepted) * 1000


def _furnishes(call: Call, method: str) -> bool:
    return _is(call, method) and (method != "chat.postMessage" or _key(call).startswith("card:"))


def _is(call: Call, method: str) -> bool:
    return bool(call["method"] == method)


def _is_page(call: Call) -> bool:
    return _is(call, "chat.postMessage") and _key(call).startswith("page:")


def _incident(call: Call) -> int:
    """Pages are numbered as their incidents are, one each: nobody escalates meanwhile."""
    return int(_key(call).partition(":")[2])


def _key(call: Call) -> str:
    payload = (call["arguments"].get("metadata") or {}).get("event_payload") or {}
    return str(payload.get("key", ""))


def _ended(call: Call) -> float:
    return float(call["at"] + call["ms"] / 1000)
