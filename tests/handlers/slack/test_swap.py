"""Swaps through a real wire: the form asks, the other accepts, one of them wants it undone."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.chat import actions
from app.flows.admit import Operator, SlackCaller
from app.flows.contact import add_contact
from app.paging.seal import Seal
from app.paging.targets import read_target
from app.rules.ladder import Method
from handlers.slack.home import home_of
from storage.tables import swaps
from tests.handlers.slack.wire import KEY, Wire

pytestmark = pytest.mark.anyio
FRIDAY = datetime(2026, 11, 27, 18, tzinfo=UTC)
"""Ana's week begins; the bench stands at Monday 22:00 before it. Chi has the week after it."""
WEEK = timedelta(weeks=1)


@pytest.fixture(autouse=True)
def with_phones(wire: Wire) -> None:
    target = read_target(Method.PUSH, "ntfys://ntfy.example.com/someones", trusted=True)
    for name in ("ana", "chi"):
        wire.bench.do(
            add_contact, f"{name}@acme.test", method=Method.PUSH, target=target, seal=Seal(KEY),
            by=Operator(),
        )  # fmt: skip


def serves(wire: Wire, at: datetime) -> str:
    return str(wire.bench.do(lambda work: work.schedule.on_duty("volunteers", at).person))


def pick(view: dict[str, Any], block: str, *parts: str) -> dict[str, Any]:
    """The first option of a block that says all of this."""
    [asked] = [each for each in view["blocks"] if each.get("block_id") == block]
    found = next(
        each
        for each in asked["element"]["options"]
        if all(part in each["text"]["text"] for part in parts)
    )
    return {"value": {"type": "static_select", "selected_option": found}}


async def test_two_swap_and_go_back(wire: Wire) -> None:
    assert await wire.type("ana", "/oncall swap @chi a wedding") == ""
    view = await wire.view("ana")
    assert view["title"]["text"] == "Swap shifts"
    mine = pick(view, "mine", "27 Nov 18:00", "Out of hours")
    theirs = pick(view, "theirs", "chi · Fri 04 Dec 18:00")
    told = await wire.submit("ana", mine=mine, theirs=theirs, why="a wedding")
    assert told["ok"], told
    await wire.told("ana", "Asked chi, in private")
    assert serves(wire, FRIDAY) == "ana@acme.test"
    await wire.press("chi", actions.ACCEPT_SWAP, "1")
    await wire.soon(lambda: serves(wire, FRIDAY) == "chi@acme.test")
    assert serves(wire, FRIDAY + WEEK) == "ana@acme.test"
    await wire.press("ana", actions.UNDO_SWAP, "1")
    await wire.press("chi", actions.UNDO_SWAP, "1")
    await wire.soon(lambda: serves(wire, FRIDAY) == "ana@acme.test")


async def test_the_cover_form_leads_to_it(wire: Wire) -> None:
    await wire.type("ana", "/oncall cover me")
    view = await wire.view("ana")
    told = await wire.act("click", "ana", view_id=view["id"], action_id=actions.SWAP_INSTEAD)
    assert told["ok"], told
    form = await wire.soon_view("ana", "Which shift do you give?")
    assert form["callback_id"] == actions.SWAP_FORM


async def test_the_answers_of_the_other_and_of_whoever_asked(wire: Wire) -> None:
    await wire.type("ana", "/oncall swap with @chi")
    view = await wire.view("ana")
    picked: dict[str, Any] = {
        "mine": pick(view, "mine", "27 Nov 18:00", "Out of hours"),
        "theirs": pick(view, "theirs", "Fri 04 Dec"),
    }
    await wire.send_view("ana", view, **picked)
    again = await wire.send_view("ana", view, **picked)
    assert "proposed already" in str(again)
    await wire.press("ben", actions.ACCEPT_SWAP, "1", trigger=await wire.trigger("ben"))
    await wire.soon_view("ben", "Only chi@acme.test or a manager")
    await wire.press("ana", actions.WITHDRAW_SWAP, "1", trigger=await wire.trigger("ana"))
    await wire.soon_view("ana", "Withdrawn")
    await wire.press("chi", actions.DECLINE_SWAP, "1", trigger=await wire.trigger("chi"))
    await wire.soon_view("chi", "is over")
    assert wire.count(swaps) == 1


async def test_shifts_of_two_rotas_are_not_swapped(wire: Wire) -> None:
    await wire.type("ana", "/oncall swap")
    view = await wire.view("ana")
    mine = pick(view, "mine", "Out of hours")
    theirs = pick(view, "theirs", "Data Infrastructure")
    told = await wire.send_view("ana", view, mine=mine, theirs=theirs)
    assert "different rotas" in str(told)


async def test_a_forged_shift_is_a_sentence(wire: Wire) -> None:
    await wire.type("ana", "/oncall swap")
    view = await wire.view("ana")
    mine = pick(view, "mine", "Out of hours")
    for value in ("", "1:0:volunteers", f"{10**18}:0:volunteers", "1:99999999999:ghosts"):
        forged = {"text": {"type": "plain_text", "text": "x"}, "value": value}
        theirs = {"value": {"type": "static_select", "selected_option": forged}}
        told = await wire.send_view("ana", view, mine=mine, theirs=theirs)
        assert told["response_action"] == "errors", told
    assert wire.count(swaps) == 0


async def test_a_manager_proposes_for_somebody(wire: Wire) -> None:
    await wire.type("mia", "/oncall swap for @ana with @chi")
    view = await wire.view("mia")
    told = await wire.submit(
        "mia",
        mine=pick(view, "mine", "27 Nov 18:00", "Out of hours"),
        theirs=pick(view, "theirs", "Fri 04 Dec"),
    )
    assert told["ok"], told
    await wire.told("mia", "Asked chi, in private")
    await wire.type("ben", "/oncall swap for @ana with @chi")
    view = await wire.view("ben")
    told = await wire.send_view(
        "ben",
        view,
        mine=pick(view, "mine", "11 Dec", "Out of hours"),
        theirs=pick(view, "theirs", "18 Dec"),
    )
    assert "Only ana@acme.test or a manager" in str(told)


async def test_who_has_no_shift_is_told_so(wire: Wire) -> None:
    assert "You have no whole shift" in await wire.type("sean", "/oncall swap")
    assert "noor@acme.test has no whole shift on the same rota" in await wire.type(
        "ana", "/oncall swap @noor"
    )


async def test_a_proposal_stands_on_the_home_of_whoever_is_asked(wire: Wire) -> None:
    await wire.type("ana", "/oncall swap @chi")
    view = await wire.view("ana")
    await wire.send_view(
        "ana",
        view,
        mine=pick(view, "mine", "27 Nov 18:00", "Out of hours"),
        theirs=pick(view, "theirs", "Fri 04 Dec"),
    )

    def home(user: str) -> str:
        return str(wire.bench.do(home_of, SlackCaller(slack_id=wire.slack_id(user), team="T1")))

    assert actions.ACCEPT_SWAP in home("chi")
    assert actions.ACCEPT_SWAP not in home("ana")
    await wire.press("chi", actions.DECLINE_SWAP, "1")
    await wire.soon(lambda: actions.ACCEPT_SWAP not in home("chi"))
