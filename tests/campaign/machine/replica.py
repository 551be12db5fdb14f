"""A replica: the real kit, claims, speakers and lanes, on one thread and step by step."""

import asyncio
import functools
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar, cast

from app.chat.client import Chat
from app.delivery import outcome
from app.delivery.directory import Directory
from app.delivery.lanes import LaneLoop, claim_due
from app.delivery.outcome import Spoken
from app.delivery.posts import Posts
from app.delivery.rings import Rings, claim_rings
from app.delivery.waits import answer_due
from app.flows.hand_over import is_planned, plan_handover
from app.flows.kinds import Kind
from app.flows.kit import Kit
from app.flows.offer import offers_due, settle_offers
from app.flows.standing import StandingOrders
from app.flows.work import AtHand, Work
from app.organisation.read import Reading, read
from app.paging.gateway import Gateway
from app.paging.links import Links
from app.paging.seal import Seal
from app.rules.organisation import Organisation
from storage.effects import Effect, Lane
from storage.engine import Database
from tests.campaign.machine.town import guise
from tests.campaign.machine.wire import Line, Slack

P = ParamSpec("P")
T = TypeVar("T")
PLACES = 2
"""So few at once that others come between."""
PHONES = (Lane.PAGE, Lane.DIRECT)
SLACK = (Lane.CHAT, Lane.ROOM)
SEAL = Seal("the machine's own key which is long enough to be one")
LINKS = Links(None, "the machine's own key which is long enough to be one")


class StepKit(Kit):
    """Runs everything at once on the caller's thread, so that a step is over when it returns."""

    async def do(
        self, flow: Callable[Concatenate[Work, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        return self.do_now(flow, {}, *args, **kwargs)

    async def read(
        self, view: Callable[Concatenate[Work, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        return self._read_now(view, *args, **kwargs)


@dataclass(eq=False)
class Speech:
    """An effect while it is being spoken. `end` is None until its speaker has returned."""

    effect: Effect
    replica: "Replica"
    since: datetime
    end: str | None = None


class Watch(Protocol):
    """Who is told of what a replica begins to speak."""

    def begins(self, speech: Speech) -> None: ...

    def ends(self, speech: Speech) -> None: ...


@functools.cache
def read_once(text: str) -> Reading:
    """As in production, but once for each text of the whole run: reading is not what is tested."""
    return read(text, source="baton.toml")


def parse(text: str) -> Organisation:
    """An applied file."""
    found = read_once(text).organisation
    assert found is not None
    return found


class Replica:
    """One process of Baton. `crash` loses all it has in memory; what it claimed stays claimed."""

    def __init__(
        self,
        database: Database,
        *,
        clock: Callable[[], datetime],
        skew: timedelta,
        loop: asyncio.AbstractEventLoop,
    ) -> None:
        ahead = skew + guise.shift
        self.kit = StepKit(
            database, StandingOrders(parse), clock=lambda: clock() + ahead, writers=1, readers=1
        )
        self._loop = loop
        self._committed: list[tuple[Effect, object]] = []
        self.frozen = False
        self.lanes: dict[Lane, LaneLoop] = {}

    def start(self, watch: Watch, phones: Line, slack: Slack | None) -> None:
        """A process that has just been started."""
        self.kit.orders = StandingOrders(parse)
        self.kit.speaks(self)
        self.frozen = False
        self._watch = watch
        chat = cast(Chat | None, slack)
        gateway = cast(Gateway, phones)
        self._rings = Rings(self.kit, chat=chat, gateway=gateway, links=LINKS, seal=SEAL)
        speak: Any = self._watched(self._rings.speak)
        self.lanes = {lane: self._lane(lane, claim_rings(lane), speak) for lane in PHONES}
        if chat is not None:
            posts, directory = Posts(self.kit, chat), Directory(self.kit, chat)

            async def say(effect: Effect) -> Spoken:
                reads = effect.kind == Kind.DIRECTORY
                return await (directory.speak(effect) if reads else posts.speak(effect))

            self.lanes |= {
                lane: self._lane(lane, claim_due(lane), self._watched(say)) for lane in SLACK
            }

    def now(self) -> datetime:
        """Its clock, as the machine counts time."""
        return self.kit.clock() - guise.shift

    # ── what a commit claimed (app.flows.work.Live) ───────────────────────────────────────────
    @property
    def lease(self) -> timedelta:
        return outcome.LEASE

    @property
    def places(self) -> int:
        return self.lanes[Lane.PAGE].free

    def prepare(self, work: Work, effect: Effect, at_hand: AtHand) -> object:
        return self._rings.prepare(work, effect, at_hand)

    def begin(self, claimed: list[tuple[Effect, object]]) -> None:
        self._committed += claimed

    # ── what a step does ──────────────────────────────────────────────────────────────────────
    @property
    def alive(self) -> bool:
        return bool(self.lanes)

    @property
    def awake(self) -> bool:
        return self.alive and not self.frozen

    def do(self, flow: Any, *args: Any, **kwargs: Any) -> Any:
        """A flow, and the rings that leave right after its commit."""
        try:
            return self.kit.do_now(flow, None, *args, **kwargs)
        finally:
            if self.alive:
                self.run(self._leave())

    def do_and_die(self, flow: Any, *args: Any, **kwargs: Any) -> Any:
        """A flow whose process dies between its commit and whatever would follow."""
        found = self.kit.do_now(flow, None, *args, **kwargs)
        self.crash()
        return found

    def take(self, lane: Lane) -> int:
        """Claim what is due and speak it, up to where the far end keeps it waiting."""
        found = self.lanes.get(lane)
        if found is None or found.free <= 0:
            return 0
        return self.run(found.take())

    def answer_waits(self) -> int:
        return self.run(self._waits())

    def renew(self) -> None:
        for lane in self.lanes.values():
            self.run(lane.renew())

    def tick(self) -> None:
        """The duties of every second that write: the next handover is planned, and what passed a
        boundary is offered."""
        if not self.run(self.kit.read(is_planned)):
            self.run(self.kit.do(plan_handover))
        for number in self.run(self.kit.read(offers_due)):
            self.do(settle_offers, number)

    def crash(self) -> None:
        """Every task is gone in the middle of what it did."""
        self._committed.clear()
        for lane in self.lanes.values():
            for task in list(lane._busy):
                task.cancel()
        self.lanes = {}
        self.kit.speaks(None)
        self.settle()

    def run(self, duty: Coroutine[Any, Any, T]) -> T:
        """One duty to its end, and what it set going as far as it goes."""
        found = self._loop.run_until_complete(duty)
        self.settle()
        return found

    def settle(self) -> None:
        """Until everybody waits for the far end."""
        if len(asyncio.all_tasks(self._loop)):
            self._loop.run_until_complete(_several_turns())

    async def _waits(self) -> int:
        answered = await answer_due(self.kit)
        await self._leave()
        return answered

    async def _leave(self) -> None:
        left, self._committed = self._committed, []
        for effect, call in left:
            speak = functools.partial(self._rings.speak, call=cast(Any, call))
            self.lanes[Lane.PAGE].begin(effect, self._watched(speak))

    def _lane(self, lane: Lane, claim: Any, speak: Any) -> LaneLoop:
        return LaneLoop(self.kit, lane, claim=claim, speak=speak, places=PLACES)

    def _watched(self, speak: Any) -> Any:
        async def watched(effect: Effect) -> Spoken:
            speech = Speech(effect, self, self.now())
            self._watch.begins(speech)
            try:
                spoken: Spoken = await speak(effect)
                speech.end = "said"
            except asyncio.CancelledError:
                speech.end = "crashed"
                raise
            except Exception:
                speech.end = "failed"
                raise
            finally:
                self._watch.ends(speech)
            return spoken

        return watched


async def _several_turns() -> None:
    for _ in range(3):
        await asyncio.sleep(0)
