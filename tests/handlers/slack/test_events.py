"""What people do without a command: their messages, pins and joins count."""

from typing import Any

import pytest

from app.flows.take_step import take_step
from storage.tables import effects, escalations, participants, timeline
from tests.handlers.slack.wire import Wire

pytestmark = pytest.mark.anyio


def notes(wire: Wire) -> list[str]:
    with wire.bench.database.read.begin() as tx:
        return [row.facts["text"] for row in tx.execute(timeline.select()) if row.kind == "note"]


def inside(wire: Wire) -> set[str]:
    with wire.bench.database.read.begin() as tx:
        return {row.person for row in tx.execute(participants.select())}


async def a_room(wire: Wire, *people: str) -> str:
    await wire.type("ana", "/inc new orders fail")
    room = await wire.room(1)
    for person in people:
        await wire.act("join", person, channel=room)
    return room


async def test_a_message_of_whoever_has_it_is_progress(wire: Wire) -> None:
    room = await a_room(wire, "ben", "sean")
    await wire.type("ben", "/inc ack INC-1")
    first = wire.incident().progress_at
    wire.bench.clock.forward(minutes=20)
    await wire.act("message", "sean", channel=room, text="anything new?")
    await wire.act("message", "ben", channel=room, text="still reading logs")
    await wire.soon(lambda: wire.incident().progress_at > first)
    assert wire.incident().progress_at == wire.bench.clock()


async def test_messages_of_others_and_elsewhere_are_no_progress(wire: Wire) -> None:
    room = await a_room(wire, "ben", "sean")
    await wire.type("ben", "/inc ack INC-1")
    first = wire.incident().progress_at
    wire.bench.clock.forward(minutes=20)
    await wire.act("message", "sean", channel=room, text="anything new?")
    await wire.act("message", "ben", channel="#general", text="lunch?")
    await wire.quiet()
    assert wire.incident().progress_at == first


async def test_a_pinned_message_goes_on_the_timeline_with_its_author(wire: Wire) -> None:
    room = await a_room(wire, "ben", "sean")
    said = await wire.act("message", "sean", channel=room, text="it began at <9:04>")
    await wire.act("pin", "ben", channel=room, ts=said["ts"])
    await wire.soon(lambda: notes(wire))
    assert len(notes(wire)) == 1
    assert "it began at" in notes(wire)[0]
    assert "sean" in notes(wire)[0]


async def test_our_own_pins_and_posts_are_not_notes(wire: Wire) -> None:
    room = await a_room(wire, "ben")
    from_us = await wire.our_post(room)
    await wire.chat.pin(from_us)
    await wire.act("pin", "ben", channel=room, ts=from_us.ts)
    await wire.quiet()
    assert notes(wire) == []


async def test_who_joins_the_channel_is_in_it_and_who_was_invited_by_us_is_not_yet(
    wire: Wire,
) -> None:
    room = await a_room(wire, "sean")
    await wire.soon(lambda: "sean@acme.test" in inside(wire))
    await wire.chat.invite(room, [wire.slack_id("mia")])
    await wire.quiet()
    assert "mia@acme.test" not in inside(wire)


async def test_an_event_delivered_twice_has_one_effect(wire: Wire) -> None:
    room = await a_room(wire, "ben")
    message: dict[str, Any] = {"user": wire.slack_id("sean"), "text": "a fact", "ts": "1.2"}
    event = {
        "type": "pin_added",
        "user": wire.slack_id("ben"),
        "channel_id": room,
        "item": {"type": "message", "channel": room, "message": message},
    }
    outer = {"type": "event_callback", "event_id": "Ev77", "team_id": "T1", "event": event}
    for _ in range(3):
        await wire.dispatch(outer)
    assert len(notes(wire)) == 1


async def test_somebody_new_is_looked_up_and_a_stranger_to_us_is_asked_to_wait(
    wire: Wire,
) -> None:
    body = {
        "command": "/inc",
        "text": "new x",
        "user_id": "U0NEW",
        "team_id": wire.workspace.state.team.id,
        "channel_id": "C1",
        "trigger_id": "1.1.1",
    }
    assert "I am looking it up" in await wire.dispatch(body)

    def asked() -> bool:
        with wire.bench.database.read.begin() as tx:
            keys = [row.key for row in tx.execute(effects.select())]
        return "directory:U0NEW" in keys

    await wire.soon(asked)


async def test_a_changed_account_is_read_anew(wire: Wire) -> None:
    await wire.act("deactivate", "sean")

    def asked() -> bool:
        with wire.bench.database.read.begin() as tx:
            keys = [row.key for row in tx.execute(effects.select())]
        return any(key.startswith("directory:") for key in keys)

    await wire.soon(asked)


async def test_home_shows_what_is_mine_and_refreshes(wire: Wire) -> None:
    await wire.type("sean", "/inc new orders fail")
    await wire.act("home", "sean", tab="home")
    homes = wire.workspace.state.homes
    home = str(await wire.soon(lambda: homes.get(wire.slack_id("sean"))))
    assert "You are not on call" in home
    assert "INC-1" in home
    assert "Nothing here can wake you" in home
    await wire.act("home", "chi", tab="home")
    home = str(await wire.soon(lambda: homes.get(wire.slack_id("chi"))))
    assert "You are on call" in home


async def test_a_home_button_opens_the_declare_form(wire: Wire) -> None:
    await wire.act("home", "ana", tab="home")
    homes = wire.workspace.state.homes
    home = await wire.soon(lambda: homes.get(wire.slack_id("ana")))
    told = await wire.act("click", "ana", view_id=home["id"], action_id="declare")
    assert told["ok"], told
    assert (await wire.view("ana"))["callback_id"] == "declare_form"


async def test_a_home_button_answers_in_a_small_form(wire: Wire) -> None:
    await wire.act("home", "ana", tab="home")
    homes = wire.workspace.state.homes
    home = await wire.soon(lambda: homes.get(wire.slack_id("ana")))
    await wire.act("click", "ana", view_id=home["id"], action_id="test_pager")
    await wire.soon_view("ana", "no verified contact method")


async def test_a_call_by_name_gets_a_short_help_that_only_the_caller_sees(wire: Wire) -> None:
    bot = wire.workspace.state.bot.name
    await wire.act("message", "ana", channel="#engineering", text=f"@{bot} hello?")
    said = await wire.told("ana", "/oncall")
    assert "/inc help" in said.text


async def test_whoever_writes_to_the_bot_itself_is_told_how_to_be_heard(wire: Wire) -> None:
    made = await wire.act("open", "ana", users=[wire.workspace.state.bot.id])
    await wire.act("message", "ana", channel=made["channel"], text="the load has stopped!")
    assert "/inc new" in (await wire.told("ana", "/oncall")).text


async def test_home_shows_what_rings_for_me_until_it_is_answered(wire: Wire) -> None:
    await wire.type("ana", "/inc new orders fail")
    with wire.bench.database.read.begin() as tx:
        escalation = tx.execute(escalations.select()).one()
    first = wire.bench.do(take_step, escalation.id, step=0)
    rung = next(page for page in first if page.person == "mia@acme.test")
    homes, mia = wire.workspace.state.homes, wire.slack_id("mia")
    await wire.act("home", "mia", tab="home")
    home = await wire.soon(lambda: homes.get(mia))
    assert "You are being rung" in str(home)
    assert "INC-1" in str(home)
    told = await wire.act(
        "click", "mia", view_id=home["id"], action_id="acknowledge", value=f"1:{rung.id}"
    )
    assert told["ok"], told
    await wire.soon(lambda: wire.incident().acknowledged_by == "mia@acme.test")
    await wire.soon(lambda: "You are being rung" not in str(homes[mia]))
