"""People's hands: what they can do, what they cannot, and what the app hears of it."""

from typing import Any

import pytest

from app.demo.workspace import Workspace
from tests.demo.workspace.conftest import Hands, Slack, channel_id, user_id

pytestmark = pytest.mark.anyio
Json = dict[str, Any]
HERE = {"user": "ana", "channel": "#engineering"}


@pytest.fixture
def heard(workspace: Workspace) -> list[Json]:
    """Every event the workspace hands to the app."""
    events: list[Json] = []
    workspace.world.send_event = lambda event, shared: events.append(event | {"shared": shared})
    return events


def kinds(heard: list[Json]) -> list[str]:
    return [event.get("subtype") or event["type"] for event in heard]


async def test_typed_names_become_ids_and_the_rest_is_escaped(
    hands: Hands, heard: list[Json]
) -> None:
    await hands.act("message", **HERE, text="@ben see #random & <b> https://x.test/?a=1&b=2")
    ben, random = user_id(hands.workspace, "ben"), channel_id(hands.workspace, "#random")
    assert heard[0]["text"] == (
        f"<@{ben}> see <#{random}|random> &amp; &lt;b&gt; <https://x.test/?a=1&amp;b=2>"
    )


async def test_the_app_hears_only_of_channels_it_is_in(hands: Hands, heard: list[Json]) -> None:
    await hands.act("message", user="ana", channel="#random", text="<@U07APPLOCAL> hello")
    assert heard == []
    await hands.act("message", **HERE, text="<@U07APPLOCAL> hello")
    assert kinds(heard) == ["message", "app_mention"]


async def test_events_the_manifest_does_not_ask_for_are_not_sent(hands: Hands) -> None:
    manifest = {"settings": {"event_subscriptions": {"bot_events": ["reaction_added"]}}}
    async with Workspace.running(manifest=manifest) as workspace:
        events: list[Json] = []
        workspace.world.send_event = lambda event, shared: events.append(event)
        others = Hands(hands.session, workspace)
        ts = (await others.act("message", **HERE, text="x"))["ts"]
        await others.act("react", **HERE, ts=ts, name="eyes")
    assert kinds(events) == ["reaction_added"]


async def test_edits_deletes_reactions_and_pins_are_heard(hands: Hands, heard: list[Json]) -> None:
    ts = (await hands.act("message", **HERE, text="One"))["ts"]
    on = {**HERE, "ts": ts}
    await hands.act("edit", **on, text="Two")
    await hands.act("react", **on, name="pushpin")
    await hands.act("unreact", **on, name="pushpin")
    await hands.act("pin", **on)
    await hands.act("unpin", **on)
    await hands.act("delete", **on)
    assert kinds(heard) == [
        "message",
        "message_changed",
        "reaction_added",
        "reaction_removed",
        "pin_added",
        "pin_removed",
        "message_deleted",
    ]
    changed, deleted = heard[1], heard[-1]
    assert changed["message"]["text"] == "Two"
    assert changed["previous_message"]["text"] == "One"
    assert (deleted["deleted_ts"], deleted["hidden"]) == (ts, True)


async def test_joining_leaving_and_inviting_are_heard(hands: Hands, heard: list[Json]) -> None:
    where = {"channel": "#engineering"}
    await hands.act("join", user="lena", **where)
    await hands.act("leave", user="lena", **where)
    await hands.act("invite", user="ana", **where, invitee="yuki")
    assert kinds(heard) == [
        "channel_join",
        "member_joined_channel",
        "channel_leave",
        "member_left_channel",
        "channel_join",
        "member_joined_channel",
    ]
    assert heard[-1]["inviter"] == user_id(hands.workspace, "ana")


async def test_the_app_hears_that_it_was_invited(hands: Hands, heard: list[Json]) -> None:
    await hands.act("invite", user="ana", channel="#random", invitee="test-app")
    assert "member_joined_channel" in kinds(heard)


async def test_new_channels_are_heard_of_when_public(hands: Hands, heard: list[Json]) -> None:
    await hands.act("create_channel", user="ana", name="#open-one")
    await hands.act("create_channel", user="ana", name="closed-one", is_private=True)
    await hands.act("archive", user="ana", channel="#open-one")
    assert kinds(heard) == ["channel_created", "channel_archive"]


async def test_a_direct_message_to_the_app_is_heard(hands: Hands, heard: list[Json]) -> None:
    room = (await hands.act("open", user="ana", users=["test-app"]))["channel"]
    await hands.act("message", user="ana", channel=room, text="Hello")
    assert heard[0]["channel_type"] == "im"
    quiet = (await hands.act("open", user="ana", users=["ben"]))["channel"]
    await hands.act("message", user="ana", channel=quiet, text="Between us")
    assert len(heard) == 1


async def test_a_shared_channel_is_said_to_be_shared(
    hands: Hands, slack: Slack, heard: list[Json]
) -> None:
    room = channel_id(hands.workspace, "#partner-co")
    await slack.call("conversations.join", channel=room)
    await hands.act("message", user="omar", channel=room, text="From outside")
    assert heard[-1]["shared"] is True
    assert heard[-1]["user"] == user_id(hands.workspace, "omar")


async def test_a_deactivated_person_can_do_nothing_and_the_app_hears_of_it(
    hands: Hands, heard: list[Json]
) -> None:
    await hands.act("deactivate", user="ben")
    assert heard[0]["type"] == "user_change"
    assert heard[0]["user"]["deleted"] is True
    assert "deactivated" in await hands.wrong(
        "act/message", user="ben", channel="#engineering", text="x"
    )


async def test_somebody_new_joins_the_company(hands: Hands, heard: list[Json]) -> None:
    made = await hands.post("people", name="zoe", real_name="Zoe Adler", tz="Europe/Berlin")
    assert heard[0]["type"] == "team_join"
    assert heard[0]["user"]["id"] == made["user"]
    await hands.act("message", user="zoe", channel="#general", text="Hello!")
    assert "already called zoe" in await hands.wrong("people", name="zoe")
    assert "time zone" in await hands.wrong("people", name="max", tz="Mars/Base")


@pytest.mark.parametrize(
    ("act", "body", "why"),
    [
        ("message", {"user": "nobody", "channel": "#random", "text": "x"}, "nobody"),
        ("message", {"user": "ana", "channel": "#nowhere", "text": "x"}, "no channel"),
        ("message", {"user": "ana", "channel": "#design", "text": "x"}, "not a member"),
        ("message", {"user": "ana", "channel": "#managers", "text": "x"}, "no channel"),
        ("message", {"user": "ana", "channel": "#random", "text": " "}, "text"),
        ("message", {"user": "tom", "channel": "#random", "text": "x"}, "deactivated"),
        ("command", {"user": "omar", "channel": "#partner-co", "command": "/x"}, "another"),
        ("join", {"user": "ivy", "channel": "#random"}, "restricted_action"),
        ("invite", {"user": "ana", "channel": "#random", "invitee": "omar"}, "omar"),
        ("react", {**HERE, "ts": "1.0", "name": "eyes"}, "message_not_found"),
        ("home", {"user": "ana", "tab": "about"}, "tab"),
        ("open", {"user": "ana"}, "users"),
    ],
)
async def test_what_cannot_be_done_is_refused_in_a_sentence(
    hands: Hands, act: str, body: Json, why: str
) -> None:
    sentence = await hands.wrong(f"act/{act}", **body)
    assert why in sentence
    assert sentence.endswith(".") or ";" in sentence


async def test_nobody_edits_what_another_wrote(hands: Hands) -> None:
    ts = (await hands.act("message", **HERE, text="Mine"))["ts"]
    sentence = await hands.wrong(
        "act/edit", user="ben", channel="#engineering", ts=ts, text="Yours"
    )
    assert "ben's own" in sentence


async def test_a_lever_pulled_with_no_json_is_refused(hands: Hands) -> None:
    url = f"{hands.workspace.url}/_workspace/act/message"
    for body in ("{", "[]", "[" * 100_000):
        async with hands.session.post(url, data=body) as response:
            assert response.status == 400
            assert (await response.json())["ok"] is False


async def test_pages_of_other_sites_cannot_pull_levers(hands: Hands) -> None:
    url = f"{hands.workspace.url}/_workspace/act/message"
    headers = {"Origin": "https://elsewhere.test"}
    async with hands.session.post(url, json={}, headers=headers) as response:
        assert response.status == 403
    own = {"Origin": hands.workspace.url}
    body = {**HERE, "text": "x"}
    async with hands.session.post(url, json=body, headers=own) as response:
        assert response.status == 200
