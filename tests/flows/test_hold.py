"""What wakes nobody is held for its owner's morning, and provably delivered each time."""

from datetime import UTC, datetime, timedelta
from typing import Any

from app.chat.client import Posted
from app.flows.admit import Operator
from app.flows.record import delivered_digest
from app.flows.reopen import reopen
from app.flows.resolve import resolve
from app.flows.tell import digest_channel
from app.flows.work import Work
from app.organisation.apply import apply
from app.organisation.example import example_text
from storage import effects, held, posts
from storage.effects import Effect, Lane, Outcome
from tests.flows.test_receive_alerts import asked, elt_late, report_slow, send
from tests.kit import IN_HOURS, Bench

DIGEST = "digest:data-infra:2026-11-24T09:00"
MORNING = datetime(2026, 11, 24, 9, tzinfo=UTC)
NIGHT_AFTER = datetime(2026, 11, 24, 22, tzinfo=UTC)


def waiting(bench: Bench) -> list[int]:
    def view(work: Work) -> list[int]:
        return [each.incident for each in held.list_waiting(work.tx, "data-infra")]

    found: list[int] = bench.do(view)
    return found


def due_digests(bench: Bench) -> list[Effect]:
    """The digests that are due, taken as their speaker takes them."""

    def take(work: Work) -> list[Effect]:
        lease = timedelta(seconds=10)
        found = effects.claim(work.tx, Lane.CHAT, now=work.now, lease=lease, limit=99)
        return [each for each in found if each.kind == "digest"]

    found: list[Effect] = bench.do(take)
    return found


def deliver(bench: Bench, digest: Effect, *numbers: int) -> None:
    def record(work: Work) -> None:
        effects.finish(work.tx, digest, Outcome.DONE, now=work.now)
        posted = Posted(channel="C1", ts=str(work.now.timestamp()))
        delivered_digest(work, digest.key, numbers, posted=posted)

    bench.do(record)


def test_what_was_delivered_once_and_comes_again_at_night_is_held_again(bench: Bench) -> None:
    send(bench, report_slow())
    bench.clock.now = MORNING
    [digest] = due_digests(bench)
    deliver(bench, digest, 1)
    assert waiting(bench) == []
    bench.do(resolve, 1, by=Operator())
    bench.clock.now = NIGHT_AFTER
    bench.do(reopen, 1, by=Operator())
    assert waiting(bench) == [1]
    bench.clock.forward(hours=11)
    assert len(due_digests(bench)) == 1


def test_what_is_held_while_the_digest_is_being_said_is_said_after_it(bench: Bench) -> None:
    send(bench, report_slow())
    bench.clock.now = MORNING
    [digest] = due_digests(bench)
    bench.clock.now = MORNING - timedelta(milliseconds=1)  # another replica's transaction
    send(bench, elt_late("u", alarm="Unheard", service="nightly-elt"))
    bench.clock.now = MORNING
    deliver(bench, digest, 1)
    assert waiting(bench) == [2]
    assert [each.key for each in due_digests(bench)] == [DIGEST]


def test_what_is_resolved_before_the_morning_is_told_all_the_same(bench: Bench) -> None:
    send(bench, report_slow())
    bench.do(resolve, 1, by=Operator())
    assert waiting(bench) == [1]


def test_what_was_held_for_a_team_that_is_gone_has_a_channel(bench: Bench) -> None:
    from_here: Any = send(bench, report_slow())
    assert from_here.attached == (1,)
    text = example_text().replace('"data-infra"', '"platform"')
    bench.do(lambda work: apply(work.tx, text, now=work.now, by="test"))

    def channel(work: Work) -> str:
        return digest_channel(work, "data-infra")

    assert bench.do(channel) == "#engineering"


def test_what_comes_back_in_hours_is_told_anew_and_not_by_an_edit(bench: Bench) -> None:
    bench.clock.now = IN_HOURS
    send(bench, report_slow())

    def stands(work: Work) -> None:
        posts.remember(work.tx, "notice:1", channel="C1", ts="1.0", at=work.now, incident=1)

    bench.do(stands)
    bench.do(resolve, 1, by=Operator())
    assert bench.do(lambda work: posts.find(work.tx, "notice:1")) is not None
    bench.clock.forward(minutes=5)
    send(bench, report_slow())
    assert bench.do(lambda work: posts.find(work.tx, "notice:1")) is None
    assert "notice:1" in asked(bench, Lane.CHAT)
