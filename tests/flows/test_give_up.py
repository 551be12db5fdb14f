"""Rings that failed for good: nobody is waited for whom nothing can reach (product.md 12)."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from app.delivery.outcome import failed
from app.flows.escalate import page
from app.flows.work import Work
from app.paging.errors import PagingError
from storage import effects
from storage.effects import Lane
from storage.tables import contact_methods
from tests.flows.test_take_step import fire, give_push, kinds, pages, pass_time, slack
from tests.kit import IN_HOURS, Bench

LOST = PagingError("The provider does not know this topic.", permanent=True)


@pytest.fixture(autouse=True)
def everybody_has_a_phone(bench: Bench) -> None:
    give_push(bench, "ana", "ben", "chi", "mia", "noor")


def fail(bench: Bench, lane: Lane = Lane.PAGE) -> int:
    """Every ring that is due in the lane fails for good; how many there were."""

    def each(work: Work) -> int:
        lease = timedelta(seconds=10)
        found = effects.claim(work.tx, lane, now=work.now, lease=lease, limit=99)
        for effect in found:
            failed(work, effect, LOST)
        return len(found)

    count: int = bench.do(each)
    return count


def test_the_managers_ring_at_once_when_the_only_phone_cannot(bench: Bench) -> None:
    fire(bench)
    assert pass_time(bench, 0) == ["chi"]
    fail(bench)
    assert pass_time(bench, 0) == ["mia"]
    assert "unreachable" in kinds(bench)
    assert [each.reachable for each in pages(bench)] == [False, True]


def test_a_phone_that_still_may_ring_is_waited_for(bench: Bench) -> None:
    fire(bench)
    give_push(bench, "chi")
    assert pass_time(bench, 0) == ["chi"]
    fail(bench, Lane.DIRECT)
    assert pass_time(bench, 0) == []


def test_where_slack_refuses_for_good_the_next_method_does_not_wait_for_its_time(
    bench: Bench,
) -> None:
    """Chi has Slack at once and a call a minute later; Slack does not know the account."""
    with bench.database.write.begin() as tx:
        tx.execute(contact_methods.update().values(delay_seconds=60))
    fire(bench)
    pass_time(bench, 0)
    assert fail(bench, Lane.PAGE) == 0
    fail(bench, Lane.DIRECT)
    assert fail(bench, Lane.PAGE) == 1


def test_a_later_method_keeps_its_time_where_another_rang(bench: Bench) -> None:
    give_push(bench, "chi")
    with bench.database.write.begin() as tx:
        newest = contact_methods.c.id == select(func.max(contact_methods.c.id)).scalar_subquery()
        tx.execute(contact_methods.update().where(newest).values(delay_seconds=60))
    fire(bench)
    pass_time(bench, 0)
    fail(bench, Lane.DIRECT)
    assert fail(bench, Lane.PAGE) == 1


def test_managers_whom_nothing_reaches_are_rung_with_a_pause(bench: Bench) -> None:
    fire(bench)
    assert pass_time(bench, 5) == ["chi", "mia"]
    fail(bench)
    assert pass_time(bench, 0) == ["mia", "noor"]
    fail(bench)
    assert pass_time(bench, 4.5) == []
    assert pass_time(bench, 0.5) == ["mia", "noor"]


def test_a_page_by_hand_that_reaches_nobody_does_not_ring_in_a_circle(bench: Bench) -> None:
    bench.clock.now = IN_HOURS
    fire(bench)
    pass_time(bench, 0)
    bench.do(page, 1, "ben@acme.test", "a second pair of eyes", by=slack("ana"))
    assert pass_time(bench, 0) == ["ben"]
    fail(bench)
    fail(bench, Lane.DIRECT)
    assert pass_time(bench, 0) == ["mia"]
    assert fail(bench) == 1
