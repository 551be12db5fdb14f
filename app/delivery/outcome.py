"""What a speaker says about its effect, and how that is recorded behind the fence."""

import logging
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from app.chat.errors import ChatError
from app.delivery.hold import Hold
from app.flows.give_up import give_up
from app.flows.kinds import Kind
from app.flows.kit import repeatable
from app.flows.work import Work
from app.paging.errors import PagingError
from storage import effects
from storage.effects import Effect, Lane, Outcome

log = logging.getLogger("baton.delivery")

LEASE = timedelta(seconds=10)
"""Longer than any one try may take; after it another worker takes the effect over."""
TELL_AFTER = 8
"""After so many failures of a ring people are told; it is tried on while its page rings."""
TRIES: Mapping[str, int] = {Kind.RING: 40, Kind.TEST_RING: TELL_AFTER, Kind.TELL: 40}
"""Then it is parked: some ten minutes for a ring. What is said in Slack is never given up."""
LONGEST_WAIT = {
    Lane.PAGE: timedelta(seconds=15),
    Lane.DIRECT: timedelta(seconds=15),
    Lane.CHAT: timedelta(minutes=5),
    Lane.ROOM: timedelta(minutes=5),
}


@dataclass(frozen=True, kw_only=True)
class Spoken:
    """It was said. `record` runs in the transaction that ends the effect."""

    record: Callable[[Work], None] | None = None


@dataclass(frozen=True, kw_only=True)
class Unsaid:
    """It was not said, or not all of it, and nobody refused it."""

    why: str
    maybe_heard: bool


@repeatable
def ended(work: Work, effect: Effect, spoken: Spoken) -> bool:
    """Record that it was said; False when the lease was lost, and then nothing is written."""
    if effect.lane in (Lane.CHAT, Lane.ROOM) and effect.incident is not None:
        work.incident(effect.incident)  # held first, as every flow does
    if not effects.finish(work.tx, effect, Outcome.DONE, now=work.now):
        return False
    if spoken.record is not None:
        spoken.record(work)
    if effect.kind != Kind.RING:  # which is never asked for again
        work.asked.setdefault(effect.lane, work.now)
    return True


@repeatable
def failed(work: Work, effect: Effect, error: ChatError | PagingError) -> None:
    """Try again later, or park it where people see it."""
    lane = effect.lane
    tries = TRIES.get(effect.kind)
    if error.permanent or (tries is not None and effect.attempts >= tries):
        if effects.finish(work.tx, effect, Outcome.PARKED, now=work.now, problem=error.sentence):
            _tell_not_said(work, effect, error)
            if effect.kind == Kind.RING and effect.page is not None:
                give_up(work, effect.page)
        return
    if tries is not None and effect.attempts == TELL_AFTER:
        _tell_not_said(work, effect, error)
    wait = getattr(error, "retry_after", None)
    due = work.now + (timedelta(seconds=wait) if wait else backoff(effect.attempts, lane))
    work.asked[lane] = due
    heard = getattr(error, "unknown", False) or getattr(error, "maybe_heard", False)
    effects.postpone(
        work.tx,
        effect,
        due=due,
        problem=error.sentence,
        # What an earlier try may have done is not undone by this one's failure.
        unknown=heard or effect.repeat,
        fresh=wait is not None,
    )


@repeatable
def put_back(work: Work, effect: Effect, unsaid: Unsaid) -> bool:
    """It is due again at once, as if this try had not been; False when the lease was lost, and
    then nothing is written."""
    work.asked[effect.lane] = work.now
    return effects.postpone(
        work.tx,
        effect,
        due=effect.due,
        problem=f"put back: {unsaid.why}",
        unknown=effect.repeat or unsaid.maybe_heard,
        untried=True,
    )


def release(work: Work, holds: Sequence[Hold]) -> None:
    """This process ends with these unfinished: whoever looks next may take them at once."""
    for hold in holds:
        put_back(work, hold.effect, Unsaid(why="its process was stopped", maybe_heard=hold.begun))


def backoff(attempts: int, lane: Lane) -> timedelta:
    """0.5 s, 1 s, 2 s … with jitter, so that many who failed together do not return together."""
    longest = LONGEST_WAIT.get(lane, timedelta(minutes=1))
    wait = min(timedelta(seconds=0.5 * 2 ** min(attempts - 1, 12)), longest)
    return wait * random.uniform(0.75, 1.25)


def tell_deadly(work: Work, claimed: Sequence[Effect]) -> None:
    """Whoever said it died each time: that is told before it is said once more."""
    for effect in claimed:
        if effect.deaths == effects.MANY_DEATHS + 1:
            sentence = (
                f"Baton ended {effect.deaths} times while it said this. It is tried on, slowly."
            )
            log.error("%s: %s", effect.key, sentence)
            _tell_not_said(work, effect, ChatError("deadly", sentence))


def _tell_not_said(work: Work, effect: Effect, error: ChatError | PagingError) -> None:
    """What could not be said is told elsewhere; an alarm that fails is only logged, not doubled."""
    if effect.incident is not None:
        work.note(effect.incident, "not_said", what=effect.kind, problem=error.sentence)
    else:
        work.audit("not_said", effect.key, by="baton", why=error.sentence)
    if effect.kind in (Kind.ALARM, Kind.TELL) or _is_slacks_own(effect, error):
        return
    code = getattr(error, "code", "failed")
    work.ask(
        Kind.ALARM,
        f"alarm:{work.now:%Y-%m-%dT%H}:{effect.kind}:{code}",
        lane=Lane.CHAT,
        facts={
            "v": 1,
            "what": effect.kind,
            "problem": error.sentence,
            "incident": effect.incident,
            "page": effect.page,
        },
    )


def _is_slacks_own(effect: Effect, error: ChatError | PagingError) -> bool:
    """A page that Slack cannot take just now is not told in Slack, hours later; the operator
    hears of Slack's trouble by another way."""
    return effect.lane is Lane.DIRECT and isinstance(error, ChatError) and not error.permanent
