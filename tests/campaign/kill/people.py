"""Senders that repeat until they are answered 2xx, and people who answer some of their pages."""

import asyncio
import random
from dataclasses import dataclass, field
from datetime import UTC, datetime

import aiohttp

from tests.campaign.kill.phones import Copy

PAUSE = 0.03
"""Between two tries at a Baton that does not answer, in seconds."""
KNOWN = 5.0
"""After so many seconds an answer is with everybody who sends pages (reliability.md, I4)."""
REPEATS = 0.2
"""So many of all alerts are a repeat of an earlier one."""
IN_TURN = 0.5
"""So many are of the service whose turn it is; the others of any one."""
AT_ONCE, LATE = (0.05, 1.0), (2.0, 9.0)


@dataclass(frozen=True, kw_only=True)
class Accepted:
    """An alert that was answered 2xx: from here on it is Baton's."""

    fingerprint: str
    service: int
    incidents: frozenset[int]
    """As the answer named them."""
    at: datetime


@dataclass
class Tasks:
    """What runs beside the killing; `end` waits for all of it."""

    running: set[asyncio.Task[None]] = field(default_factory=set)

    def add(self, task: asyncio.Task[None]) -> None:
        self.running.add(task)
        task.add_done_callback(self.running.discard)

    async def end(self) -> None:
        while self.running:
            for task in await asyncio.gather(*self.running, return_exceptions=True):
                if isinstance(task, BaseException):
                    raise task

    def cancel(self) -> None:
        for task in self.running:
            task.cancel()


@dataclass
class Senders:
    """Alerts of many services; every one is new, or a repeat of one that was sent before."""

    http: aiohttp.ClientSession
    url: str
    token: str
    services: int
    chance: random.Random
    accepted: list[Accepted] = field(default_factory=list)
    tasks: Tasks = field(default_factory=Tasks)
    _sent: list[tuple[int, str]] = field(default_factory=list)

    def burst(self, count: int) -> None:
        """Send so many alerts, all at once, and go on until each was taken."""
        for _ in range(count):
            self.tasks.add(asyncio.create_task(self._one(*self._choose())))

    async def _one(self, service: int, fingerprint: str) -> None:
        await self.send(service, fingerprint)

    def _choose(self) -> tuple[int, str]:
        if self._sent and self.chance.random() < REPEATS:
            return self.chance.choice(self._sent)
        number = len(self._sent)
        chosen = number if self.chance.random() < IN_TURN else self.chance.randrange(self.services)
        self._sent.append((chosen % self.services, f"alert-{number}"))
        return self._sent[-1]

    async def send(self, service: int, fingerprint: str) -> Accepted:
        """Send this alert until it is taken."""
        body = {
            "alarm": f"Late{service}",
            "title": f"Loader {service} is late",
            "fingerprint": fingerprint,
        }
        while (incidents := await self._send(body)) is None:
            await asyncio.sleep(PAUSE)
        taken = Accepted(
            fingerprint=fingerprint, service=service, incidents=incidents, at=datetime.now(UTC)
        )
        self.accepted.append(taken)
        return taken

    async def _send(self, body: dict[str, str]) -> frozenset[int] | None:
        headers = {"Authorization": f"Bearer {self.token}"}
        try:
            async with self.http.post(self.url, json=body, headers=headers) as answer:
                told = await answer.json()
                if answer.status >= 300:
                    return None
                return frozenset(int(key.split("-")[1]) for key in told.get("incidents", ()))
        except (aiohttp.ClientError, TimeoutError):
            return None


@dataclass
class People:
    """Most acknowledge soon and then resolve, some late, and some never while it lasts."""

    http: aiohttp.ClientSession
    address: str
    chance: random.Random
    answered: dict[int, datetime] = field(default_factory=dict)
    """Escalation → when its answer was certainly committed."""
    tasks: Tasks = field(default_factory=Tasks)
    diligent: bool = False
    """At the end of the campaign everybody answers at once."""

    def hear(self, copy: Copy) -> None:
        """A phone rang."""
        self.tasks.add(asyncio.create_task(self._answer(copy)))

    async def _answer(self, copy: Copy) -> None:
        mood = self.chance.random()
        if self.diligent or mood < 0.6:
            await asyncio.sleep(self.chance.uniform(*AT_ONCE))
        elif mood < 0.8:
            await asyncio.sleep(self.chance.uniform(*LATE))
        else:
            return
        await self._press(copy, "acknowledge")
        self.answered.setdefault(copy.escalation, datetime.now(UTC))
        if self.chance.random() < 0.7:
            await asyncio.sleep(self.chance.uniform(*AT_ONCE))
            await self._press(copy, "resolve")

    async def _press(self, copy: Copy, act: str) -> None:
        """Until Baton says something final: done, refused, or over already."""
        while await self._ask(copy, act) not in (200, 404, 409):
            await asyncio.sleep(PAUSE)

    async def _ask(self, copy: Copy, act: str) -> int:
        url = f"{self.address}{copy.link}"
        try:
            async with self.http.post(url, data={"act": act}) as answer:
                await answer.read()
                return answer.status
        except (aiohttp.ClientError, TimeoutError):
            return 0
