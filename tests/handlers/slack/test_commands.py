"""Slash commands through a real wire: an incident's whole life, and what people are told."""

import pytest

from storage.tables import audit, incidents, participants, timeline
from tests.handlers.slack.wire import Wire

pytestmark = pytest.mark.anyio


async def test_an_incident_lives_from_new_to_closed(wire: Wire) -> None:
    told = await wire.type("ana", "/inc new nightly-elt the load has stopped")
    assert "*INC-1* nightly-elt the load has stopped is open" in told
    assert "P1" in told
    assert "chi" in told, "out of hours the volunteers are rung, and the answer says who"
    assert "You have *INC-1*" in await wire.type("ben", "/inc ack INC-1")
    assert "Update on *INC-1*" in await wire.type("ben", "/inc update INC-1 restarted & watching")
    assert wire.incident().update_text == "restarted & watching"
    told = await wire.type("ben", "/inc mitigate inc-1")
    assert "resolved" in told
    assert "Root cause and follow-up are for Data Infrastructure" in told
    refused = await wire.type("ben", "/inc close #1")
    assert "still needs a root cause" in refused
    await wire.type("ben", "/inc rootcause INC-1 the disk was full")
    told = await wire.type("ben", "/inc followup INC-1 @data-infra alert at 80 %")
    assert "Data Infrastructure" in told
    assert "is closed" in await wire.type("ben", "/inc close INC-1")
    assert wire.incident().state == "closed"


async def test_in_an_incidents_channel_the_incident_is_understood(wire: Wire) -> None:
    await wire.type("ana", "/inc new orders fail")
    room = await wire.room(1)
    await wire.act("join", "ben", channel=room)
    assert "You have *INC-1*" in await wire.type("ben", "/inc ack", room)
    assert "On the timeline" in await wire.type("ben", "/inc note the vendor is called", room)
    panel = await wire.type("ben", "/inc", room)
    assert "Acknowledged" in panel
    assert "the vendor is called" in await wire.type("ben", "/inc timeline", room)


async def test_elsewhere_the_open_ones_are_offered(wire: Wire) -> None:
    await wire.type("ana", "/inc new orders fail")
    wire.bench.clock.forward(minutes=1)
    await wire.type("ana", "/inc new mails are late")
    assert "Which incident?" in await wire.type("ben", "/inc ack")
    offer = await wire.told("ben", "Which incident?")
    await wire.click("ben", offer, "run_command:2")
    await wire.told("ben", "You have *INC-2*")
    assert wire.incident(2).acknowledged_by == "ben@acme.test"
    assert wire.incident(1).acknowledged_by is None


async def test_an_unknown_word_gets_the_nearest_with_a_run_button(wire: Wire) -> None:
    await wire.type("ana", "/inc new orders fail")
    told = await wire.type("ben", "/inc resolvve INC-1")
    assert "Did you mean `/inc resolve`?" in told
    await wire.click("ben", await wire.told("ben", "Did you mean"), "run_command")
    await wire.soon(lambda: wire.incident().state == "resolved")


async def test_a_redelivered_command_has_one_effect(wire: Wire) -> None:
    body = {
        "command": "/inc",
        "text": "new orders fail",
        "user_id": wire.slack_id("ana"),
        "team_id": wire.workspace.state.team.id,
        "channel_id": "C1",
        "trigger_id": "123.456.abc",
    }
    first, second = await wire.dispatch(body), await wire.dispatch(body)
    assert "is open" in first
    assert "not done a second time" in second
    assert wire.count(incidents) == 1


async def test_a_guest_joins_and_notes_and_nothing_else(wire: Wire) -> None:
    await wire.type("ana", "/inc new orders fail")
    room = "#data-infra"
    assert "listed as helping" in await wire.type("gus", "/inc join INC-1", room)
    assert "On the timeline" in await wire.type("gus", "/inc note INC-1 saw it too", room)
    for line in ("ack", "resolve", "escalate INC-1 now", "new more trouble", "cancel INC-1 no"):
        word, _, rest = line.partition(" ")
        refused = await wire.type("gus", f"/inc {word} {rest or 'INC-1'}", room)
        assert "Guests can join an incident and add notes" in refused, line
    assert wire.incident().state == "triggered"
    with wire.bench.database.read.begin() as tx:
        refusals = [row for row in tx.execute(audit.select()) if row.refused]
    assert len(refusals) == 5


async def test_nobody_can_be_escalated_to_without_a_reason(wire: Wire) -> None:
    await wire.type("ana", "/inc new orders fail")
    assert await wire.type("ana", "/inc escalate INC-1") == ""
    view = await wire.view("ana")
    assert "first mia" in view["blocks"][0]["text"]["text"], "it shows who will ring"
    told = await wire.submit("ana", text="the vendor does not answer")
    assert told["ok"], told
    said = await wire.told("ana", "The managers are rung")
    assert "the vendor does not answer" in said.text


async def test_somebody_is_paged_by_mention_with_the_reason(wire: Wire) -> None:
    await wire.type("ana", "/inc new orders fail")
    told = await wire.type("ana", "/inc page INC-1 @mia please decide about the rollback")
    assert "mia" in told
    assert "please decide about the rollback" in told
    refused = await wire.type("ana", "/inc page INC-1 @ben come and help")
    assert "outside their working hours" in refused
    assert "managers: mia@acme.test" in refused, "the refusal says whom one may page"


async def test_text_of_a_command_becomes_no_mention(wire: Wire) -> None:
    told = await wire.type("ana", "/inc new <!channel> @here <https://evil.test|click> & more")
    assert "<!channel>" not in told
    assert "<https://evil.test" not in told
    assert wire.incident().title == "@channel @here click (https://evil.test) & more"


@pytest.mark.parametrize(
    "line",
    [
        "/inc help",
        "/inc list",
        "/inc status",
        "/oncall",
        "/oncall me",
        "/oncall next",
        "/oncall help",
        "/inc status nightly-elt",
    ],
)
async def test_looking_answers_at_once_and_changes_nothing(wire: Wire, line: str) -> None:
    before = wire.count(timeline), wire.count(audit)
    assert await wire.type("ana", line)
    assert (wire.count(timeline), wire.count(audit)) == before


async def test_oncall_says_who_until_when_and_the_managers(wire: Wire) -> None:
    told = await wire.type("ana", "/oncall")
    assert "*Out of hours*: chi" in told
    assert "until <!date^" in told
    assert "*Managers*: mia" in told


async def test_the_panel_offers_its_reader_what_is_still_of_use(wire: Wire) -> None:
    await wire.type("ana", "/inc new orders fail")
    room = await wire.room(1)
    for person in ("ben", "sean"):
        await wire.act("join", person, channel=room)
    await wire.type("ben", "/inc ack", room)

    async def offered(person: str) -> set[str]:
        await wire.type(person, "/inc", room)
        panel = await wire.told(person, "Acknowledged")
        return {
            each["text"]["text"]
            for block in panel.blocks or []
            if block["type"] == "actions"
            for each in block["elements"]
        }

    await wire.soon(lambda: wire.count(participants) >= 3)
    assert "Join" not in await offered("ben")
    assert "Still on it" in await offered("ben")
    assert "Still on it" not in await offered("sean")


async def test_a_page_that_would_bounce_back_is_refused_with_the_owners_reason(wire: Wire) -> None:
    await wire.type("chi", "/inc new nightly-elt the load has stopped")
    told = await wire.type("chi", "/inc page INC-1 ben@acme.test you wrote it")
    assert "nothing goes back to the owners of Nightly ELT" in told
    assert "You may page" in told
