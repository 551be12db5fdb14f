"""Deliberate mistakes. The machine must catch each of them, or it is worth nothing."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta
from typing import Any
from unittest import mock

from sqlalchemy import bindparam, case, update

from app.delivery import outcome, rings, waits
from app.delivery.lanes import claim_due
from app.flows import acknowledge, receive_together, take_step
from app.flows.kinds import Kind
from app.flows.work import Work
from app.rules import calendar, routing
from storage import alerts, effects
from storage.effects import Effect, Outcome
from storage.tables import effects as table
from tests.campaign.machine import story
from tests.campaign.machine.walk import walk

Mutant = Callable[[], Any]
CLAIM = claim_due
ROUNDS = routing.managers_for_round


def mark_before_send() -> Any:
    """A ring counts as done when it is claimed."""

    def claims(lane: Any) -> Any:
        take = CLAIM(lane)

        def claim(work: Work, places: int, here: Sequence[int]) -> Sequence[Effect]:
            found = take(work, places, here)
            for each in found:
                effects.finish(work.tx, each, Outcome.DONE, now=work.now)
            return found

        return claim

    return mock.patch.object(rings, "claim_due", claims)


def forget_to_cancel() -> Any:
    """An answer leaves the rings that still wait as they are."""
    return mock.patch("app.flows.acknowledge.effects.cancel", return_value=0)


def skip_the_fence() -> Any:
    """Whoever comes records, also after the lease was lost."""
    loose = update(table).where(
        table.c.id == bindparam("given_id"), bindparam("given_fence") == bindparam("given_fence")
    )
    asked_again = table.c.revision != table.c.claimed_revision
    done = case((asked_again, Outcome.DUE.value), else_=bindparam("given_outcome"))
    return _several(
        (effects, "_END", loose.values(outcome=bindparam("given_outcome"), **effects._ENDED)),
        (effects, "_DONE", loose.values(outcome=done, **effects._ENDED)),
        (effects, "_POSTPONE", loose.values(outcome=bindparam("given_outcome"),
                                            due=bindparam("given_due"), lease_until=None,
                                            problem=bindparam("given_problem"))),
    )  # fmt: skip


def tier_two_includes_tier_one() -> Any:
    """A manager who is tier 1 is rung as tier 2, too."""

    def rounds(
        org: Any, schedule: Any, at: datetime, round: int, not_person: Any = frozenset()
    ) -> Any:
        return ROUNDS(org, schedule, at, round)

    return mock.patch.object(routing, "managers_for_round", rounds)


def closed_interval() -> Any:
    """The minute of closing still belongs to the owners."""

    def contains(self: calendar.Interval, at: datetime) -> bool:
        return self.start <= at <= self.end

    return mock.patch.object(calendar.Interval, "__contains__", contains)


def no_expiry() -> Any:
    """An acknowledgement holds for ever."""
    return mock.patch.object(acknowledge, "watch_progress")


def dedupe_drops() -> Any:
    """A firing that is known is thrown away, whatever became of its incident."""
    tell = receive_together.receive_together

    def drops(work: Work, told: Sequence[Any]) -> list[Any]:
        fresh = [
            receive_together.Told(
                delivery=each.delivery,
                alerts=[one for one in each.alerts if not _known(work, each, one)],
                row=each.row,
            )
            for each in told
        ]
        return tell(work, fresh)

    return mock.patch.object(story, "receive_together", drops)


def _known(work: Work, told: Any, alert: Any) -> bool:
    return alerts.find_firing(work.tx, told.delivery.source, alert.fingerprint) is not None


def claim_does_not_look_again() -> Any:
    """A ring that failed once rings again although its page was answered meanwhile."""
    return mock.patch.object(rings, "_is_wanted", return_value=True)


def lease_of_nothing() -> Any:
    """A claim holds nobody off."""
    return mock.patch.object(outcome, "LEASE", timedelta(0))


def the_wait_is_waited_once() -> Any:
    """After the managers' first round nothing more comes."""

    def take(work: Work, effect: Effect) -> object:
        step = effect.facts["step"]
        return None if step >= 2 else take_step.take_step(work, effect.escalation or 0, step=step)

    answers: Mapping[str, Any] = {**waits.ANSWERS, Kind.STEP: take}
    return mock.patch.object(waits, "ANSWERS", answers)


MUTANTS: Mapping[str, Mutant] = {
    each.__name__: each
    for each in (
        mark_before_send,
        forget_to_cancel,
        skip_the_fence,
        tier_two_includes_tier_one,
        closed_interval,
        no_expiry,
        dedupe_drops,
        claim_does_not_look_again,
        lease_of_nothing,
        the_wait_is_waited_once,
    )
}


def survive(name: str, limit: int, seed: int = 1) -> tuple[int, str]:
    """How many steps it survives, and what told on it; more than `limit` when nothing did."""
    with MUTANTS[name]():
        course = walk(seed, limit, shrink=False)
    steps = course.steps.total()
    return (steps if course.broken else limit + 1), course.broken.partition("\n")[0]


@contextmanager
def _several(*patches: tuple[Any, str, Any]) -> Iterator[None]:
    with ExitStack() as stack:
        for place, name, value in patches:
            stack.enter_context(mock.patch.object(place, name, value))
        yield
