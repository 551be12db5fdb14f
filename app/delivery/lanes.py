"""The loop of a lane: claim what is due, speak each of them, record; sleep until something is due.

Every lane has its own loop and its own places, so a slow Slack never takes a place from a page.
"""

import asyncio
import contextvars
import functools
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeAlias

from sqlalchemy.exc import SQLAlchemyError

from app.chat.errors import ChatError
from app.delivery import outcome
from app.delivery.ends import Ends
from app.delivery.hold import HELD, Hold, LeaseLost
from app.delivery.outcome import Spoken
from app.delivery.understood import keep_understood
from app.flows.elapsed import elapsed
from app.flows.kit import Kit, repeatable
from app.flows.work import Work
from app.paging.errors import PagingError
from storage import effects
from storage.effects import Effect, Lane
from storage.trouble import is_away

log = logging.getLogger("baton.delivery")

Claim: TypeAlias = Callable[[Work, int, Sequence[int]], Sequence[Effect]]
"""Takes at most so many effects, and none of those that are being spoken here."""
Speak: TypeAlias = Callable[[Effect], Awaitable[Spoken]]

RENEW = outcome.LEASE.total_seconds() / 3
"""How often leases of what is still being spoken are renewed, in seconds. A process that is
frozen or dead renews nothing, and is taken over."""
MARGIN = 0.2
"""This part of a lease is left unused: clocks differ, and a message is a moment on its way out."""
SWEEP = 1.0
"""Wake-ups are hints and may be lost; a lane looks by itself at least this often (seconds)."""
AGAIN = 0.5
"""Between two tries to record an outcome, in seconds."""
RECORD_TRIES = 5
"""So many errors that are no outage, and the outcome counts as unknown."""
SOON = 0.02
"""Between two looks at what is due and was not to be had, in seconds."""


@dataclass(frozen=True, kw_only=True)
class _Look:
    """What a lane would take: as much as it has places for, and nothing that it speaks already."""

    lane: Lane
    claim: Claim
    places: int
    here: Sequence[int]


class LaneLoop:
    """One lane: `claim` takes due effects in a transaction, `speak` says one of them."""

    def __init__(self, kit: Kit, lane: Lane, *, claim: Claim, speak: Speak, places: int) -> None:
        self._kit = kit
        self.lane = lane
        self._claim = claim
        self._speak = speak
        self._places = places
        self._busy: dict[asyncio.Task[None], Hold] = {}
        self._woken = asyncio.Event()
        self._stopping = False
        self._ends = Ends(kit)
        self._beside: Sequence[LaneLoop] = ()
        self._calm: Callable[[], bool] = lambda: True
        self.next_due: datetime | None = None

    def stand_beside(self, lanes: Sequence["LaneLoop"], *, calm: Callable[[], bool]) -> None:
        """What is asked for in these lanes comes together, so it is claimed together: whichever
        of them looks does so for all that were woken, and the end of one thing takes what that
        brought in its own transaction, while it is `calm`."""
        self._beside, self._calm = lanes, calm

    def wake(self, due: datetime) -> None:
        """Something was asked for; look no later than `due`."""
        if self.next_due is None or due < self.next_due:
            self.next_due = due
        self._woken.set()

    async def run(self) -> None:
        """Until `stop`. Survives a database that is away, by looking again."""
        while not self._stopping:
            try:
                places = self.free
                claimed = await self.take()
            except Exception as error:
                if not is_away(error):  # an outage is told of once, by the kit
                    log.exception("the %s lane could not look for work; looking again", self.lane)
                await asyncio.sleep(SWEEP)
                continue
            if claimed < places:
                await self._sleep()

    async def take(self) -> int:
        """Claim as many as there are places, and start speaking; returns how many."""
        if self.free <= 0:
            await asyncio.wait(self._busy, return_when=asyncio.FIRST_COMPLETED)
            return 1
        self._woken.clear()
        self.next_due = None
        lanes = [self, *(lane for lane in self._beside if lane._is_wanted() and lane is not self)]
        looks = [lane._look() for lane in lanes]
        if len(lanes) == 1:
            taken = [await self._kit.do(self._claim, looks[0].places, looks[0].here)]
        else:
            taken = await self._kit.do(_take_all, looks)
        return _begin(lanes, taken)

    def _look(self, ended: Effect | None = None) -> _Look:
        """`ended` is spoken no more, and may have been asked for anew."""
        if self._is_hinted():
            self.next_due = None
        here = [hold.effect.id for hold in self._busy.values() if hold.effect is not ended]
        return _Look(lane=self.lane, claim=self._claim, places=self.free, here=here)

    def _is_wanted(self) -> bool:
        return self._is_hinted() and self.free > 0

    def begin(self, effect: Effect, speak: Speak) -> asyncio.Task[None]:
        """Speak a claimed effect, beside everything else that is being spoken."""
        # This process may have been frozen since the claim.
        left = min(outcome.LEASE, effect.lease_until - self._kit.clock())
        hold = Hold(effect, seconds=_usable(left))
        context = contextvars.copy_context()
        context.run(HELD.set, hold)
        task = asyncio.create_task(
            self._handle(effect, speak), name=f"{self.lane}:{effect.key}", context=context
        )
        self._busy[task] = hold
        task.add_done_callback(self._busy.pop)
        return task

    async def renew(self) -> None:
        """Keep the leases of what waits for its turn at Slack or is still on its way."""
        holds, since = list(self._busy.values()), elapsed()
        if not holds:
            return
        kept = await self._kit.do(_renew, [hold.effect for hold in holds])
        for hold in holds:
            if hold.effect.id in kept:
                hold.lengthen(since, seconds=_usable(outcome.LEASE))

    async def finish(self) -> None:
        """Wait for what is being spoken now."""
        while self._busy:
            await asyncio.wait(self._busy)

    def abandon(self, *, unbegun: bool = False) -> Sequence[Hold]:
        """Stop speaking; what was being spoken. `unbegun`: only what waits for its turn."""
        left = {task: hold for task, hold in self._busy.items() if not (unbegun and hold.begun)}
        for task in left:
            task.cancel()
        return list(left.values())

    def stop(self) -> None:
        self._stopping = True
        self._woken.set()

    @property
    def busy(self) -> int:
        return len(self._busy)

    @property
    def free(self) -> int:
        return self._places - len(self._busy)

    async def _sleep(self) -> None:
        """Until something is due, or for a sweep's time; a hint that comes meanwhile is heard."""
        if self._is_hinted():
            return
        due = await self._kit.read(_next_due, self.lane)
        sweep = time.monotonic() + SWEEP
        while not self._stopping and not self._is_hinted():
            known = [each for each in (due, self.next_due) if each is not None]
            left = [(each - self._kit.clock()).total_seconds() for each in known]
            # What is due and was not to be had is held by somebody else: look again soon.
            wait = max(SOON, min([sweep - time.monotonic(), *left]))
            try:
                await asyncio.wait_for(self._woken.wait(), wait)
            except TimeoutError:
                return
            self._woken.clear()

    def _is_hinted(self) -> bool:
        return self.next_due is not None and self.next_due <= self._kit.clock()

    async def _handle(self, effect: Effect, speak: Speak) -> None:
        try:
            spoken = await speak(effect)
        except (ChatError, PagingError) as error:
            log.warning("%s was not said: %s", effect.key, error.sentence)
            await self._record(outcome.failed, effect, error)
        except LeaseLost:
            await self._put_back(effect, "its lease ran out")
        except Exception as error:
            if is_away(error):  # what it should say could not be read
                await self._put_back(effect, "the database was away")
                return
            log.exception("%s could not be said", effect.key)
            broken = ChatError("broken", f"Baton failed inside: {type(error).__name__}.")
            await self._record(outcome.failed, effect, broken)
        else:
            recorded = await self._end(effect, spoken)
            if recorded is None:
                lost = ChatError(
                    "unrecorded", "It was said, and that was not recorded.", unknown=True
                )
                await self._record(outcome.failed, effect, lost)
            elif not recorded:
                log.warning("%s was taken over by another worker meanwhile", effect.key)

    async def _end(self, effect: Effect, spoken: Spoken) -> bool | None:
        """As `_record`; and what the end brought is begun."""
        recorded: bool | None
        if not self._beside:
            end = functools.partial(self._ends.record, effect, spoken)
            recorded = await self._insist(end, effect)
            return recorded
        if self._stopping or not self._calm():
            recorded = await self._record(outcome.ended, effect, spoken)
            return recorded
        lanes = [lane for lane in self._beside if lane.free > 0]
        looks = [lane._look(effect) for lane in lanes]
        told = await self._record(_end_and_take, effect, (spoken, looks))
        if told is None:
            return None
        _begin(lanes, told[1])
        return bool(told[0])

    async def _put_back(self, effect: Effect, why: str) -> None:
        hold = HELD.get()
        unsaid = outcome.Unsaid(why=why, maybe_heard=hold is not None and hold.begun)
        log.warning("%s was not said: %s", effect.key, why)
        if await self._record(outcome.put_back, effect, unsaid) is False:
            log.warning("%s was taken over by another worker meanwhile", effect.key)

    async def _record(self, flow: Callable[..., Any], effect: Effect, what: object) -> Any:
        return await self._insist(functools.partial(self._kit.do, flow, effect, what), effect)

    async def _insist(self, record: Callable[[], Awaitable[Any]], effect: Effect) -> Any:
        """Record, as soon as the database is there; None when it cannot be recorded at all.

        Nobody here claims it meanwhile, so that what was said is not said again when a database
        comes back that was away for longer than a lease.
        """
        failures = 0
        while failures < RECORD_TRIES:
            try:
                return await record()
            except SQLAlchemyError as error:
                if not is_away(error):
                    failures += 1
                    log.exception("the outcome of %s is not recorded yet", effect.key)
                await asyncio.sleep(AGAIN)
            except Exception:
                log.exception("the outcome of %s cannot be recorded", effect.key)
                return None
        return None


def _begin(lanes: Sequence[LaneLoop], taken: Sequence[Sequence[Effect]]) -> int:
    for lane, claimed in zip(lanes, taken, strict=True):
        for effect in claimed:
            lane.begin(effect, lane._speak)
    return sum(map(len, taken))


@repeatable
def _end_and_take(
    work: Work, effect: Effect, what: tuple[Spoken, Sequence[_Look]]
) -> tuple[bool, list[Sequence[Effect]]]:
    """Record that it was said, and take what that brought."""
    spoken, looks = what
    return outcome.ended(work, effect, spoken), _take_all(work, looks)


@repeatable
def _take_all(work: Work, looks: Sequence[_Look]) -> list[Sequence[Effect]]:
    """One claim a lane. Whose is served here need not be woken for what is due now."""
    return [_take(work, look) for look in looks]


def _take(work: Work, look: _Look) -> Sequence[Effect]:
    asked = work.asked.pop(look.lane, None)
    taken = look.claim(work, look.places, look.here)
    if asked is not None and (asked > work.now or len(taken) == look.places):
        work.asked[look.lane] = min(asked, work.asked.get(look.lane, asked))
    return taken


def claim_due(lane: Lane) -> Claim:
    """A claim that takes whatever is due in a lane and is understood here."""

    @repeatable
    def claim(work: Work, places: int, spoken_here: Sequence[int]) -> Sequence[Effect]:
        claimed = effects.claim(
            work.tx,
            lane,
            now=work.now,
            lease=outcome.LEASE,
            limit=places,
            spoken_here=spoken_here,
        )
        kept = keep_understood(work, claimed)
        outcome.tell_deadly(work, kept)
        return kept

    return claim


def _usable(lease: timedelta) -> float:
    """Seconds for which a message may leave."""
    return (lease - MARGIN * outcome.LEASE).total_seconds()


@repeatable
def _renew(work: Work, held: Sequence[Effect]) -> set[int]:
    return effects.renew(work.tx, held, until=work.now + outcome.LEASE)


def _next_due(work: Work, lane: Lane) -> datetime | None:
    return effects.next_due(work.tx, [lane]).get(lane)
