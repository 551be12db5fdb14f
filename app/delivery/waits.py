"""Waits that ended: each is answered by its flow, in the transaction that takes it."""

import logging
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from app.delivery import outcome
from app.delivery.outcome import backoff
from app.flows.hand_over import hand_over
from app.flows.kinds import Kind
from app.flows.kit import Kit
from app.flows.progress import expire
from app.flows.take_step import take_step
from app.flows.work import Work
from storage import effects
from storage.effects import Effect, Lane, Outcome

log = logging.getLogger("baton.waits")

ANSWERS: Mapping[str, Callable[[Work, Effect], object]] = {
    Kind.STEP: lambda work, effect: take_step(
        work, effect.escalation or 0, step=effect.facts["step"]
    ),
    Kind.EXPIRE: lambda work, effect: expire(work, effect.incident or 0),
    Kind.HANDOVER_DUE: lambda work, effect: hand_over(
        work, datetime.fromisoformat(effect.facts["boundary"])
    ),
}
"""The flow that answers each kind of wait."""

AT_ONCE = 50


class WaitFailed(Exception):
    """The flow of a wait raised; the wait is due again a little later."""

    def __init__(self, effect: Effect) -> None:
        super().__init__(effect.key)
        self.effect = effect


def answer_next(work: Work) -> str | None:
    """Take the wait that is due longest and run its flow; the key, or None when none is due."""
    claimed = effects.claim(work.tx, Lane.WAIT, now=work.now, lease=outcome.LEASE, limit=1)
    if not claimed:
        return None
    effect = claimed[0]
    try:
        ANSWERS[effect.kind](work, effect)
    except Exception as error:
        raise WaitFailed(effect) from error
    effects.finish(work.tx, effect, Outcome.DONE, now=work.now)
    return effect.key


async def answer_due(kit: Kit) -> int:
    """Answer what is due, one transaction each, so that a bad row costs only itself."""
    done = 0
    while done < AT_ONCE:
        try:
            if await kit.do(answer_next) is None:
                break
        except WaitFailed as failure:
            log.exception("the wait %s could not be answered", failure.effect.key)
            await kit.do(_later, failure.effect)
        done += 1
    return done


def _later(work: Work, effect: Effect) -> None:
    """The failed transaction took the claim with it, so claim anew and postpone."""
    wait = max(backoff(3, Lane.WAIT), timedelta(seconds=1))
    effects.delay(work.tx, effect.id, due=work.now + wait, problem="its flow failed; see the log")
