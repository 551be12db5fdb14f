"""Delivery: the lanes together, woken by commits and by the tick."""

import asyncio
import functools
import logging
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeAlias, TypeVar, cast

from app.chat.client import Chat
from app.delivery import outcome
from app.delivery.blind import Blind
from app.delivery.comeback import Comeback
from app.delivery.directory import Directory
from app.delivery.in_step import InStep
from app.delivery.lanes import RENEW, SOON, LaneLoop, Speak, claim_due
from app.delivery.outcome import Spoken
from app.delivery.posts import Posts
from app.delivery.rings import Call, Rings, claim_rings
from app.delivery.understood import is_anything_left, take_up
from app.delivery.waits import answer_due
from app.flows.elapsed import elapsed
from app.flows.kinds import Kind
from app.flows.kit import Kit
from app.flows.work import AtHand, Work
from app.paging.gateway import Gateway
from app.paging.links import Links
from app.paging.seal import Seal
from storage import effects
from storage.effects import Effect, Lane
from storage.trouble import is_away

log = logging.getLogger("baton.delivery")
T = TypeVar("T")
Loop: TypeAlias = Callable[[], Coroutine[Any, Any, None]]

STAND_BACK = 0.01
"""Seconds that what is said in Slack waits, at most, for phones that are being rung just now."""
STORM, STORM_BACK = 6, 0.25
"""With so many phones being rung at once it waits longer: at most so many seconds."""
PAGE_PLACES = 512
"""More than several hanging providers hold, with those that wait for them."""
DIRECT_PLACES = 64
CHAT_PLACES = 128
ROOM_PLACES = 64


class Delivery:
    """Claims, speaks and records, one loop a lane. Without Slack its lane waits, and keeps all.

    `fresh_token` tells Slack's token as the settings have it by now.
    """

    def __init__(
        self,
        kit: Kit,
        *,
        chat: Chat | None,
        gateway: Gateway,
        links: Links,
        seal: Seal,
        fresh_token: Callable[[], str | None] = lambda: None,
    ) -> None:
        self._kit = kit
        rings = Rings(kit, chat=chat, gateway=gateway, links=links, seal=seal)
        self._rings = rings
        self._phones, direct = (
            LaneLoop(kit, lane, claim=claim_rings(lane), speak=rings.speak, places=places)
            for lane, places in ((Lane.PAGE, PAGE_PLACES), (Lane.DIRECT, DIRECT_PLACES))
        )
        self._lanes = [self._phones, direct]
        if chat is not None:
            speak = _chat_speaker(Posts(kit, chat), Directory(kit, chat), InStep(kit, chat))
            told = [
                LaneLoop(kit, lane, claim=claim_due(lane), speak=speak, places=places)
                for lane, places in ((Lane.CHAT, CHAT_PLACES), (Lane.ROOM, ROOM_PLACES))
            ]
            for each in told:
                each.stand_beside(told, calm=lambda: not self._leaving)
            self._lanes += told
        self.comeback = Comeback(kit, chat, fresh_token=fresh_token) if chat is not None else None
        self.blind = Blind(kit, gateway=gateway, seal=seal)
        self._waits_due = asyncio.Event()
        self._next_wait: datetime | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._leaving: set[asyncio.Task[None]] = set()
        self._held_back: dict[Lane, datetime] = {}
        self._standing: asyncio.TimerHandle | None = None
        self._stopping = False
        self._loops: list[Loop] = []
        self._tasks: list[asyncio.Task[None]] = []
        kit.on_commit(self.wake)

    # ── what a commit claimed for us (app.flows.work.Live) ────────────────────────────────────
    @property
    def lease(self) -> timedelta:
        return outcome.LEASE

    @property
    def places(self) -> int:
        return self._phones.free

    def prepare(self, work: Work, effect: Effect, at_hand: AtHand) -> Call | None:
        return self._rings.prepare(work, effect, at_hand)

    def begin(self, claimed: list[tuple[Effect, object]]) -> None:
        """Its caller may be gone by now, so this does not hang on anybody's task."""
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._ring, claimed)

    def _ring(self, claimed: list[tuple[Effect, object]]) -> None:
        for effect, call in claimed:
            speak = functools.partial(self._rings.speak, call=cast(Call | None, call))
            task = self._phones.begin(effect, speak)
            self._leaving.add(task)
            task.add_done_callback(self._left)
        if self._standing is None:
            self._stand_back(elapsed() + STORM_BACK)

    def _stand_back(self, until: float) -> None:
        """For an instant; in a storm longer, for what is said in Slack then takes from each page
        after it."""
        again = functools.partial(self._look_whether_calm, until)
        self._standing = asyncio.get_running_loop().call_later(STAND_BACK, again)

    def _look_whether_calm(self, until: float) -> None:
        if len(self._leaving) < STORM or elapsed() > until:
            self._go_on()
        else:
            self._stand_back(until)

    def _left(self, task: asyncio.Task[None]) -> None:
        self._leaving.discard(task)
        if not self._leaving:
            self._go_on()

    def _go_on(self) -> None:
        if self._standing is not None:
            self._standing.cancel()
            self._standing = None
        held, self._held_back = self._held_back, {}
        self._leaving.clear()
        self.wake(held)

    # ── the lanes ─────────────────────────────────────────────────────────────────────────────
    def wake(self, asked: dict[Lane, datetime]) -> None:
        """A commit asked for something: a hint, safe to lose.

        While phones are being rung the others stand back for an instant: what they do takes the
        same processor. A step or a ring that is due does not.
        """
        if self._leaving:
            asked = self._hold_back(asked)
        for each in self._lanes:
            if each.lane in asked:
                each.wake(asked[each.lane])
        wait = asked.get(Lane.WAIT)
        if wait is not None and (self._next_wait is None or wait < self._next_wait):
            self._waits_due.set()

    def _hold_back(self, asked: dict[Lane, datetime]) -> dict[Lane, datetime]:
        """What cannot wait; the rest is heard a moment later."""
        soon = self._kit.clock() + timedelta(seconds=STORM_BACK)
        pressing: dict[Lane, datetime] = {
            lane: due
            for lane, due in asked.items()
            if lane in (Lane.PAGE, Lane.WAIT) and due <= soon
        }
        for lane in asked.keys() - pressing.keys():
            self._held_back[lane] = min(asked[lane], self._held_back.get(lane, asked[lane]))
        return pressing

    def start(self) -> None:
        """Serve every lane on the running loop."""
        self._loop = asyncio.get_running_loop()
        self._kit.speaks(self)
        loops: list[Loop] = [*(lane.run for lane in self._lanes), self.blind.run]
        loops += [self.comeback.run] if self.comeback is not None else []
        self._loops = [*loops, self._waits, self._keep]
        self._tasks = [asyncio.create_task(loop()) for loop in self._loops]

    async def stop(self, *, within: float) -> None:
        """Claim nothing more, and let what is being spoken end."""
        self._stopping = True
        self._kit.speaks(None)
        self._waits_due.set()
        for lane in self._lanes:
            lane.stop()
        # What waits for its turn at Slack is no page: whoever is there after us says it.
        await _surviving(self._release(self._lanes[2:], unbegun=True))
        finishing = [asyncio.create_task(lane.finish()) for lane in self._lanes]
        if finishing:
            await asyncio.wait(finishing, timeout=within)
        await _surviving(self._release(self._lanes))
        for task in (*self._tasks, *finishing):
            task.cancel()
        await asyncio.gather(*self._tasks, *finishing, return_exceptions=True)

    async def _release(self, lanes: Sequence[LaneLoop], *, unbegun: bool = False) -> None:
        """What is given up is another replica's at once: it need not wait for the lease."""
        for lane in lanes:
            left = lane.abandon(unbegun=unbegun)
            if left:
                await self._kit.do(outcome.release, left)

    async def drain(self) -> int:
        """Do everything that is due at the kit's clock, then return; for tests and commands."""
        done = 0
        while True:
            answered = await answer_due(self._kit)
            taken = 0
            for lane in self._lanes:
                taken += await lane.take()
                await lane.finish()
            if not answered and not taken and not any(self.busy):
                return done
            done += answered + taken

    async def look(self) -> None:
        """The tick's sweep: wake every lane that has something due, whoever forgot to, and take
        up what an older Baton left."""
        self._revive()
        if await self._kit.read(is_anything_left):
            await self._kit.do(take_up)
        due = await self._kit.read(_next_due)
        now = self._kit.clock()
        self.wake({lane: at for lane, at in due.items() if at <= now})

    def _revive(self) -> None:
        """No loop ends by itself: one that did, whyever, would stand still until a restart."""
        for number, task in enumerate(self._tasks):
            if task.done() and not self._stopping:
                why = "cancelled" if task.cancelled() else task.exception()
                log.error("a loop of delivery had ended (%s); it is begun again", why)
                self._tasks[number] = asyncio.create_task(self._loops[number]())

    @property
    def busy(self) -> Sequence[int]:
        return [lane.busy for lane in self._lanes]

    async def _waits(self) -> None:
        """Waits end on time: sleep until the earliest, or until a commit brings an earlier one."""
        while not self._stopping:
            self._waits_due.clear()
            self._next_wait = None  # until it is read anew, every hint counts
            await _surviving(answer_due(self._kit))
            due = self._next_wait = await _surviving(self._kit.read(_next_wait))
            pause = 1.0
            if due is not None:
                # What is due and was left is held by another transaction: look again soon.
                pause = min(1.0, max(SOON, (due - self._kit.clock()).total_seconds()))
            try:
                await asyncio.wait_for(self._waits_due.wait(), pause)
            except TimeoutError:
                continue

    async def _keep(self) -> None:
        while not self._stopping:
            await asyncio.sleep(RENEW)
            for lane in self._lanes:
                await _surviving(lane.renew())


def _chat_speaker(posts: Posts, directory: Directory, in_step: InStep) -> Speak:
    async def speak(effect: Effect) -> Spoken:
        if effect.kind == Kind.DIRECTORY:
            return await directory.speak(effect)
        if effect.kind in (Kind.HANDLE, Kind.ONCALL_TOPIC):
            return await in_step.speak(effect)
        return await posts.speak(effect)

    return speak


def _next_due(work: Work) -> dict[Lane, datetime]:
    return effects.next_due(work.tx, list(Lane))


def _next_wait(work: Work) -> datetime | None:
    return effects.next_due(work.tx, [Lane.WAIT]).get(Lane.WAIT)


async def _surviving(duty: Awaitable[T]) -> T | None:
    """The loops outlive a database that is away: log, and look again a second later."""
    try:
        return await duty
    except Exception as error:
        if not is_away(error):  # an outage is told of once, by the kit
            log.exception("delivery failed inside; looking again in a second")
        await asyncio.sleep(1)
        return None
