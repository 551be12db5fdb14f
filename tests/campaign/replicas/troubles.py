"""P1s without end, while one replica after the other is killed, frozen, or told to end."""

import asyncio
import signal
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from tests.campaign.kill.people import KNOWN, Tasks
from tests.campaign.kill.phones import Copy
from tests.campaign.replicas.fleet import Fleet, Replica, Size
from tests.campaign.replicas.races import until
from tests.campaign.report import Finding, at_most, exactly, told

MOST_WAITING = 30
"""Senders that wait for an answer; more would only measure this machine."""
GRACE = 5.0
"""Seconds beyond the lease within which a page must have been taken over."""
STOPS_WITHIN = 10.0
ANSWERED = 0.5
"""So many P1s are acknowledged in Slack once they were heard."""
TAKEN_OVER = "was taken over by another worker meanwhile"
NOT_SAID = "was not said: its lease ran out"


@dataclass
class Troubles:
    """What was done to the replicas, and what people did meanwhile."""

    kills: int = 0
    freezes: int = 0
    ends: list[float] = field(default_factory=list)
    """How long each took that was told to end."""
    codes: list[int] = field(default_factory=list)
    answered: dict[int, datetime] = field(default_factory=dict)
    """Incident → when its acknowledgement was answered in Slack."""
    tasks: Tasks = field(default_factory=Tasks)


async def troubles(here: Fleet, size: Size) -> Sequence[Finding]:
    """Every P1 rings in time, once, whatever becomes of whom."""
    before, seen, ended = len(here.phones.copies), Troubles(), asyncio.Event()
    here.phones.heard = lambda copy: _hear(here, seen, copy)
    sending = asyncio.create_task(_send(here, size, ended))
    try:
        for number in range(size.troubles):
            await asyncio.sleep(here.chance.uniform(0.1, 1.0))
            victim = here.chance.choice(here.replicas)
            await (_kill, _freeze, _end)[number % 3](here, size, victim, seen)
    finally:
        ended.set()
    await sending
    await until(lambda: _all_rang(here))
    await seen.tasks.end()
    return _found(here, size, here.phones.copies[before:], seen)


async def _kill(here: Fleet, size: Size, victim: Replica, seen: Troubles) -> None:
    seen.kills += 1
    victim.signal(signal.SIGKILL)
    await victim.ended()
    await asyncio.sleep(here.chance.uniform(0, size.lease))
    await victim.start()
    await victim.listening()


async def _freeze(here: Fleet, size: Size, victim: Replica, seen: Troubles) -> None:
    seen.freezes += 1
    victim.signal(signal.SIGSTOP)
    await asyncio.sleep(size.lease + here.chance.uniform(0.5, 2.0))
    victim.signal(signal.SIGCONT)


async def _end(here: Fleet, size: Size, victim: Replica, seen: Troubles) -> None:
    began = time.monotonic()
    victim.signal(signal.SIGTERM)
    seen.codes.append(await victim.ended())
    seen.ends.append(time.monotonic() - began)
    await victim.start()
    await victim.listening()


def _hear(here: Fleet, seen: Troubles, copy: Copy) -> None:
    if here.chance.random() < ANSWERED:
        seen.tasks.add(asyncio.create_task(_acknowledge(here, seen, copy)))


async def _acknowledge(here: Fleet, seen: Troubles, copy: Copy) -> None:
    """Whoever was rung types it in Slack, again until Slack shows an answer."""
    while not await here.type(copy.phone, f"/inc ack INC-{copy.incident}"):
        await asyncio.sleep(0.2)
    seen.answered.setdefault(copy.incident, datetime.now(UTC))


async def _send(here: Fleet, size: Size, ended: asyncio.Event) -> None:
    number = size.woken
    async with asyncio.TaskGroup() as sending:
        waiting = set[asyncio.Task[None]]()
        while not ended.is_set() and number < size.services:
            if len(waiting) < MOST_WAITING:
                task = sending.create_task(here.post_until_taken(f"Late{number}"))
                waiting.add(task)
                task.add_done_callback(waiting.discard)
                number += 1
            await asyncio.sleep(here.chance.expovariate(size.load))


async def _all_rang(here: Fleet) -> bool:
    rung = {copy.incident for copy in here.phones.copies}
    return all(each.incident in rung for each in here.sent)


def _found(here: Fleet, size: Size, copies: Sequence[Copy], seen: Troubles) -> Sequence[Finding]:
    first: dict[int, datetime] = {}
    for copy in copies:
        first.setdefault(copy.incident, copy.at)
    late = [(first[s.incident] - s.at).total_seconds() for s in here.sent if s.incident in first]
    right = here.company.on_duty(datetime.now(UTC))
    return [
        told(f"replicas killed (Slack by {here.mode})", seen.kills),
        told("replicas frozen beyond their lease and woken", seen.freezes),
        told("replicas told to end (SIGTERM)", len(seen.ends)),
        at_most("slowest end of these", max(seen.ends, default=0), STOPS_WITHIN, "s"),
        exactly("of these with another exit code than 0", sum(map(bool, seen.codes)), 0),
        told("P1s accepted meanwhile", len(here.sent)),
        exactly("… without a page", sum(s.incident not in first for s in here.sent), 0),
        at_most("latest page after its 2xx", max(late, default=0), size.lease + GRACE, "s"),
        exactly("pages to wrong people", sum(c.phone != right for c in here.phones.copies), 0),
        at_most("extra copies", len(copies) - len(first), seen.kills + seen.freezes),
        told("late writes of woken replicas that the fence kept out", here.told(TAKEN_OVER)),
        told("messages that woken replicas kept back", here.told(NOT_SAID)),
        *_of_slack(here, copies, seen),
    ]


def _of_slack(here: Fleet, copies: Sequence[Copy], seen: Troubles) -> Sequence[Finding]:
    acknowledged = {
        number: count
        for number, count in here.rows(
            "SELECT incident, count(*) FROM timeline WHERE kind = 'acknowledged' GROUP BY incident"
        )
    }
    late = [c for c in copies if c.incident in seen.answered and c.at > _known(seen, c)]
    return [
        told("acknowledged in Slack meanwhile", len(seen.answered)),
        exactly("… and not stored", len(seen.answered.keys() - acknowledged.keys()), 0),
        exactly("acknowledged twice", sum(n > 1 for n in acknowledged.values()), 0),
        exactly("pages later than 5 s after it", len(late), 0),
    ]


def _known(seen: Troubles, copy: Copy) -> datetime:
    return seen.answered[copy.incident] + timedelta(seconds=KNOWN)
