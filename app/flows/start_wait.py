"""A wait starts when its step's first attempt is claimed (product.md 8), also when that is late.

A claim whose process died is no attempt: after a kill between a step and its rings, and a long
pause, the step rings first, and the next one not with it.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from app.flows.work import Work
from app.rules.escalation import Policy
from storage import effects, escalations
from storage.effects import Effect, Lane, OfPage
from storage.escalations import Escalation, Page, Ringing

LATE = timedelta(seconds=1)
"""What is claimed or taken so soon after it was due is on time."""
A_MOMENT = timedelta(seconds=1)
"""Long enough for a ring to be claimed, or for one that was said to be recorded."""
MOST = 5
"""So often a wait starts anew, or a step lets a ring go first: whatever goes wrong, the chain
goes on."""


def start_wait(work: Work, ring: Effect, page: Page, *, beside: Sequence[int]) -> None:
    """The ring has just been claimed. If it is its step's first, and late, the wait starts now.

    `beside` are the rings that were claimed in the same instant.
    """
    if ring.attempts > 1 or ring.deaths > MOST or work.now - ring.due <= LATE:
        return
    escalation = escalations.get(work.tx, page.escalation)
    counting = _rings(work, page.escalation, page.step)
    others = [each for each in counting if each.id not in beside]
    if (
        escalation is None
        or len(others) == len(counting)
        or any(_is_begun(each, work.now) for each in others)
    ):
        return
    key = f"step:{page.escalation}:{page.step + 1}"
    effects.put_off(work.tx, key, due=work.now + _wait(escalation, page.tier))


def is_too_soon(work: Work, step: Effect) -> bool:
    """The step is overdue, and nobody was rung yet for the one before it: its people ring first.
    It is put off for a moment; the claim of their ring puts it off by their wait."""
    escalation = escalations.get(work.tx, step.escalation or 0)
    if escalation is None or step.attempts > MOST:
        return False
    last = int(step.facts["step"]) - 1
    pages = [e for e in escalations.pages_of(work.tx, escalation.id) if e.step == last]
    if not pages or any(page.state is not Ringing.RINGING for page in pages):
        return False  # somebody heard it, and passed it on
    if not _is_still_to_ring(_rings(work, escalation.id, last), step, work.now):
        return False
    due = work.now + A_MOMENT
    effects.answer_later(work.tx, step, due=due, problem="the step before it rings late")
    return True


def _is_still_to_ring(rings: Sequence[OfPage], step: Effect, now: datetime) -> bool:
    waiting = [ring for ring in rings if ring.is_free(now)]
    if not waiting or any(_is_begun(ring, now) for ring in rings):
        return False
    overdue = now - step.due > LATE or step.attempts > 1
    return overdue or any(ring.was_let_go(now) for ring in waiting)


def _rings(work: Work, escalation: int, step: int) -> list[OfPage]:
    """Those of phones; of Slack only where there is no other, for whether Slack is there and what
    became of its messages moves no page (product.md 8)."""
    rings = effects.list_rings(work.tx, escalation, step)
    return [each for each in rings if each.lane is Lane.PAGE] or rings


def _is_begun(ring: OfPage, now: datetime) -> bool:
    """Tried, and whoever tried it lives or told how it went."""
    return ring.attempts > 0 and not (ring.attempts == 1 and ring.is_lapsed(now))


def _wait(escalation: Escalation, tier: int) -> timedelta:
    policy = Policy.from_facts(escalation.policy)
    return policy.primary_wait if tier == 1 else policy.manager_wait
