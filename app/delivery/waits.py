"""Waits that ended: each is answered by its flow, in the transaction that takes it."""

import logging
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from app.delivery import outcome
from app.delivery.outcome import backoff
from app.delivery.understood import is_understood, keep_understood
from app.flows.canary import step_canary
from app.flows.hand_over import hand_over
from app.flows.kinds import Kind
from app.flows.kit import TRIES, Kit, urgent
from app.flows.progress import expire
from app.flows.remind import remind
from app.flows.start_wait import is_too_soon
from app.flows.take_step import take_step
from app.flows.work import Work
from storage import effects, incidents
from storage.effects import Ahead, Effect, Lane
from storage.trouble import is_passing

log = logging.getLogger("baton.waits")

ANSWERS: Mapping[str, Callable[[Work, Effect], object]] = {
    Kind.STEP: lambda work, effect: _step(work, effect),
    Kind.EXPIRE: lambda work, effect: expire(work, effect.incident or 0),
    Kind.HANDOVER_DUE: lambda work, effect: hand_over(
        work, datetime.fromisoformat(effect.facts["boundary"])
    ),
    Kind.REMINDER: lambda work, effect: remind(work, effect.facts),
    Kind.CANARY_STEP: lambda work, effect: step_canary(
        work, effect.facts["canary"], row=effect.facts["inbox"]
    ),
}
"""The flow that answers each kind of wait."""

FEW, AT_ONCE = 4, 50
"""So many due waits are looked at: more only where others hold the first."""


class WaitFailed(Exception):
    """The flow of a wait raised; the wait is due again a little later."""

    def __init__(self, effect: Effect) -> None:
        super().__init__(effect.key)
        self.effect = effect


@urgent
def answer_next(work: Work) -> str | None:
    """Take the wait that is due longest and run its flow; the key, or None when none is free."""
    effect = _take(work)
    if effect is None:
        return None
    try:
        ANSWERS[effect.kind](work, effect)
    except Exception as error:
        raise WaitFailed(effect) from error
    return effect.key


async def answer_due(kit: Kit) -> int:
    """Answer what is due, one transaction each, so that a bad row costs only itself."""
    done = 0
    races: Counter[int] = Counter()
    while done < AT_ONCE:
        try:
            if await kit.do(answer_next) is None:
                break
        except WaitFailed as failure:
            effect = failure.effect
            races[effect.id] += 1
            # A lost race is nobody's failure: a page is not put off for it.
            if not is_passing(failure.__cause__) or races[effect.id] >= TRIES:
                log.exception("the wait %s could not be answered", effect.key)
                await kit.do(_later, effect)
        done += 1
    return done


def _step(work: Work, effect: Effect) -> None:
    if not is_too_soon(work, effect):
        take_step(work, effect.escalation or 0, step=effect.facts["step"])


def _take(work: Work) -> Effect | None:
    """One that somebody else holds just now keeps no other wait waiting."""
    for most in (FEW, AT_ONCE):
        due = effects.list_due(work.tx, Lane.WAIT, now=work.now, limit=most)
        for ahead in due:
            if (taken := _take_one(work, ahead)) is not None:
                return taken
        if len(due) < most:
            break
    return None


def _take_one(work: Work, ahead: Ahead) -> Effect | None:
    """The incident is held before its wait is taken, in the order of every flow."""
    if ahead.incident is not None and not incidents.hold_if_free(work.tx, ahead.incident):
        return None
    if is_understood(ahead.kind, ahead.facts):
        return effects.answer(work.tx, Lane.WAIT, ahead.id, now=work.now)
    keep_understood(
        work,
        effects.claim(
            work.tx, Lane.WAIT, now=work.now, lease=outcome.LEASE, limit=1, only=ahead.id
        ),
    )
    return None


def _later(work: Work, effect: Effect) -> None:
    """The failed transaction took the claim with it, so claim anew and postpone."""
    wait = max(backoff(3, Lane.WAIT), timedelta(seconds=1))
    effects.delay(work.tx, effect.id, due=work.now + wait, problem="its flow failed; see the log")
