"""Deliberate mistakes. The machine must catch each of them, or it is worth nothing."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, cast
from unittest import mock

from sqlalchemy import select

from app.chat.words import card
from app.delivery import outcome, posts, rings, waits
from app.delivery.lanes import claim_due
from app.flows import (
    acknowledge,
    admit,
    quarantine,
    receive_together,
    standing,
    take_step,
)
from app.flows.admit import Who
from app.flows.kinds import Kind
from app.flows.work import Work
from app.rules import calendar, routing
from storage import alerts, effects, requests, schedule_marks
from storage.effects import Effect, Lane, Outcome
from storage.tables import effects as table
from tests.campaign.machine import replica, story
from tests.campaign.machine.replica import SLACK
from tests.campaign.machine.walk import walk
from tests.campaign.machine.world import Broken

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
    """Whoever comes records, also after the lease was lost and somebody else has the claim."""
    finish, postpone = effects.finish, effects.postpone

    def theirs(tx: Any, effect: Effect) -> Effect:
        fence = tx.execute(select(table.c.fence).where(table.c.id == effect.id)).scalar_one()
        return replace(effect, fence=fence)

    def finishes(tx: Any, effect: Effect, *how: Any, **more: Any) -> bool:
        return finish(tx, theirs(tx, effect), *how, **more)

    def postpones(tx: Any, effect: Effect, **more: Any) -> bool:
        return postpone(tx, theirs(tx, effect), **more)

    return _several((effects, "finish", finishes), (effects, "postpone", postpones))


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


def quiet_quarantine() -> Any:
    """A body that nobody can read is kept, and nobody is told."""
    return mock.patch.object(quarantine, "raise_unreadable")


def cancelled_without_a_word() -> Any:
    """What is cancelled does not say why."""
    cancel = effects.cancel

    def silent(tx: Any, *, why: str, **more: Any) -> int:
        return cancel(tx, why=cast(str, None), **more)

    return mock.patch.object(effects, "cancel", silent)


def steps_at_once() -> Any:
    """A step does not wait for those before it."""
    return _asking(lambda work, kind, due: work.now if kind == Kind.STEP else due)


def handover_before_its_time() -> Any:
    """The pager changes hands an hour early."""
    hour = timedelta(hours=1)
    return _asking(lambda work, kind, due: due - hour if kind == Kind.HANDOVER_DUE else due)


def later_next_year() -> Any:
    """A ring takes longer from a certain day on."""

    def later(work: Work, kind: str, due: datetime) -> datetime:
        return due + timedelta(seconds=1) if kind == Kind.RING and due.year > 2026 else due

    return _asking(later)


def the_file_is_read_once() -> Any:
    """An edit of the file is not seen until the next start."""
    read = standing.StandingOrders.in_force

    def held(self: Any, tx: Any) -> Any:
        return self._held[1:] if self._held is not None else read(self, tx)

    return mock.patch.object(standing.StandingOrders, "in_force", held)


def a_press_counts_again() -> Any:
    """A request that is delivered again is carried out again."""
    return mock.patch.object(requests, "first_time", return_value=True)


def resolved_without_a_line() -> Any:
    """The timeline does not say that it was resolved."""
    note = Work.note

    def silent(self: Work, incident: int, kind: str, **more: Any) -> None:
        if kind != "resolved":
            note(self, incident, kind, **more)

    return mock.patch.object(Work, "note", silent)


def no_look_before_a_repeat() -> Any:
    """What may have been said is said again without a look."""
    claim = effects.claim

    def forgetful(tx: Any, lane: Lane, **more: Any) -> list[Effect]:
        return [replace(each, repeat=False) for each in claim(tx, lane, **more)]

    return mock.patch.object(effects, "claim", forgetful)


def a_channel_that_exists_is_not_ours() -> Any:
    """After a lost answer a second channel is made."""

    async def nobody(self: Any, name: str) -> None:
        return None

    return mock.patch.object(posts.Posts, "_ours", nobody)


def not_escaped() -> Any:
    """What an update says goes to Slack as it is."""
    return mock.patch.object(card, "escape", lambda text, *_: text)


def everybody_may() -> Any:
    """Whoever is not known is taken for a member."""
    known = admit._known

    def anybody(work: Work, caller: Any, subject: str) -> Any:
        person, who, sentence = known(work, caller, subject)
        return person, Who.MEMBER if who in (None, Who.GUEST) else who, sentence

    return mock.patch.object(admit, "_known", anybody)


def nobody_looks_at_slack() -> Any:
    """What is to be said in Slack is never claimed."""

    def claims(lane: Lane) -> Any:
        return CLAIM(lane) if lane not in SLACK else lambda work, places, here: []

    return mock.patch.object(replica, "claim_due", claims)


def slack_before_phones() -> Any:
    """Before a phone rings, Slack is asked something."""
    speak = rings.Rings.speak

    async def polite(self: Any, effect: Effect, call: Any = None) -> Any:
        if self._chat is not None:
            await self._chat.find_channel("#on-call")
        return await speak(self, effect, call)

    return mock.patch.object(rings.Rings, "speak", polite)


def the_pager_moves_alone() -> Any:
    """What is acknowledged stays where it is when somebody else has the pager."""
    return mock.patch("app.flows.offer._wanted", return_value=[])


def taken_unseen() -> Any:
    """Whoever takes a shift tells no running process."""
    return mock.patch.object(schedule_marks, "rise", return_value=None)


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
        quiet_quarantine,
        cancelled_without_a_word,
        steps_at_once,
        handover_before_its_time,
        later_next_year,
        the_file_is_read_once,
        a_press_counts_again,
        resolved_without_a_line,
        no_look_before_a_repeat,
        a_channel_that_exists_is_not_ours,
        not_escaped,
        everybody_may,
        nobody_looks_at_slack,
        slack_before_phones,
        the_pager_moves_alone,
        taken_unseen,
    )
}


def _asking(change: Callable[[Work, str, datetime], datetime]) -> Any:
    """Whatever is asked for is due when `change` says."""
    ask = Work.ask

    def changed(self: Work, kind: str, key: str, *, due: datetime | None = None,
                **more: Any) -> bool:  # fmt: skip
        return ask(self, kind, key, due=change(self, kind, due or self.now), **more)

    return mock.patch.object(Work, "ask", changed)


def survive(name: str, limit: int, seed: int = 1) -> tuple[int, str]:
    """How many steps it survives, and the law that told on it; more than `limit` when none did.

    Only a law counts: a mutant that no longer fits the code fails in another way.
    """
    with MUTANTS[name]():
        course = walk(seed, limit, shrink=False)
    first = course.broken.partition("\n")[0]
    caught = f": {Broken.__name__}: " in first
    return (course.steps.total() if caught else limit + 1), first


@contextmanager
def _several(*patches: tuple[Any, str, Any]) -> Iterator[None]:
    with ExitStack() as stack:
        for place, name, value in patches:
            stack.enter_context(mock.patch.object(place, name, value))
        yield
