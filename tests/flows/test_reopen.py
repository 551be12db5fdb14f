"""Reopening sets everything in motion again: the page, and the channel where there is none."""

from datetime import timedelta

import pytest

from app.flows.admit import Operator
from app.flows.cancel import cancel
from app.flows.close import add_follow_up, close, set_root_cause
from app.flows.resolve import resolve
from app.flows.work import Refused, Work
from app.rules.incident import State
from app.rules.organisation import Severity
from storage import effects
from storage.effects import Effect, Lane, Outcome
from tests.flows.test_receive_alerts import elt_late, incident, send
from tests.kit import Bench

BY = Operator()


def furnished(bench: Bench) -> list[str]:
    """Do everything that is due for channels; the kinds of it."""

    def speak(work: Work) -> list[str]:
        lease = timedelta(seconds=10)
        found: list[Effect] = effects.claim(work.tx, Lane.ROOM, now=work.now, lease=lease, limit=99)
        for each in found:
            effects.finish(work.tx, each, Outcome.DONE, now=work.now)
        return [each.kind for each in found]

    kinds: list[str] = bench.do(speak)
    return kinds


def test_a_p1_that_never_had_its_channel_asks_for_it_again(bench: Bench) -> None:
    send(bench, elt_late())
    bench.do(resolve, 1, by=BY)
    assert "channel" in furnished(bench)
    send(bench, elt_late())
    assert incident(bench).state is State.TRIGGERED
    assert "channel" in furnished(bench)


def test_a_firing_soon_after_the_resolve_reopens_also_what_was_closed(bench: Bench) -> None:
    send(bench, elt_late())
    bench.do(resolve, 1, by=BY)
    bench.do(set_root_cause, 1, "the disk was full", by=BY)
    bench.do(add_follow_up, 1, "watch the disk", by=BY)
    bench.do(close, 1, by=BY)
    bench.clock.forward(minutes=29)
    send(bench, elt_late())
    assert incident(bench).state is State.TRIGGERED
    assert incident(bench).root_cause == "the disk was full"


def test_what_is_raised_to_a_core_sla_is_not_cancelled_while_that_is_breached(
    bench: Bench,
) -> None:
    send(bench, elt_late(alarm="Unheard", service="nightly-elt"))
    assert incident(bench).severity is Severity.P2
    send(bench, elt_late("b"))
    assert incident(bench).sla == "elt-fresh"
    with pytest.raises(Refused, match="nothing shows that the core SLA"):
        bench.do(cancel, 1, "it looks fine", by=BY)
