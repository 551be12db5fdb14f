"""A lane: what hangs delays nobody, poison harms only itself, a lost lease writes nothing."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import ProgrammingError

from app.chat.errors import ChatError
from app.delivery import hold, lanes, outcome
from app.delivery.hold import check_lease
from app.delivery.lanes import Claim, LaneLoop, Speak, claim_due
from app.delivery.outcome import Spoken
from app.flows.outage import StillAway
from app.flows.work import Work
from app.paging.errors import PagingError
from storage import audit, effects
from storage.effects import Effect, Lane
from storage.engine import open_engine
from storage.tables import effects as rows
from storage.trouble import FileGone
from tests.kit import Bench, SetClock, open_bench

pytestmark = pytest.mark.anyio
LEASE = timedelta(seconds=10)


def ask(
    bench: Bench, key: str, *, lane: Lane = Lane.CHAT, kind: str = "say", after: float = 0
) -> None:
    def flow(work: Work) -> None:
        work.ask(kind, key, lane=lane, due=work.now + timedelta(seconds=after), facts={"v": 1})

    bench.do(flow)


def outcomes(bench: Bench) -> dict[str, str]:
    def view(work: Work) -> dict[str, str]:
        return {row.key: row.outcome for row in work.tx.execute(select(rows))}

    found: dict[str, str] = bench.do(view)
    return found


def problem(bench: Bench, key: str) -> str | None:
    """Why it was not said."""

    def view(work: Work) -> str | None:
        found = work.tx.execute(select(rows.c.problem).where(rows.c.key == key)).one()
        return found.problem and str(found.problem)

    told: str | None = bench.do(view)
    return told


def loop_of(bench: Bench, speak: Speak, *, lane: Lane = Lane.CHAT, places: int = 8) -> LaneLoop:
    made = LaneLoop(bench.kit, lane, claim=claim_due(lane), speak=speak, places=places)
    bench.kit.on_commit(lambda asked: made.wake(asked[lane]) if lane in asked else None)
    return made


@contextlib.asynccontextmanager
async def serving(*lanes: LaneLoop) -> AsyncIterator[None]:
    tasks = [asyncio.create_task(each.run()) for each in lanes]
    yield
    for each in lanes:
        each.stop()
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def until_said(said: list[str], count: int) -> float:
    """Seconds until so many were said."""
    started = time.monotonic()
    while len(said) < count:
        assert time.monotonic() - started < 8, said
        await asyncio.sleep(0.005)
    return time.monotonic() - started


async def test_a_hanging_speaker_delays_nobody_else(bench: Bench) -> None:
    said: list[str] = []

    async def speak(effect: Effect) -> Spoken:
        if effect.key.startswith("hang"):
            await asyncio.Event().wait()
        said.append(effect.key)
        return Spoken()

    for number in range(7):
        ask(bench, f"hang{number}")
    async with serving(loop_of(bench, speak)):
        await asyncio.sleep(0.2)
        await bench.kit.do(
            lambda work: [work.ask("say", f"well{n}", lane=Lane.CHAT, facts={}) for n in range(5)]
        )
        await until_said(said, 5)
    assert sorted(said) == [f"well{n}" for n in range(5)]


async def test_a_full_lane_takes_no_place_from_another(bench: Bench) -> None:
    said: list[str] = []

    async def hang(effect: Effect) -> Spoken:
        await asyncio.Event().wait()
        return Spoken()

    async def speak(effect: Effect) -> Spoken:
        said.append(effect.key)
        return Spoken()

    for number in range(20):
        ask(bench, f"slack{number}", lane=Lane.DIRECT, kind="ring")
    slack = loop_of(bench, hang, lane=Lane.DIRECT)
    phones = loop_of(bench, speak, lane=Lane.PAGE)
    async with serving(slack, phones):
        await asyncio.sleep(0.2)
        assert slack.busy == 8
        await bench.kit.do(lambda work: work.ask("ring", "phone", lane=Lane.PAGE, facts={}))
        assert await until_said(said, 1) < 1


async def test_while_a_later_one_is_waited_for_an_immediate_one_is_said_at_once(
    bench: Bench,
) -> None:
    said: list[str] = []

    async def speak(effect: Effect) -> Spoken:
        said.append(effect.key)
        return Spoken()

    def later(work: Work) -> None:
        work.ask("ring", "voice", lane=Lane.PAGE, due=work.now + timedelta(minutes=1), facts={})

    async with serving(loop_of(bench, speak, lane=Lane.PAGE)):
        await asyncio.sleep(0.1)
        await bench.kit.do(later)
        await asyncio.sleep(0.1)
        await bench.kit.do(lambda work: work.ask("ring", "push", lane=Lane.PAGE, facts={}))
        assert await until_said(said, 1) < 0.5
    assert said == ["push"]


async def test_an_idle_lane_sleeps_until_it_is_woken_or_a_sweep_is_due(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks, said = list[int](), list[str]()
    monkeypatch.setattr(lanes, "SOON", 5.0)  # what wakes it is not this
    claim = claim_due(Lane.CHAT)

    def counted(work: Work, places: int, here: Sequence[int]) -> Sequence[Effect]:
        looks.append(places)
        return claim(work, places, here)

    async def speak(effect: Effect) -> Spoken:
        said.append(effect.key)
        return Spoken()

    lane = LaneLoop(bench.kit, Lane.CHAT, claim=counted, speak=speak, places=8)
    bench.kit.on_commit(lambda asked: lane.wake(asked[Lane.CHAT]) if Lane.CHAT in asked else None)
    async with serving(lane):
        await asyncio.sleep(0.5)
        assert len(looks) == 1
        await bench.kit.do(lambda work: work.ask("say", "one", lane=Lane.CHAT, facts={"v": 1}))
        assert await until_said(said, 1) < 0.5
        await asyncio.sleep(0.3)
        assert len(looks) <= 3


async def test_a_lane_without_a_free_place_looks_for_nothing(bench: Bench) -> None:
    looks = list[str]()

    async def hang(effect: Effect) -> Spoken:
        await asyncio.Event().wait()
        return Spoken()

    for number in range(3):
        ask(bench, f"hang{number}")
    lane = LaneLoop(bench.kit, Lane.CHAT, claim=counting(looks, Lane.CHAT), speak=hang, places=1)
    async with serving(lane):
        await asyncio.sleep(0.3)
        assert len(looks) == 1
        assert lane.busy == 1


async def test_what_is_left_for_want_of_places_is_looked_for_as_soon_as_there_is_one(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The end of a ring wakes nobody: the lane itself knows that it took as much as it could."""
    monkeypatch.setattr(lanes, "SOON", 5.0)
    monkeypatch.setattr(lanes, "SWEEP", 5.0)
    said = list[str]()

    async def speak(effect: Effect) -> Spoken:
        said.append(effect.key)
        return Spoken()

    for number in range(3):
        ask(bench, f"ring{number}", lane=Lane.PAGE, kind="ring")
    lane = LaneLoop(bench.kit, Lane.PAGE, claim=claim_due(Lane.PAGE), speak=speak, places=1)
    async with serving(lane):
        assert await until_said(said, 3) < 3


@pytest.mark.parametrize("away", [False, True])
async def test_a_look_that_fails_is_repeated_after_a_while(
    bench: Bench, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch, away: bool
) -> None:
    monkeypatch.setattr(lanes, "SWEEP", 0.3)
    said, tries = list[str](), list[int]()
    claim = claim_due(Lane.CHAT)

    def fails_first(work: Work, places: int, here: Sequence[int]) -> Sequence[Effect]:
        tries.append(places)
        if len(tries) == 1:
            raise FileGone("baton.db") if away else ValueError("a mistake")
        return claim(work, places, here)

    async def speak(effect: Effect) -> Spoken:
        said.append(effect.key)
        return Spoken()

    ask(bench, "one")
    lane = LaneLoop(bench.kit, Lane.CHAT, claim=fails_first, speak=speak, places=8)
    async with serving(lane):
        assert await until_said(said, 1) > 0.25
    assert ("the chat lane could not look for work" in caplog.text) is not away


async def test_what_somebody_else_held_for_a_moment_is_looked_for_again_soon(bench: Bench) -> None:
    held, said = 2, list[str]()
    claim = claim_due(Lane.CHAT)

    def refused(work: Work, places: int, here: Sequence[int]) -> Sequence[Effect]:
        nonlocal held
        held -= 1
        return [] if held >= 0 else claim(work, places, here)

    async def speak(effect: Effect) -> Spoken:
        said.append(effect.key)
        return Spoken()

    ask(bench, "one")
    lane = LaneLoop(bench.kit, Lane.CHAT, claim=refused, speak=speak, places=8)
    async with serving(lane):
        assert await until_said(said, 1) < 0.8


async def test_poison_costs_only_itself_and_is_tried_again(bench: Bench) -> None:
    said: list[str] = []

    async def speak(effect: Effect) -> Spoken:
        if effect.key == "poison":
            raise KeyError("facts of a version nobody knows")
        said.append(effect.key)
        return Spoken()

    ask(bench, "poison")
    ask(bench, "well")
    lane = loop_of(bench, speak)
    assert await lane.take() == 2
    await lane.finish()
    assert said == ["well"]
    assert outcomes(bench) == {"poison": "due", "well": "done"}
    assert problem(bench, "poison") == "Baton failed inside: KeyError."
    bench.clock.forward(minutes=1)
    assert await lane.take() == 1
    await lane.finish()


async def test_what_was_said_and_cannot_be_recorded_is_put_off_and_looked_for(
    bench: Bench,
) -> None:
    def refuse(work: Work) -> None:
        raise ValueError("this can never be written")

    async def speak(effect: Effect) -> Spoken:
        return Spoken(record=refuse)

    ask(bench, "said")
    lane = loop_of(bench, speak)
    await lane.take()
    await lane.finish()
    assert outcomes(bench) == {"said": "unknown"}
    assert await lane.take() == 0


async def test_what_could_not_be_recorded_at_first_is_recorded_as_soon_as_it_can(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lanes, "AGAIN", 0.0)
    failures = lanes.RECORD_TRIES - 1

    def not_yet(work: Work) -> None:
        nonlocal failures
        failures -= 1
        if failures >= 0:
            raise ProgrammingError("INSERT", {}, Exception("no such table"))

    async def speak(effect: Effect) -> Spoken:
        return Spoken(record=not_yet)

    ask(bench, "one")
    lane = loop_of(bench, speak)
    await lane.take()
    await lane.finish()
    assert outcomes(bench) == {"one": "done"}


async def test_what_could_not_be_read_for_want_of_the_database_is_due_again_at_once(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    async def speak(effect: Effect) -> Spoken:
        raise StillAway("it was stopped")

    ask(bench, "one")
    lane = loop_of(bench, speak)
    await lane.take()
    await lane.finish()
    assert outcomes(bench) == {"one": "due"}
    assert problem(bench, "one") == "put back: the database was away"
    assert "taken over" not in caplog.text
    [anew] = bench.do(lambda work: claim_due(Lane.CHAT)(work, 9, []))
    assert (anew.attempts, anew.repeat) == (1, False)


async def test_whoever_lost_the_lease_writes_nothing(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    may_end = asyncio.Event()

    async def speak(effect: Effect) -> Spoken:
        await may_end.wait()
        return Spoken(record=lambda work: work.audit("said", effect.key, by="slow"))

    def take_over(work: Work) -> list[Effect]:
        return effects.claim(work.tx, Lane.CHAT, now=work.now, lease=LEASE, limit=9)

    ask(bench, "one")
    lane = loop_of(bench, speak)
    await lane.take()
    bench.clock.forward(seconds=11)
    [taken] = bench.do(take_over)
    assert taken.repeat
    may_end.set()
    await lane.finish()
    assert bench.do(lambda work: audit.list_of(work.tx, "one")) == []
    assert outcomes(bench) == {"one": "claimed"}
    assert "one was taken over by another worker meanwhile" in caplog.text


async def test_a_jump_of_the_clock_makes_a_lane_take_nothing_from_itself(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    heard: list[str] = []
    may_end = asyncio.Event()

    async def speak(effect: Effect) -> Spoken:
        heard.append(effect.key)
        await may_end.wait()
        return Spoken()

    ask(bench, "ring")
    lane = loop_of(bench, speak)
    await lane.take()
    bench.clock.forward(hours=1)
    assert await lane.take() == 0
    may_end.set()
    await lane.finish()
    assert heard == ["ring"]
    assert outcomes(bench) == {"ring": "done"}
    assert "taken over" not in caplog.text


async def test_what_was_claimed_too_long_ago_is_put_back_unsaid(bench: Bench) -> None:
    said: list[str] = []

    async def speak(effect: Effect) -> Spoken:
        check_lease()
        said.append(effect.key)
        return Spoken()

    def take(work: Work) -> list[Effect]:
        return effects.claim(work.tx, Lane.CHAT, now=work.now, lease=LEASE, limit=9)

    ask(bench, "one")
    lane = loop_of(bench, speak)
    [old] = bench.do(take)
    bench.clock.forward(seconds=60)  # this process was frozen, or its machine suspended
    await lane.begin(old, speak)
    assert said == []
    assert outcomes(bench) == {"one": "due"}
    assert problem(bench, "one") == "put back: its lease ran out"
    [anew] = bench.do(take)
    assert (anew.attempts, anew.repeat) == (1, False)


async def test_a_lease_that_was_lengthened_is_still_held(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    may_go = asyncio.Event()
    seconds = [0.0]
    monkeypatch.setattr(hold, "elapsed", lambda: seconds[0])
    monkeypatch.setattr(lanes, "elapsed", lambda: seconds[0])

    async def speak(effect: Effect) -> Spoken:
        await may_go.wait()
        check_lease()
        said.append(effect.key)
        return Spoken()

    ask(bench, "renewed")
    lane = loop_of(bench, speak)
    await lane.take()
    seconds[0] = 7
    bench.clock.forward(seconds=7)
    await lane.renew()
    seconds[0] = 14
    may_go.set()
    await lane.finish()
    assert said == ["renewed"]


async def test_what_was_said_in_part_when_the_lease_ran_out_is_looked_for_first(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    seconds = [0.0]
    monkeypatch.setattr(hold, "elapsed", lambda: seconds[0])

    async def speak(effect: Effect) -> Spoken:
        check_lease()
        seconds[0] = 60
        check_lease()
        return Spoken()

    ask(bench, "two calls")
    lane = loop_of(bench, speak)
    await lane.take()
    await lane.finish()
    assert outcomes(bench) == {"two calls": "unknown"}


async def test_what_a_stop_cuts_short_may_be_taken_by_another_at_once(bench: Bench) -> None:
    async def hang(effect: Effect) -> Spoken:
        check_lease()
        await asyncio.Event().wait()
        return Spoken()

    def take_over(work: Work) -> list[Effect]:
        return effects.claim(work.tx, Lane.CHAT, now=work.now, lease=LEASE, limit=9)

    ask(bench, "one")
    lane = loop_of(bench, hang)
    await lane.take()
    await asyncio.sleep(0.05)
    assert bench.do(take_over) == []
    assert lane.abandon(unbegun=True) == []
    await bench.kit.do(outcome.release, lane.abandon())
    [taken] = bench.do(take_over)
    assert taken.repeat
    await lane.finish()


async def test_a_stop_waits_for_nothing_that_has_not_begun(bench: Bench) -> None:
    async def hang(effect: Effect) -> Spoken:
        await asyncio.Event().wait()  # its turn at Slack
        return Spoken()

    def take_over(work: Work) -> list[Effect]:
        return effects.claim(work.tx, Lane.CHAT, now=work.now, lease=LEASE, limit=9)

    ask(bench, "one")
    lane = loop_of(bench, hang)
    await lane.take()
    await bench.kit.do(outcome.release, lane.abandon(unbegun=True))
    await lane.finish()
    [taken] = bench.do(take_over)
    assert (taken.attempts, taken.repeat) == (1, False)


async def test_an_outcome_waits_for_a_database_that_is_away(sqlite_url: str) -> None:
    database = open_engine(sqlite_url)
    bench = open_bench(database, clock=SetClock())
    path = database.path
    assert path is not None
    kept, may_end = path.with_name("kept.db"), asyncio.Event()

    async def speak(effect: Effect) -> Spoken:
        await may_end.wait()
        return Spoken()

    ask(bench, "one")
    lane = loop_of(bench, speak)
    await lane.take()
    path.rename(kept)
    may_end.set()
    await asyncio.sleep(1.2)
    assert lane.busy == 1
    kept.rename(path)
    await lane.finish()
    assert outcomes(bench) == {"one": "done"}
    bench.kit.close()
    database.dispose()


async def test_a_ring_is_tried_on_and_people_are_told_once(bench: Bench) -> None:
    async def speak(effect: Effect) -> Spoken:
        raise PagingError("The provider is down.")

    ask(bench, "ring", lane=Lane.PAGE, kind="ring")
    lane = loop_of(bench, speak, lane=Lane.PAGE)
    tried = 0
    while tried < 20:
        bench.clock.forward(seconds=20)
        tried += await lane.take()
        await lane.finish()
    found = outcomes(bench)
    assert found.pop("ring") == "due"
    assert [key.partition(":")[0] for key in found] == ["alarm"]


async def test_a_refusal_for_good_is_parked_and_told(bench: Bench) -> None:
    async def speak(effect: Effect) -> Spoken:
        raise ChatError("is_archived", "The channel is archived.", permanent=True)

    ask(bench, "say:1")
    lane = loop_of(bench, speak, places=1)
    await lane.take()
    await lane.finish()
    assert outcomes(bench).pop("say:1") == "parked"
    assert len(outcomes(bench)) == 2


def beside(bench: Bench, speak: Speak, *, calm: bool = True) -> tuple[LaneLoop, LaneLoop]:
    """Two lanes that look for each other, and that no commit wakes."""
    chat, room = (
        LaneLoop(bench.kit, lane, claim=claim_due(lane), speak=speak, places=8)
        for lane in (Lane.CHAT, Lane.ROOM)
    )
    for each in (chat, room):
        each.stand_beside([chat, room], calm=lambda: calm)
    return chat, room


async def test_what_the_end_of_one_thing_brings_is_said_at_once(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []

    failed = list[object]()
    monkeypatch.setattr(outcome, "failed", lambda *told: failed.append(told))

    async def speak(effect: Effect) -> Spoken:
        said.append(effect.key)
        if effect.key != "channel":
            return Spoken()
        return Spoken(record=dress)

    def dress(work: Work) -> None:
        for key, lane in (("card", Lane.CHAT), ("topic", Lane.ROOM)):
            work.ask("say", key, lane=lane, facts={"v": 1})

    ask(bench, "channel", lane=Lane.ROOM)
    chat, room = beside(bench, speak)
    await room.take()
    assert await until_said(said, 3) < 0.5
    for each in (chat, room):
        await each.finish()
    assert said == ["channel", "card", "topic"]
    assert set(outcomes(bench).values()) == {"done"}
    assert failed == []


async def test_what_is_asked_for_anew_while_it_is_said_is_said_once_more(bench: Bench) -> None:
    said: list[str] = []

    async def speak(effect: Effect) -> Spoken:
        said.append(effect.key)
        if len(said) == 1:
            bench.do(lambda work: work.ask_again("say", "card", lane=Lane.CHAT, facts={"v": 1}))
        return Spoken()

    ask(bench, "card")
    chat, _ = beside(bench, speak)
    await chat.take()
    assert await until_said(said, 2) < 0.5


async def test_one_look_takes_what_stands_in_all_lanes_that_were_woken(bench: Bench) -> None:
    said: list[str] = []

    async def speak(effect: Effect) -> Spoken:
        said.append(effect.key)
        return Spoken()

    ask(bench, "card")
    ask(bench, "topic", lane=Lane.ROOM)
    chat, room = beside(bench, speak)
    room.wake(bench.clock())
    assert await chat.take() == 2
    assert room.next_due is None
    await until_said(said, 2)


async def test_a_lane_with_one_free_place_is_looked_for_as_well(bench: Bench) -> None:
    said = list[str]()

    async def speak(effect: Effect) -> Spoken:
        said.append(effect.key)
        return Spoken()

    ask(bench, "card")
    ask(bench, "topic", lane=Lane.ROOM)
    chat, room = beside(bench, speak)
    chat._places = room._places = 1
    room.wake(bench.clock())
    assert await chat.take() == 2
    await until_said(said, 2)


async def test_a_look_leaves_alone_what_stands_in_lanes_that_nobody_woke(bench: Bench) -> None:
    looks = list[str]()

    async def speak(effect: Effect) -> Spoken:
        return Spoken()

    chat, room = beside(bench, speak)
    for each in (chat, room):
        each._claim = counting(looks, each.lane)
    chat.wake(bench.clock())
    ask(bench, "card")
    ask(bench, "topic", lane=Lane.ROOM)
    assert await chat.take() == 1
    assert looks == [Lane.CHAT]
    await chat.finish()


def counting(looks: list[str], lane: Lane) -> Claim:
    claim = claim_due(lane)

    def counted(work: Work, places: int, here: Sequence[int]) -> Sequence[Effect]:
        looks.append(lane)
        return claim(work, places, here)

    return counted


@pytest.mark.parametrize(
    ("asked", "after", "woken"),
    [(1, 0, False), (2, 0, True), (3, 0, True), (1, 60, True)],
    ids=["taken", "as many as places", "some are left", "due later"],
)
def test_whoever_takes_wakes_nobody_but_for_what_may_be_left(
    bench: Bench, asked: int, after: float, woken: bool
) -> None:
    look = lanes._Look(lane=Lane.CHAT, claim=claim_due(Lane.CHAT), places=2, here=[])

    def flow(work: Work) -> bool:
        due = work.now + timedelta(seconds=after)
        for number in range(asked):
            work.ask("say", f"{number}", lane=Lane.CHAT, due=due, facts={"v": 1})
        lanes._take_all(work, [look])
        return Lane.CHAT in work.asked

    assert bench.do(flow) is woken


async def test_while_phones_are_rung_nothing_more_is_taken(bench: Bench) -> None:
    said: list[str] = []

    async def speak(effect: Effect) -> Spoken:
        said.append(effect.key)
        if effect.key != "channel":
            return Spoken()
        return Spoken(record=ask_card)

    def ask_card(work: Work) -> None:
        work.ask("say", "card", lane=Lane.CHAT, facts={"v": 1})

    ask(bench, "channel", lane=Lane.ROOM)
    chat, room = beside(bench, speak, calm=False)
    await room.take()
    await room.finish()
    assert said == ["channel"]
    assert await chat.take() == 1
    await until_said(said, 2)
