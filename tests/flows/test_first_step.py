"""The first step where delivery runs: its rings are claimed in the commit that opens the P1."""

from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from app.delivery.waits import answer_next
from app.flows import first_step
from app.flows.open_incident import open_incident
from app.flows.receive_alerts import receive_alerts
from app.flows.work import AtHand, Work
from app.rules.alert import Delivery
from app.rules.organisation import Severity
from app.rules.severity import Assessment
from storage import effects, escalations, incidents, timeline
from storage.effects import Effect, Lane
from tests.flows.test_receive_alerts import elt_late
from tests.flows.test_take_step import give_push
from tests.kit import Bench

LEASE = timedelta(seconds=10)


@dataclass
class Speaker:
    """Remembers what it was given to speak, and speaks nothing."""

    places: int = 4
    lease: timedelta = LEASE
    begun: list[Effect] = field(default_factory=list)

    def prepare(self, work: Work, effect: Effect, at_hand: AtHand) -> object:
        return len(timeline.list_of(work.tx, effect.incident or 0))

    def begin(self, claimed: list[tuple[Effect, object]]) -> None:
        assert all(number for _, number in claimed)
        self.begun += [effect for effect, _ in claimed]


@pytest.fixture
def speaker(bench: Bench) -> Speaker:
    give_push(bench, "chi", "mia", "noor")
    made = Speaker()
    bench.kit.speaks(made)
    return made


def fire(bench: Bench) -> None:
    bench.do(receive_alerts, Delivery(source="alertmanager", body=b"{}"), [elt_late()])


def rung(bench: Bench) -> list[str]:
    return [page.person for page in bench.do(lambda work: escalations.list_pages(work.tx, 1))]


def claimed(bench: Bench) -> list[Effect]:
    """What another worker could claim of the phones' lane now."""
    return list(
        bench.do(
            lambda work: effects.claim(
                work.tx, Lane.PAGE, now=work.now, lease=LEASE, limit=9, spoken_here=()
            )
        )
    )


def test_the_commit_that_opens_a_p1_has_its_rings_claimed(bench: Bench, speaker: Speaker) -> None:
    fire(bench)
    assert rung(bench) == ["chi@acme.test"]
    assert [effect.facts["method"] for effect in speaker.begun] == ["push"]
    assert claimed(bench) == []


def test_whoever_dies_before_speaking_is_taken_over_after_the_lease(
    bench: Bench, speaker: Speaker
) -> None:
    fire(bench)
    bench.clock.forward(seconds=LEASE.total_seconds())
    taken = claimed(bench)
    assert [effect.key for effect in taken] == [effect.key for effect in speaker.begun]
    assert taken[0].repeat  # it may have been heard
    # The fence: who was given it first can no longer record an outcome.
    late = speaker.begun[0]
    assert not bench.do(
        lambda work: effects.finish(work.tx, late, effects.Outcome.DONE, now=work.now)
    )


def test_its_timeline_tells_things_in_their_order(bench: Bench, speaker: Speaker) -> None:
    fire(bench)
    told = [entry.kind for entry in bench.do(lambda work: timeline.list_of(work.tx, 1))]
    assert told == ["opened", "alert", "paged"]


def test_without_a_free_place_a_ring_waits_to_be_claimed(bench: Bench, speaker: Speaker) -> None:
    speaker.places = 0
    fire(bench)
    assert speaker.begun == []
    assert [effect.facts["method"] for effect in claimed(bench)] == ["push"]


def test_a_step_that_fails_loses_no_alert_and_is_tried_again(
    bench: Bench, speaker: Speaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(work: Work, escalation: int, *, step: int) -> None:
        raise ZeroDivisionError("a rota that nobody can read")

    with monkeypatch.context() as patch:
        patch.setattr(first_step, "take_step", fails)
        fire(bench)
    assert speaker.begun == []
    assert rung(bench) == []
    assert bench.do(lambda work: incidents.get(work.tx, 1)) is not None
    bench.do(answer_next)
    assert rung(bench) == ["chi@acme.test"]
    assert [effect.facts["method"] for effect in speaker.begun] == ["push"]


def test_what_is_undone_rings_nobody(bench: Bench, speaker: Speaker) -> None:
    def opens_and_fails(work: Work) -> None:
        why = Assessment(severity=Severity.P1, reason="P1: a try")
        open_incident(
            work, trouble="a try", before=None, title="a try", assessment=why, source="test"
        )
        raise LookupError("after all was written")

    with pytest.raises(LookupError):
        bench.do(opens_and_fails)
    assert speaker.begun == []
    assert claimed(bench) == []
