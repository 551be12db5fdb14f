"""Effects: claimed by one, held under a lease, recorded behind a fence, told again when asked."""

import functools
import itertools
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Connection, select

from storage import effects
from storage.effects import Effect, Lane, Outcome
from storage.engine import Database, open_engine
from storage.tables import effects as rows
from tests.storage.rows import fill

NOW = datetime(2026, 11, 23, 22, tzinfo=UTC)
LEASE = timedelta(seconds=10)


def do(database: Database, flow: Callable[[Connection], Any]) -> Any:
    with database.write.begin() as tx:
        return flow(tx)


def ask(database: Database, key: str, *, due: datetime = NOW, again: bool = False) -> Any:
    flow = effects.ask_again if again else effects.ask
    return do(
        database,
        lambda tx: flow(tx, kind="card", lane=Lane.CHAT, key=key, due=due, now=NOW, facts={"v": 1}),
    )


def claim(database: Database, *, now: datetime = NOW, limit: int = 9, **only: Any) -> list[Effect]:
    found: list[Effect] = do(
        database,
        lambda tx: effects.claim(tx, Lane.CHAT, now=now, lease=LEASE, limit=limit, **only),
    )
    return found


def keys(found: list[Effect]) -> list[str]:
    return [each.key for each in found]


def finish(database: Database, effect: Effect, outcome: Outcome = Outcome.DONE) -> bool:
    done: bool = do(database, lambda tx: effects.finish(tx, effect, outcome, now=NOW))
    return done


def state(database: Database, key: str) -> Any:
    return do(database, lambda tx: tx.execute(select(rows).where(rows.c.key == key)).one())


# ── asking ────────────────────────────────────────────────────────────────────────────────────
def test_an_effect_is_asked_for_once_ever(database: Database) -> None:
    assert ask(database, "one")
    assert not ask(database, "one")
    [effect] = claim(database)
    finish(database, effect)
    assert not ask(database, "one")
    assert claim(database) == []


def test_one_that_is_asked_again_is_due_again(database: Database) -> None:
    ask(database, "card", again=True)
    finish(database, claim(database)[0])
    ask(database, "card", again=True)
    [effect] = claim(database)
    assert (effect.key, effect.repeat, effect.attempts) == ("card", False, 1)


def test_one_that_is_asked_again_while_it_is_said_is_said_once_more(database: Database) -> None:
    ask(database, "card", again=True)
    [effect] = claim(database)
    ask(database, "card", again=True)
    assert claim(database) == []
    assert finish(database, effect)
    assert state(database, "card").outcome == Outcome.DUE
    [later] = claim(database)
    finish(database, later)
    assert state(database, "card").outcome == Outcome.DONE


def test_a_parked_one_that_is_asked_again_is_tried_again(database: Database) -> None:
    ask(database, "card", again=True)
    finish(database, claim(database)[0], Outcome.PARKED)
    ask(database, "card", again=True)
    assert keys(claim(database)) == ["card"]


# ── claiming ──────────────────────────────────────────────────────────────────────────────────
def test_the_longest_due_comes_first_and_nothing_before_its_time(database: Database) -> None:
    ask(database, "late", due=NOW - timedelta(seconds=1))
    ask(database, "later", due=NOW + timedelta(microseconds=1))
    ask(database, "latest", due=NOW - timedelta(seconds=2))
    assert keys(claim(database, limit=1)) == ["latest"]
    assert keys(claim(database)) == ["late"]
    assert keys(claim(database, now=NOW + timedelta(seconds=1))) == ["later"]


def test_looking_ahead_takes_nothing(database: Database) -> None:
    ask(database, "one")
    ask(database, "two")

    def look(tx: Connection) -> list[int]:
        return [each.id for each in effects.list_due(tx, Lane.CHAT, now=NOW, limit=9)]

    first, second = do(database, look)
    assert keys(claim(database, only=second)) == ["two"]
    assert do(database, look) == [first]


def test_a_lease_that_ran_out_is_taken_over_as_a_repeat(database: Database) -> None:
    ask(database, "one")
    [held] = claim(database)
    assert claim(database, now=NOW + LEASE - timedelta(microseconds=1)) == []
    [taken] = claim(database, now=NOW + LEASE)
    assert (taken.repeat, taken.fence) == (True, held.fence + 1)


def test_what_the_caller_says_itself_is_not_taken_from_it(database: Database) -> None:
    ask(database, "one")
    [held] = claim(database)
    assert claim(database, now=NOW + timedelta(hours=1), spoken_here=[held.id]) == []


def test_a_renewed_lease_is_kept_and_a_lost_one_is_not_had_back(database: Database) -> None:
    ask(database, "one")
    [held] = claim(database)
    do(database, lambda tx: effects.renew(tx, [held], until=NOW + 3 * LEASE))
    assert claim(database, now=NOW + 2 * LEASE) == []
    [taken] = claim(database, now=NOW + 3 * LEASE)
    do(database, lambda tx: effects.renew(tx, [held], until=NOW + 9 * LEASE))
    assert keys(claim(database, now=NOW + 4 * LEASE)) == [taken.key]


# ── recording ─────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("outcome", [Outcome.DONE, Outcome.PARKED, Outcome.CANCELLED])
def test_behind_the_fence_nothing_is_written(database: Database, outcome: Outcome) -> None:
    ask(database, "one")
    [held] = claim(database)
    [taken] = claim(database, now=NOW + LEASE)
    assert not finish(database, held, outcome)
    assert not do(database, lambda tx: effects.postpone(tx, held, due=NOW, problem="late"))
    assert state(database, "one").outcome == Outcome.CLAIMED
    assert finish(database, taken)


def test_what_is_put_off_comes_again_and_counts(database: Database) -> None:
    ask(database, "one")
    [held] = claim(database)
    after = NOW + timedelta(seconds=5)
    do(database, lambda tx: effects.postpone(tx, held, due=after, problem="busy"))
    assert claim(database) == []
    [again] = claim(database, now=after)
    assert (again.attempts, again.repeat) == (2, False)
    do(database, lambda tx: effects.postpone(tx, again, due=after, problem="lost", unknown=True))
    [unsure] = claim(database, now=after)
    assert (unsure.attempts, unsure.repeat) == (3, True)
    do(database, lambda tx: effects.postpone(tx, unsure, due=after, problem="slow", fresh=True))
    assert claim(database, now=after)[0].attempts == 1


def test_what_waits_is_cancelled_and_what_is_said_is_not(database: Database) -> None:
    ask(database, "said", again=True)
    [held] = claim(database)
    ask(database, "waits", again=True)

    def cancel(tx: Connection) -> int:
        return effects.cancel(tx, now=NOW, why="answered", kinds=["card"])

    assert do(database, cancel) == 1
    assert state(database, "waits").outcome == Outcome.CANCELLED
    assert finish(database, held)
    ask(database, "waits", again=True)
    assert keys(claim(database)) == ["waits"]


def test_what_a_process_left_behind_is_free_again_and_unsure(database: Database) -> None:
    ask(database, "one")
    claim(database)
    assert do(database, lambda tx: effects.release_all(tx, now=NOW)) == 1
    assert claim(database)[0].repeat


@pytest.mark.parametrize("restart", [True, False])
def test_a_claim_whose_process_died_is_no_failed_try(database: Database, restart: bool) -> None:
    ask(database, "one")
    [held] = claim(database)
    later = NOW + LEASE
    if restart:
        do(database, lambda tx: effects.release_all(tx, now=NOW))
    [taken] = claim(database, now=later)
    assert (taken.attempts, taken.deaths, taken.repeat) == (held.attempts, 1, True)
    do(database, lambda tx: effects.postpone(tx, taken, due=later, problem="busy"))
    [again] = claim(database, now=later)
    assert (again.attempts, again.deaths) == (2, 0)


@pytest.mark.parametrize("restart", [True, False])
def test_what_kills_its_process_each_time_is_tried_more_and_more_slowly(
    database: Database, restart: bool
) -> None:
    ask(database, "poison")
    now, taken = NOW, list[datetime]()
    while len(taken) < 20:
        if claim(database, now=now):
            taken.append(now)
        if restart:  # it died at once
            do(database, functools.partial(effects.release_all, now=now))
            now += timedelta(seconds=0.1)
        else:
            now += LEASE
    pauses = [after - before for before, after in itertools.pairwise(taken)]
    assert max(pauses[: effects.MANY_DEATHS - 1]) <= max(LEASE, timedelta(seconds=0.1))
    assert pauses[-1] >= effects.LONGEST_REST
    assert max(pauses) <= effects.LONGEST_REST + 2 * LEASE, "it is tried for ever"


def test_the_next_due_counts_leases_too(database: Database) -> None:
    ask(database, "one", due=NOW - LEASE)
    claim(database)
    ask(database, "two", due=NOW + timedelta(minutes=1))
    due = do(database, lambda tx: effects.next_due(tx, list(Lane)))
    assert due == {Lane.CHAT: NOW + LEASE}


# ── what each call leaves in the row ──────────────────────────────────────────────────────────
LATER = NOW + timedelta(minutes=5)


def ask_for(database: Database, key: str, **facts: Any) -> None:
    asked = {"kind": "card", "lane": Lane.CHAT, "due": NOW, "now": NOW, **facts}
    do(database, lambda tx: effects.ask(tx, key=key, **asked))


def fail(database: Database, key: str) -> None:
    """Claim what is due and put it off, as a failure does."""
    [held] = [each for each in claim(database) if each.key == key]
    do(database, lambda tx: effects.postpone(tx, held, due=LATER, problem="busy"))


def make_incidents(database: Database) -> None:
    """Two of them, with two escalations and two pages."""

    def flow(tx: Connection) -> None:
        fill(tx)
        tx.execute(rows.delete())

    do(database, flow)


def outcomes(database: Database) -> dict[str, str]:
    query = select(rows.c.key, rows.c.outcome)
    found: dict[str, str] = do(database, lambda tx: {k: str(o) for k, o in tx.execute(query)})
    return found


def test_a_claim_tells_all_that_was_asked_and_keeps_when_it_was_first_had(
    database: Database,
) -> None:
    ask_for(database, "one", facts={"v": 2}, now=NOW - LEASE)
    [held] = claim(database)
    row = state(database, "one")
    assert held == Effect(
        id=row.id,
        kind="card",
        lane=Lane.CHAT,
        key="one",
        incident=None,
        escalation=None,
        page=None,
        due=NOW,
        facts={"v": 2},
        fence=1,
        attempts=1,
        repeat=False,
        asked_at=NOW - LEASE,
        lease_until=NOW + LEASE,
        deaths=0,
    )
    assert (row.lease_until, row.first_claimed_at) == (NOW + LEASE, NOW)
    claim(database, now=NOW + LEASE)
    row = state(database, "one")
    assert (row.lease_until, row.first_claimed_at) == (NOW + 2 * LEASE, NOW)


def test_what_is_asked_and_claimed_at_once_is_held_like_any_other(database: Database) -> None:
    make_incidents(database)

    def flow(tx: Connection) -> Effect | None:
        return effects.ask_and_claim(
            tx, kind="ring", lane=Lane.CHAT, key="ring", now=NOW, lease=LEASE, facts={"v": 1},
            incident=1, escalation=2, page=1,
        )  # fmt: skip

    held = do(database, flow)
    row = state(database, "ring")
    assert held == Effect(
        id=row.id,
        kind="ring",
        lane=Lane.CHAT,
        key="ring",
        incident=1,
        escalation=2,
        page=1,
        due=NOW,
        facts={"v": 1},
        fence=1,
        attempts=1,
        repeat=False,
        asked_at=NOW,
        lease_until=NOW + LEASE,
        deaths=0,
    )
    assert (row.outcome, row.lease_until, row.first_claimed_at) == ("claimed", NOW + LEASE, NOW)
    assert do(database, flow) is None
    assert claim(database, now=NOW + LEASE - timedelta(microseconds=1)) == []
    assert finish(database, held)
    assert state(database, "ring").outcome == Outcome.DONE


@pytest.mark.parametrize("outcome", [Outcome.DONE, Outcome.PARKED])
def test_an_end_keeps_when_and_why(database: Database, outcome: Outcome) -> None:
    ask(database, "one")
    [held] = claim(database)
    do(database, lambda tx: effects.finish(tx, held, outcome, now=LATER, problem="gone"))
    row = state(database, "one")
    assert (row.outcome, row.problem, row.ended_at) == (outcome, "gone", LATER)
    assert row.lease_until is None


def test_a_failure_keeps_why_and_holds_no_lease(database: Database) -> None:
    ask(database, "one")
    fail(database, "one")
    row = state(database, "one")
    assert (row.outcome, row.due, row.problem, row.attempts) == ("due", LATER, "busy", 1)
    assert row.lease_until is None


def test_what_is_asked_again_while_it_is_said_keeps_no_lease_either(database: Database) -> None:
    ask(database, "card", again=True)
    [held] = claim(database)
    ask(database, "card", again=True)
    finish(database, held)
    assert state(database, "card").lease_until is None


# ── what waits is put forward, put off and cancelled ──────────────────────────────────────────
def test_what_waits_is_due_at_once_when_it_is_hastened(database: Database) -> None:
    ask(database, "one", due=LATER)
    ask(database, "other", due=LATER)
    assert do(database, lambda tx: effects.hasten(tx, "one", now=NOW))
    assert not do(database, lambda tx: effects.hasten(tx, "one", now=NOW)), "it is due already"
    assert keys(claim(database)) == ["one"]
    assert not do(database, lambda tx: effects.hasten(tx, "one", now=NOW)), "it is being said"
    assert not do(database, lambda tx: effects.hasten(tx, "none", now=NOW))


def test_what_failed_is_tried_at_once_and_what_waits_for_its_time_is_left(
    database: Database,
) -> None:
    ask(database, "failed")
    fail(database, "failed")
    ask(database, "waits", due=LATER)
    ask(database, "held")
    claim(database)
    ask_for(database, "phone", lane=Lane.PAGE)

    def hasten(tx: Connection) -> int:
        return effects.hasten_failed(tx, [Lane.CHAT, Lane.ROOM], now=NOW)

    assert do(database, lambda tx: effects.hasten_failed(tx, [Lane.PAGE], now=NOW)) == 0
    assert do(database, hasten) == 1
    assert do(database, hasten) == 0
    [again] = claim(database)
    assert (again.key, again.attempts, again.due) == ("failed", 1, NOW)


def test_a_wait_that_nobody_holds_is_put_off_and_counts(database: Database) -> None:
    ask(database, "one")
    number = state(database, "one").id

    def delay(tx: Connection) -> None:
        effects.delay(tx, number, due=LATER, problem="refused")

    do(database, delay)
    row = state(database, "one")
    assert (row.due, row.problem, row.attempts) == (LATER, "refused", 1)
    [held] = claim(database, now=LATER)
    do(database, lambda tx: effects.delay(tx, number, due=NOW, problem="late"))
    assert state(database, "one").due == LATER
    assert held.attempts == 2


@pytest.mark.parametrize(
    "wanted",
    [
        {"key": "this"},
        {"kinds": ["this"]},
        {"incident": 1},
        {"escalation": 2},
        {"page": 1},
        {"incident": 1, "kinds": ["this"]},
    ],
    ids=lambda wanted: "+".join(wanted),
)
def test_what_is_cancelled_matches_every_condition(
    database: Database, wanted: dict[str, Any]
) -> None:
    make_incidents(database)
    ask_for(database, "this", kind="this", incident=1, escalation=2, page=1)
    ask_for(database, "that", kind="that", incident=2, escalation=1, page=2)
    assert do(database, lambda tx: effects.cancel(tx, now=LATER, why="over", **wanted)) == 1
    row = state(database, "this")
    assert (row.outcome, row.problem, row.ended_at) == ("cancelled", "over", LATER)
    assert outcomes(database)["that"] == "due"


def test_of_several_conditions_one_that_does_not_fit_saves_it(database: Database) -> None:
    make_incidents(database)
    ask_for(database, "this", kind="this", incident=1)
    for other in ({"incident": 2}, {"kinds": ["that"]}, {"key": "that"}):
        wanted: dict[str, Any] = {"incident": 1, "kinds": ["this"], **other}
        cancel = partial(effects.cancel, now=NOW, why="over", **wanted)
        assert do(database, cancel) == 0


# ── left to a newer Baton, freed and doubted ──────────────────────────────────────────────────
def test_what_is_left_is_nobodys_until_it_is_taken_up(database: Database) -> None:
    for key in ("one", "two"):
        ask_for(database, key, facts={"v": 9})
    first, second = claim(database)
    for held in (first, second):
        assert do(database, partial(effects.leave, effect=held, problem="new"))
    assert not do(database, lambda tx: effects.leave(tx, first, problem="again"))
    row = state(database, "one")
    assert (row.outcome, row.problem, row.attempts, row.lease_until) == ("left", "new", 0, None)
    assert claim(database, now=LATER) == []
    left = do(database, lambda tx: effects.list_left(tx, limit=9))
    assert [(each.id, each.kind, each.facts) for each in left] == [
        (first.id, "card", {"v": 9}),
        (second.id, "card", {"v": 9}),
    ]
    assert len(do(database, lambda tx: effects.list_left(tx, limit=1))) == 1
    assert do(database, lambda tx: effects.take_up(tx, [first.id, 99])) == 1
    assert do(database, lambda tx: effects.take_up(tx, [first.id])) == 0
    assert state(database, "one").problem is None
    [taken] = claim(database)
    assert (taken.key, taken.repeat, taken.attempts) == ("one", True, 1)


def test_only_what_was_claimed_is_freed(database: Database) -> None:
    for key in ("held", "waits"):
        ask(database, key)
    claim(database, limit=1)
    ask_for(database, "done")
    [done] = [each for each in claim(database) if each.key == "done"]
    finish(database, done)
    assert do(database, partial(effects.release_all, now=NOW)) == 2
    assert outcomes(database) == {"held": "unknown", "waits": "unknown", "done": "done"}
    assert state(database, "held").lease_until is None


def test_after_a_restore_all_but_waits_and_what_is_over_is_doubted(database: Database) -> None:
    ask_for(database, "wait", lane=Lane.WAIT)
    ask_for(database, "held")
    [held] = claim(database)
    ask_for(database, "due")
    ask_for(database, "over", kind="other")
    do(database, lambda tx: effects.cancel(tx, now=NOW, why="over", key="over"))
    assert do(database, effects.doubt_all) == 2
    assert outcomes(database) == {
        "wait": "due",
        "held": "unknown",
        "due": "unknown",
        "over": "cancelled",
    }
    assert state(database, "held").lease_until is None
    assert not finish(database, held)


def test_each_lane_has_its_own_next_time(database: Database) -> None:
    ask_for(database, "later", due=LATER)
    ask_for(database, "sooner", due=NOW + timedelta(seconds=1))
    ask_for(database, "phone", lane=Lane.PAGE, due=LATER)
    ask_for(database, "room", lane=Lane.ROOM)
    due = do(database, lambda tx: effects.next_due(tx, [Lane.CHAT, Lane.PAGE, Lane.WAIT]))
    assert due == {Lane.CHAT: NOW + timedelta(seconds=1), Lane.PAGE: LATER}


# ── several at once ───────────────────────────────────────────────────────────────────────────
@contextmanager
def another(url: str) -> Iterator[Database]:
    """Another replica."""
    opened = open_engine(url)
    yield opened
    opened.dispose()


def test_two_who_claim_at_once_never_get_the_same(postgres_url: str) -> None:
    taken: list[str] = []
    with another(postgres_url) as one, another(postgres_url) as two:
        for number in range(200):
            ask(one, f"{number}")
        together = threading.Barrier(2)

        def work(database: Database) -> None:
            together.wait()
            while found := claim(database, limit=3):
                taken.extend(keys(found))

        threads = [threading.Thread(target=work, args=(each,)) for each in (one, two)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert sorted(taken) == sorted(f"{number}" for number in range(200))


def test_nobody_waits_for_a_claim_or_a_renewal_of_another_replica(postgres_url: str) -> None:
    with another(postgres_url) as one, another(postgres_url) as two:
        ask(one, "held")
        ask(one, "free")
        with one.write.begin() as tx:
            [held] = effects.claim(tx, Lane.CHAT, now=NOW, lease=LEASE, limit=1)
            assert keys(claim(two)) == ["free"]
            assert do(two, lambda own: effects.cancel(own, now=NOW, why="over")) == 0
            do(two, lambda own: effects.renew(own, [held], until=NOW))
        assert finish(one, held)
