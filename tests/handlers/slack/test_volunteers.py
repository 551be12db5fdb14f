"""Volunteering through a real wire: what it would mean, the press, what cannot be read."""

from datetime import UTC, datetime, timedelta

import pytest

from app.chat import actions
from app.delivery.posts import Posts
from app.demo.workspace.values import Message
from app.flows.watch_pool import watch_pool
from storage import effects
from storage.effects import Lane
from storage.tables import shadows, tours
from tests.handlers.slack.wire import Wire

pytestmark = pytest.mark.anyio
FRIDAY = datetime(2026, 11, 27, 18, tzinfo=UTC)
"""Ana's week begins; the bench stands at Monday 22:00 before it, when Chi serves."""
WEEK = timedelta(weeks=1)


def serve(wire: Wire, weeks: int = 6) -> list[str]:
    def look(work: object) -> list[str]:
        shifts = work.schedule.shifts("volunteers", FRIDAY, FRIDAY + weeks * WEEK)  # type: ignore[attr-defined]
        return [str(each.person) for each in shifts]

    return list(wire.bench.do(look))


async def test_somebody_volunteers_and_is_on_the_rota(wire: Wire) -> None:
    told = await wire.type("ben", "/oncall volunteer")
    assert told.startswith("*Volunteer for the out-of-hours rota?*\nA tour of 26 weeks, from ")
    assert "3 volunteers, each with a shift every 3 weeks" in told
    assert "Nothing can wake you yet" in told
    assert "Nothing is changed until you press." in told
    assert wire.count(tours) == 0
    trigger = await wire.trigger("ben")
    await wire.press("ben", actions.JOIN_AND_SHADOW, "2026-11-27 26", trigger=trigger)
    await wire.soon(lambda: "ben@acme.test" in serve(wire))
    await wire.press("ben", actions.JOIN_ROTA, "2026-11-27 26")
    assert wire.count(tours) == wire.count(shadows) == 1


async def test_a_tour_is_wished_for_in_words(wire: Wire) -> None:
    told = await wire.type("ben", "/oncall volunteer 13 weeks from 2026-12-18")
    assert "A tour of 13 weeks" in told
    same = await wire.type("ben", "/oncall volunteer from 2026-12-18 weeks 13")
    assert same == told


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("from tomorrow", "“tomorrow” is no date. Write it as 2026-12-04"),
        ("from 2026-02-30", "“2026-02-30” is no date"),
        ("from 2026-11-01", "2026-11-01 has passed"),
        ("weeks many", "“many” is no number of weeks"),
        ("weeks 0", "1 to 52 weeks"),
        ("gladly", "I do not understand “gladly” here"),
        ("in dublin", "no offices"),
    ],
)
async def test_what_cannot_be_read_is_said(wire: Wire, words: str, sentence: str) -> None:
    told = await wire.type("ben", f"/oncall volunteer {words}")
    assert sentence in told
    assert "Nothing was changed." in told
    assert wire.count(tours) == 0


@pytest.mark.parametrize("value", ["", "gestern 26", "2026-11-27 many", "1:2"])
async def test_a_press_of_another_making_changes_nothing(wire: Wire, value: str) -> None:
    await wire.press("ben", actions.JOIN_ROTA, value, trigger=await wire.trigger("ben"))
    assert "older message" in str(await wire.view("ben"))
    assert wire.count(tours) == 0


async def test_somebody_looks_at_their_tour_and_extends_it(wire: Wire) -> None:
    told = await wire.type("chi", "/oncall tour")
    assert told.startswith("*Your tour on the out-of-hours rota*: ")
    assert "Now there are 2 volunteers, each with a shift every 2 weeks." in told
    assert told.count("•") == 8
    await wire.press("chi", actions.EXTEND_TOUR, "2027-03-05")
    assert wire.count(tours) == 1
    assert "*The next one*" in await wire.type("chi", "/oncall tour")


async def test_who_has_no_tour_is_offered_one(wire: Wire) -> None:
    assert "You have no tour on the out-of-hours rota" in await wire.type("ben", "/oncall tour")
    await wire.press("ben", actions.ASK_TO_VOLUNTEER, "", trigger=await wire.trigger("ben"))
    assert "Volunteer for the out-of-hours rota?" in str(await wire.view("ben"))


async def test_somebody_leaves_after_seeing_what_it_does(wire: Wire) -> None:
    told = await wire.type("chi", "/oncall leave")
    assert told.startswith("*Leave the out-of-hours rota?*\nThe shift that runs stays yours until")
    assert "goes to ana" in told
    assert "No reason is asked for" in told
    assert wire.count(tours) == 0
    await wire.press("chi", actions.LEAVE_ROTA, "chi@acme.test")
    await wire.soon(lambda: set(serve(wire)) == {"ana@acme.test"})


async def test_a_manager_ends_somebodys_tour(wire: Wire) -> None:
    told = await wire.type("mia", "/oncall leave @chi")
    assert told.startswith("*End chi's tour on the out-of-hours rota?*")
    await wire.press("mia", actions.LEAVE_ROTA, "chi@acme.test")
    await wire.soon(lambda: set(serve(wire)) == {"ana@acme.test"})


async def test_nobody_ends_another_ones_tour(wire: Wire) -> None:
    assert "Only chi@acme.test or a manager" in await wire.type("ben", "/oncall leave @chi")
    await wire.press("ben", actions.LEAVE_ROTA, "chi@acme.test")
    await wire.press("chi", actions.EXTEND_TOUR, "soon", trigger=await wire.trigger("chi"))
    assert wire.count(tours) == 0


async def test_a_manager_invites_and_the_person_accepts(wire: Wire) -> None:
    told = await wire.type("mia", "/oncall volunteer @ben weeks 13")
    assert told.startswith("ben is invited, in private.")
    assert "ben was invited" in await wire.type("mia", "/oncall volunteer ben@acme.test")
    assert "ben@acme.test" not in serve(wire)
    await wire.press("mia", actions.ACCEPT_TOUR, "1", trigger=await wire.trigger("mia"))
    assert "not yours to answer" in str(await wire.view("mia"))
    await wire.press("ben", actions.ACCEPT_TOUR, "1")
    await wire.soon(lambda: "ben@acme.test" in serve(wire))


async def test_no_thanks_is_answered_in_private(wire: Wire) -> None:
    await wire.type("mia", "/oncall volunteer @ben")
    await wire.press("ben", actions.DECLINE_TOUR, "1", trigger=await wire.trigger("ben"))
    assert "Nobody is told" in str(await wire.view("ben"))
    assert "has not answered yet" in await wire.type("mia", "/oncall volunteer @ben")


async def test_who_names_themselves_volunteers(wire: Wire) -> None:
    assert "Volunteer for the out-of-hours rota?" in await wire.type(
        "ben", "/oncall volunteer @ben"
    )


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("@nobody-of-ours", "I know nobody called “nobody-of-ours”"),
        ("nobody@acme.test", "I know nobody called “nobody@acme.test”"),
        ("@ben gladly", "I do not understand “gladly”"),
    ],
)
async def test_whom_nobody_knows_is_not_invited(wire: Wire, line: str, sentence: str) -> None:
    assert sentence in await wire.type("mia", f"/oncall volunteer {line}")
    assert wire.count(tours) == 0


async def test_only_a_manager_invites(wire: Wire) -> None:
    assert "Only a manager invites" in await wire.type("ana", "/oncall volunteer @ben")
    assert wire.count(tours) == 0


async def speak(wire: Wire) -> None:
    """Whatever is due is said in Slack, as delivery says it."""
    posts, lease = Posts(wire.bench.kit, wire.chat), timedelta(minutes=1)
    due = wire.bench.do(
        lambda work: effects.claim(work.tx, Lane.CHAT, now=work.now, lease=lease, limit=20)
    )
    for effect in due:
        spoken = await posts.speak(effect)
        if spoken.record is not None:
            wire.bench.do(spoken.record)


def stands(wire: Wire, part: str, channel: str) -> Message:
    """The newest message of a channel that says so; of a direct one, by whom it is with."""
    found = [
        message
        for each in wire.workspace.state.channels.values()
        if channel in (each.name, *each.members)
        for message in each.messages.values()
        if part in message.text
    ]
    assert found, f"nothing in {channel} says {part}"
    return found[-1]


async def test_the_call_for_volunteers_is_answered_by_its_button(wire: Wire) -> None:
    wire.bench.do(watch_pool)
    await speak(wire)
    post = stands(wire, "needs volunteers", "engineering")
    await wire.click("ben", post, actions.ASK_TO_VOLUNTEER)
    await wire.told("ben", "Volunteer for the out-of-hours rota?")


async def test_an_invitation_is_a_letter_and_accept_stands_in_it(wire: Wire) -> None:
    await wire.type("mia", "/oncall volunteer @ben")
    await speak(wire)
    letter = stands(wire, "asks whether you would volunteer", wire.slack_id("ben"))
    await wire.click("ben", letter, actions.ACCEPT_TOUR)
    await wire.told("ben", "you are a volunteer on the out-of-hours rota")
    assert "ben@acme.test" in serve(wire)


async def test_who_looks_on_stands_beside_who_serves(wire: Wire) -> None:
    assert "looking on" not in await wire.type("ana", "/oncall")
    await wire.press("ben", actions.JOIN_AND_SHADOW, "2026-11-27 26")
    await wire.soon(lambda: wire.count(shadows))
    told = await wire.type("ana", "/oncall")
    assert "*Out of hours*: chi until" in told
    assert " · looking on: ben" in told
    assert "You look on, without being rung" in await wire.type("ben", "/oncall tour")
