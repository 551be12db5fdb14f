"""Forms through a real wire: they open, explain, refuse at the right place, and answer."""

import pytest

from app.chat import actions
from storage.tables import contact_methods, incidents, timeline
from tests.handlers.slack.wire import Wire

pytestmark = pytest.mark.anyio


async def test_the_declare_form_explains_the_severity_as_it_is_filled_in(wire: Wire) -> None:
    assert await wire.type("ana", "/inc") == ""
    view = await wire.view("ana")
    assert "declared without a service" in str(view["blocks"])
    await wire.choose("ana", actions.PICK_SERVICE, "report-builder")
    view = await wire.soon_view("ana", "has no core SLA")
    assert "P2" in str(view["blocks"])
    await wire.choose("ana", actions.PICK_SERVICE, "nightly-elt")
    view = await wire.soon_view("ana", "may threaten")
    await wire.choose("ana", actions.PICK_SLA, "elt-fresh")
    await wire.soon_view("ana", "P1: threatens SLA")
    told = await wire.submit("ana", title="the load has stopped")
    assert told["ok"], told
    said = await wire.told("ana", "is open")
    assert "the load has stopped" in said.text
    found = wire.incident()
    assert (found.service, found.sla, found.severity) == ("nightly-elt", "elt-fresh", "P1")


async def test_a_blank_update_opens_a_form_with_the_last_text(wire: Wire) -> None:
    await wire.type("ana", "/inc new orders fail")
    await wire.type("ana", "/inc update INC-1 we look at the queue")
    await wire.type("ben", "/inc update INC-1")
    view = await wire.view("ben")
    assert view["blocks"][1]["element"]["initial_value"] == "we look at the queue"
    await wire.submit("ben", text="the queue is empty")
    await wire.told("ben", "Update on *INC-1*")
    assert wire.incident().update_text == "the queue is empty"


async def test_a_refusal_stands_at_the_field_and_the_form_stays(wire: Wire) -> None:
    await wire.type("ana", "/inc new orders fail")
    await wire.type("ben", "/inc update INC-1")
    await wire.type("ana", "/inc cancel INC-1 it was a test")
    told = await wire.submit("ben", text="still looking")
    assert told["response_action"] == "errors"
    assert "INC-1 is cancelled" in told["errors"]["text"]
    assert wire.incident().update_text is None


async def test_a_guest_cannot_send_a_form_that_a_member_opened(wire: Wire) -> None:
    """What a form carries is a hint: whoever sends it is asked for anew."""
    await wire.type("ana", "/inc new orders fail")
    await wire.type("ben", "/inc cancel INC-1")
    view = await wire.view("ben")
    refused = await wire.send_view("gus", view, text="a false alarm")
    assert "Guests can join" in refused["errors"]["text"]
    assert wire.incident().state == "triggered"


async def test_a_form_delivered_twice_has_one_effect(wire: Wire) -> None:
    await wire.type("ana", "/inc new orders fail")
    await wire.type("ben", "/inc note INC-1")
    view, before = await wire.view("ben"), wire.count(timeline)
    for _ in range(2):
        await wire.send_view("ben", view, trigger="8.8.same", text="I saw it at six")
    assert wire.count(timeline) == before + 1


async def test_i_know_something_becomes_a_note(wire: Wire) -> None:
    await wire.type("ana", "/inc new orders fail")
    room = await wire.room(1)
    await wire.act("join", "sean", channel=room)
    await wire.type("sean", "/inc", room)
    await wire.press("sean", actions.KNOW_SOMETHING, "1", trigger=await wire.trigger("sean"))
    told = await wire.submit("sean", text="a release went out at five")
    assert told["ok"], told
    with wire.bench.database.read.begin() as tx:
        notes = [row.facts["text"] for row in tx.execute(timeline.select()) if row.kind == "note"]
    assert notes == ["a release went out at five"]


async def test_the_follow_up_form_takes_none_because(wire: Wire) -> None:
    await wire.type("ana", "/inc new orders fail")
    await wire.type("ana", "/inc resolve INC-1")
    await wire.type("ana", "/inc followup INC-1")
    nothing = {"type": "radio_buttons", "selected_option": {"value": "none"}}
    await wire.submit("ana", text="it was a drill", kind={"value": nothing})
    await wire.told("ana", "has no follow-up, because")


async def test_declare_from_a_message_takes_its_text_along(wire: Wire) -> None:
    said = await wire.act("message", "sean", channel="#engineering", text="Checkout <is> slow")
    await wire.act(
        "shortcut",
        "sean",
        callback_id=actions.DECLARE_FROM_MESSAGE,
        channel="#engineering",
        ts=said["ts"],
    )
    view = await wire.view("sean")
    assert view["blocks"][0]["element"]["initial_value"] == "Checkout <is> slow"
    await wire.submit("sean", title="Checkout is slow")
    await wire.told("sean", "is open")


async def test_the_global_shortcut_answers_in_the_form_where_no_message_can_be_sent(
    wire: Wire,
) -> None:
    await wire.act("shortcut", "sean", callback_id=actions.DECLARE_SHORTCUT)
    told = await wire.submit("sean", title="Checkout is slow")
    assert told["response_action"] == "update"
    assert "is open" in str((await wire.view("sean"))["blocks"])
    assert wire.count(incidents) == 1


async def test_a_message_is_added_to_the_incident_somebody_picks(wire: Wire) -> None:
    await wire.type("ana", "/inc new orders fail")
    said = await wire.act("message", "sean", channel="#engineering", text="since 9:04")
    await wire.act(
        "shortcut",
        "sean",
        callback_id=actions.ADD_TO_INCIDENT,
        channel="#engineering",
        ts=said["ts"],
    )
    told = await wire.submit("sean")
    assert told["ok"], told
    await wire.told("sean", "since 9:04")


async def test_a_contact_method_is_added_and_proved_in_one_private_form(wire: Wire) -> None:
    await wire.type("ana", "/oncall contact")
    await wire.press_in_view("ana", actions.ADD_CONTACT)
    await wire.soon_view("ana", "Its address")
    told = await wire.submit("ana", address="carrier-pigeon://loft")
    assert "ntfys://" in told["errors"]["address"]
    told = await wire.submit("ana", address="ntfys://ntfy.sh/ana-phone")
    assert told["response_action"] == "update"
    view = await wire.soon_view("ana", "six-digit code")
    assert "ana-phone" not in str(view), "an address is never sent back"
    told = await wire.submit("ana", code="000000")
    assert "not the code" in told["errors"]["code"]
    with wire.bench.database.read.begin() as tx:
        row = tx.execute(contact_methods.select()).one()
    assert row.person == "ana@acme.test"
    assert row.verified_at is None
    assert b"ana-phone" not in row.target


async def test_a_private_address_cannot_be_added_in_slack(wire: Wire) -> None:
    await wire.type("ana", "/oncall contact")
    await wire.press_in_view("ana", actions.ADD_CONTACT)
    await wire.soon_view("ana", "Its address")
    told = await wire.submit("ana", address="ntfys://127.0.0.1/topic")
    assert told["response_action"] == "errors"
    assert wire.count(contact_methods) == 0


async def test_a_test_page_without_a_verified_method_says_what_to_do(wire: Wire) -> None:
    assert "/oncall contact" in await wire.type("ana", "/oncall test")
