"""Presses through a real wire: they answer at once, and only for those who may."""

import pytest

from app.chat import actions
from app.chat.blocks import button, compose
from app.demo.workspace.values import Message
from app.flows.hand_over import hand_over, plan_handover
from app.flows.take_step import take_step
from storage.tables import escalations, pages, participants, timeline
from tests.handlers.slack.wire import Wire

pytestmark = pytest.mark.anyio


async def a_post(wire: Wire, *pressed: tuple[str, str], channel: str = "#engineering") -> Message:
    """A message of ours with these buttons: (action, value)."""
    made = compose(["Something"], buttons=[button(each, each, value) for each, value in pressed])
    room = await wire.chat.channel_id(channel)
    posted = await wire.chat.post(room, made, key="test")
    return wire.workspace.state.channels[posted.channel].messages[posted.ts]


async def test_the_first_press_has_it_and_the_second_is_told_who(wire: Wire) -> None:
    await wire.type("ana", "/inc new orders fail")
    post = await a_post(wire, (actions.ACKNOWLEDGE, "1"))
    await wire.click("ben", post, actions.ACKNOWLEDGE)
    await wire.told("ben", "You have *INC-1*")
    await wire.click("ana", post, actions.ACKNOWLEDGE)
    await wire.told("ana", "ben has *INC-1*")
    assert wire.incident().acknowledged_by == "ben@acme.test"


async def test_join_lists_somebody_as_helping(wire: Wire) -> None:
    await wire.type("ana", "/inc new orders fail")
    post = await a_post(wire, (actions.JOIN, "1"), (actions.FOLLOW_QUIETLY, "1"))
    await wire.click("sean", post, actions.FOLLOW_QUIETLY)
    await wire.told("sean", "no channel yet")
    before = wire.count(participants)
    await wire.click("sean", post, actions.JOIN)
    await wire.told("sean", "You are listed as helping")
    assert wire.count(participants) == before + 1


async def test_only_whoever_is_rung_can_pass_a_page_on(wire: Wire) -> None:
    await wire.type("ana", "/inc new orders fail")
    with wire.bench.database.read.begin() as tx:
        escalation = tx.execute(escalations.select()).one()
    made = wire.bench.do(take_step, escalation.id, step=0)
    assert [page.person for page in made][:1] == ["chi@acme.test"]
    post = await a_post(wire, (actions.PASS_ON, f"1:{made[0].id}"))
    await wire.click("ana", post, actions.PASS_ON)
    await wire.told("ana", "only they can pass it on")
    await wire.click("chi", post, actions.PASS_ON)
    await wire.told("chi", "Passed on")
    with wire.bench.database.read.begin() as tx:
        states = {row.person: row.state for row in tx.execute(pages.select())}
    assert states["chi@acme.test"] == "passed"


async def test_not_actionable_acknowledges_and_says_so(wire: Wire) -> None:
    await wire.type("ana", "/inc new orders fail")
    post = await a_post(wire, (actions.NOT_ACTIONABLE, "1"))
    await wire.click("ben", post, actions.NOT_ACTIONABLE)
    await wire.told("ben", "review list")
    assert wire.incident().state == "acknowledged"


async def test_a_stranger_and_a_guest_change_nothing(wire: Wire) -> None:
    await wire.type("ana", "/inc new orders fail")
    await wire.act("invite", "mia", channel="#partner-co", invitee=wire.workspace.state.bot.id)
    shared = await a_post(wire, (actions.ACKNOWLEDGE, "1"), channel="#partner-co")
    await wire.click("omar", shared, actions.ACKNOWLEDGE)
    await wire.told("omar", "Only members of this workspace")
    inner = await a_post(wire, (actions.ACKNOWLEDGE, "1"), channel="#data-infra")
    await wire.click("gus", inner, actions.ACKNOWLEDGE)
    await wire.told("gus", "Guests can join")
    assert wire.incident().state == "triggered"


@pytest.mark.parametrize("value", ["", "x", "1:2:x", "9999999999999", "-1", "１"])
async def test_a_forged_value_is_refused_in_a_sentence(wire: Wire, value: str) -> None:
    await wire.type("ana", "/inc new orders fail")
    told = await wire.press("ben", actions.ACKNOWLEDGE, value)
    assert told == 200
    assert wire.incident().state == "triggered"


async def test_a_number_that_does_not_exist_is_refused(wire: Wire) -> None:
    post = await a_post(wire, (actions.RESOLVE, "77"))
    await wire.click("ben", post, actions.RESOLVE)
    await wire.told("ben", "There is no INC-77")


async def test_a_press_delivered_twice_has_one_effect(wire: Wire) -> None:
    await wire.type("ana", "/inc new orders fail")
    before = wire.count(timeline)
    for _ in range(2):
        await wire.press("ben", actions.JOIN, "1", trigger="7.7.same")
    assert wire.count(timeline) == before + 1


async def test_the_buttons_of_a_panel_do_what_they_say(wire: Wire) -> None:
    await wire.type("ana", "/inc new orders fail")
    room = await wire.room(1)
    await wire.act("join", "ben", channel=room)
    await wire.type("ben", "/inc", room)
    panel = await wire.told("ben", "INC-1")
    await wire.click("ben", panel, actions.ACKNOWLEDGE)
    await wire.told("ben", "You have *INC-1*")
    await wire.click("ben", panel, actions.RESOLVE)
    answer = await wire.told("ben", "is resolved")
    await wire.click("ben", answer, actions.ROOT_CAUSE)
    await wire.submit("ben", text="the disk was full")
    answer = await wire.told("ben", "Root cause of *INC-1*")
    await wire.click("ben", answer, actions.FOLLOW_UP)
    await wire.submit("ben", text="an alert at 80 %")
    answer = await wire.told("ben", "Nothing is missing any more")
    await wire.click("ben", answer, actions.CLOSE)
    await wire.told("ben", "is closed")
    assert wire.incident().state == "closed"


async def test_a_link_button_and_an_unknown_one_are_acknowledged(wire: Wire) -> None:
    post = await a_post(wire, (actions.OPEN_RUNBOOK, "1"), ("somebody_elses", "1"))
    await wire.click("ben", post, actions.OPEN_RUNBOOK)
    await wire.click("ben", post, "somebody_elses")


async def test_when_slack_opens_no_form_the_person_is_told_what_to_type(wire: Wire) -> None:
    await wire.type("ana", "/inc new orders fail")
    post = await a_post(wire, (actions.UPDATE, "1"))
    fault = f"{wire.workspace.url}/_workspace/faults/views.open"
    async with wire.hands.put(fault, json={"error": "expired_trigger_id"}) as answer:
        assert answer.status == 200
    await wire.click("ben", post, actions.UPDATE)
    said = await wire.told("ben", "could not be opened")
    assert "/inc help" in said.text


async def test_i_have_the_pager_is_the_incoming_persons_press(wire: Wire) -> None:
    boundary = wire.bench.do(plan_handover)
    wire.bench.clock.now = boundary
    made = wire.bench.do(hand_over, boundary)
    post = await a_post(wire, (actions.HAVE_THE_PAGER, str(made.id)))
    await wire.click("ben", post, actions.HAVE_THE_PAGER)
    await wire.told("ben", "the press is theirs")
    await wire.click("ana", post, actions.HAVE_THE_PAGER)
    await wire.told("ana", "You have the pager until")
    await wire.click("mia", post, actions.HAVE_THE_PAGER)
    await wire.told("mia", "Noted for ana")
