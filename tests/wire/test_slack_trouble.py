"""Slack's own troubles on the real wire: phones ring on time whatever it does, and once it is well
again everything stands in it exactly once (reliability.md 2.3)."""

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from app.chat import reach
from app.flows.admit import Operator
from app.flows.contact import add_contact
from app.paging.targets import read_target
from app.rules.incident import State
from app.rules.ladder import Method
from tests.wire.trouble import Trouble, troubled

pytestmark = pytest.mark.anyio
AT_ONCE = 4.0
"""Seconds within which a phone rings on a busy machine; it takes a twentieth of it."""


@pytest.fixture(scope="module")
async def slack(anyio_backend: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Any]:
    folder = tmp_path_factory.mktemp("trouble")
    async with troubled(f"sqlite:///{folder / 'baton.db'}", folder) as slack:
        yield slack


@pytest.fixture(autouse=True)
async def healed(request: pytest.FixtureRequest) -> AsyncIterator[None]:
    """Whatever the test before did to Slack is over, and Baton is back at it."""
    if "slack" in request.fixturenames:
        await listened_to(request.getfixturevalue("slack"))
    yield
    if "slack" in request.fixturenames:
        await request.getfixturevalue("slack").heal()


async def listened_to(slack: Trouble) -> None:
    """Wait until what is typed reaches Baton."""

    async def answered() -> bool:
        told = await slack.stage.act(
            "command", user="ana", channel="engineering", command="/oncall", text="help"
        )
        return bool(told["ok"])

    await slack.until(answered)


async def rang_at_once(slack: Trouble, number: int, sent: float) -> None:
    [page] = await slack.until(slack.pages, "chi", number)
    assert page["at"] - sent < AT_ONCE


async def test_while_slack_is_dark_phones_ring_and_escalate_and_links_acknowledge(
    database_url: str, tmp_path: Path
) -> None:
    async with troubled(database_url, tmp_path, wait="1s") as slack:
        await slack.dark(on=True)
        sent = time.time()
        number = await slack.alert("Nightly load is late")
        await rang_at_once(slack, number, sent)
        [called] = await slack.until(slack.pages, "mia", number)
        assert 1.0 <= called["at"] - sent < 1.0 + 2 * AT_ONCE
        url = f"{slack.stage.workspace.url}/_workspace/phone/mia/act"
        presses = [each["label"] for each in called["actions"]]
        press = {"id": called["id"], "action": presses.index("Acknowledge")}
        async with slack.stage.http.post(url, json=press) as answer:
            assert (await answer.json())["ok"]
        taken = await slack.incident(number)
        assert (taken.state, taken.acknowledged_by) == (State.ACKNOWLEDGED, "mia@acme.test")
        assert await slack.rooms(number) == []

        await slack.dark(on=False)
        await slack.until(slack.stands_once, number)
        assert await slack.told("engineering", f"INC-{number}", "cknowledged")
        await asyncio.sleep(0.5)
        assert await slack.stands_once(number)
        assert len(await slack.pages("chi", number)) == 1


FAULTS = {
    "429": {"rate_limited": 1, "times": 2},
    "503": {"status": 503, "times": 2},
    "internal_error": {"error": "internal_error", "times": 2},
    "done, then 500": {"status_after_commit": 500, "times": 2},
    "done, then silence": {"hang_after_commit": True, "times": 2},
}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
async def test_channel_card_and_announcement_stand_once_whatever_slack_answers(
    slack: Trouble, fault: dict[str, Any]
) -> None:
    await slack.put("conversations.create", **fault)
    await slack.put("chat.postMessage", **fault)
    sent = time.time()
    number = await slack.alert("Answers of Slack get lost")
    await rang_at_once(slack, number, sent)
    await slack.until(slack.stands_once, number)
    await slack.heal()
    await asyncio.sleep(0.3)
    assert await slack.stands_once(number)


async def test_a_reconciling_that_fails_forgets_nothing(slack: Trouble) -> None:
    """Posted, the answer lost; then the look for it fails, too. It is looked for once more."""
    await slack.put("chat.postMessage", hang_after_commit=True, times=4)
    await slack.put("conversations.history", status=503, times=2)
    number = await slack.alert("Looking for it fails as well")
    await slack.until(slack.stands_once, number)
    await slack.heal()
    await asyncio.sleep(1.5)
    assert await slack.stands_once(number)


async def test_once_slack_is_back_its_channels_come_within_seconds(
    slack: Trouble, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However long it was away: after hours every try of its own would be minutes ahead."""
    monkeypatch.setattr(reach, "AWAY_AFTER", 1.5)
    await slack.dark(on=True)
    numbers = [await slack.alert(f"Trouble {n} in the dark") for n in range(3)]
    await slack.until(slack.knows_it_is_away)
    await slack.wait_minutes_for_the_next_try()
    await slack.dark(on=False)
    back = time.monotonic()
    for number in numbers:
        await slack.until(slack.stands_once, number)
    assert time.monotonic() - back < 15  # minutes, were each to wait for its own next try


async def test_after_429_nothing_is_asked_before_slack_allows_it(slack: Trouble) -> None:
    before = len(await slack.calls("conversations.create"))
    await slack.put("conversations.create", rate_limited=2, times=1)
    number = await slack.alert("Slack asks to wait")
    await slack.until(slack.stands_once, number)
    refused, again = (await slack.calls("conversations.create"))[before:]
    assert refused["status"] == 429
    assert again["at"] - refused["at"] >= 2.0


async def test_a_foreign_channel_of_our_name_is_left_alone(slack: Trouble) -> None:
    foreign = f"inc-{await next_number(slack)}-the-name-is-taken"
    assert (await slack.stage.act("create_channel", user="noor", name=foreign))["ok"]
    number = await slack.alert("The name is taken")

    async def dressed() -> bool:
        return len(await slack.posts(number)) == 2

    await slack.until(dressed)
    assert sorted(await slack.rooms(number)) == [foreign, f"{foreign}-2"]
    assert (await slack.incident(number)).channel_name == f"{foreign}-2"
    assert not any(f"INC-{number}" in text for text in await slack.stage.messages(foreign))


async def test_a_token_that_is_revoked_in_mid_life_stops_no_phone(slack: Trouble) -> None:
    await slack.put("*", error="invalid_auth")
    sent = time.time()
    number = await slack.alert("The token is revoked")
    await rang_at_once(slack, number, sent)
    await asyncio.sleep(1.0)
    tries = await slack.calls("conversations.create")
    assert len([each for each in tries if each["at"] > sent]) <= 3, "it hammers"
    chat = slack.stage.baton.parts.chat
    assert chat is not None
    assert "SLACK_BOT_TOKEN" in (chat.problem or "")
    await slack.until(slack.heard, "mia", "SLACK_BOT_TOKEN")
    await slack.heal()
    await slack.until(slack.stands_once, number)
    assert chat.problem is None
    await slack.until(slack.heard, "mia", "well again")


async def test_a_missing_permission_is_told_and_costs_only_what_needs_it(slack: Trouble) -> None:
    await slack.put("conversations.create", error="missing_scope")
    sent = time.time()
    number = await slack.alert("The app was installed without a permission")
    await rang_at_once(slack, number, sent)
    await slack.until(slack.told, "engineering", f"INC-{number}", "without a permission")
    await slack.until(slack.heard, "mia", "manifest.yml")
    assert await slack.rooms(number) == []
    await slack.heal()
    await slack.until(slack.stands_once, number)


async def test_an_archived_incident_channel_is_told_and_ends_nothing_else(slack: Trouble) -> None:
    number = await slack.alert("The channel is archived")
    room = await slack.room(number)
    assert (await slack.stage.act("archive", user="chi", channel=room))["ok"]
    await slack.stage.command("chi", "engineering", f"/inc ack INC-{number}")
    await slack.stage.command("chi", "engineering", f"/inc update INC-{number} the disk is full")
    await slack.until(slack.told, "engineering", f"INC-{number}", "archived")
    await slack.stage.command("chi", "engineering", f"/inc resolve INC-{number}")
    assert (await slack.incident(number)).state is State.RESOLVED
    await slack.until(slack.told, "engineering", f"INC-{number}", "esolved")


async def test_commands_clicks_and_events_that_slack_delivers_again_have_one_effect(
    slack: Trouble,
) -> None:
    heard = slack.listen()
    number = await slack.alert("Slack repeats itself")
    room = await slack.room(number)
    first = await next_number(slack)
    await slack.stage.command("chi", room, "/inc new Declared once")
    page = await slack.until(slack.direct, "chi", number)
    await slack.stage.press("chi", page, "acknowledge")
    assert (await slack.stage.act("message", user="chi", channel=room, text="It is the disk"))["ok"]
    messages = (await slack.stage.channel(room) or {})["messages"]
    said = next(each for each in messages if each["text"] == "It is the disk")
    assert (await slack.stage.act("pin", user="chi", channel=room, ts=said["ts"]))["ok"]

    async def noted() -> bool:
        return bool(await slack.happened(number, "note"))

    await slack.until(noted)
    kinds = {each.kind for each in heard}
    assert kinds == {"slash_commands", "interactive", "events_api"}
    for envelope in list(heard):
        outcomes = await asyncio.gather(*(slack.deliver(envelope) for _ in range(2)))
        assert all(each.acked for each in outcomes), outcomes
    assert await next_number(slack) == first + 1
    assert len(await slack.happened(number, "acknowledged")) == 1
    assert len(await slack.happened(number, "note")) == 1


@pytest.mark.parametrize("how", ["close", "abort", "refresh", "refuse_next"])
async def test_after_a_dropped_connection_the_next_click_works(slack: Trouble, how: str) -> None:
    number = await slack.alert(f"Connections fall by {how}")
    page = await slack.until(slack.direct, "chi", number)
    await slack.drop(how)
    if how == "refuse_next":
        await slack.drop("close")

    async def connected() -> bool:
        return bool(slack.stage.workspace.sockets.connections)

    await slack.until(connected)
    await slack.stage.press("chi", page, "acknowledge")
    assert (await slack.incident(number)).state is State.ACKNOWLEDGED


async def test_whom_slack_does_not_know_is_rung_by_phone_and_it_is_told(
    sqlite_url: str, tmp_path: Path
) -> None:
    nobody = {'email = "chi@acme.test"': 'email = "zoe@acme.test"\nslack_id = "U07NOBODY00"'}
    change = {**nobody, "chi@acme.test": "zoe@acme.test"}
    async with troubled(sqlite_url, tmp_path, change=change) as slack:
        await give_chis_phone_to_zoe(slack)
        sent = time.time()
        number = await slack.alert("Nobody of this name in Slack")
        await rang_at_once(slack, number, sent)
        await slack.until(slack.told, "engineering", f"INC-{number}", "zoe")
        await slack.until(slack.stands_once, number)
        assert "ring" in {each["what"] for each in await slack.happened(number, "not_said")}


async def test_without_the_engineering_channel_its_posts_stand_in_the_on_call_channel(
    sqlite_url: str, tmp_path: Path
) -> None:
    change = {'engineering_channel = "#engineering"': 'engineering_channel = "#gone"'}
    async with troubled(sqlite_url, tmp_path, change=change) as slack:
        sent = time.time()
        number = await slack.alert("Nowhere to announce it")
        await rang_at_once(slack, number, sent)
        await slack.until(slack.told, "on-call", f"INC-{number}", "Nowhere to announce it")
        await slack.until(slack.told, "on-call", "#gone")
        await slack.until(slack.stands_once, number)


async def _all_is_said(slack: Trouble) -> bool:
    """Nothing is on its way to Slack just now."""
    await asyncio.sleep(0.3)
    return not any(slack.stage.baton.parts.delivery.busy)


async def test_an_engineering_channel_that_is_archived_in_mid_life_is_replaced(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with troubled(sqlite_url, tmp_path) as slack:
        await slack.until(slack.stands_once, await slack.alert("While it was there"))
        await slack.until(_all_is_said, slack)
        assert (await slack.stage.act("archive", user="chi", channel="engineering"))["ok"]
        number = await slack.alert("Since it is gone")
        await slack.until(slack.told, "on-call", f"INC-{number}", "Since it is gone")
        await slack.until(slack.told, "on-call", "#engineering")
        await slack.until(slack.stands_once, number)


async def test_a_bot_that_was_removed_from_the_channel_comes_back(slack: Trouble) -> None:
    number = await slack.alert("Somebody removes the bot")
    room = await slack.room(number)
    bot = (await slack.stage.state())["app"]["bot_user_id"]
    [inside] = [c for c in slack.stage.workspace.state.channels.values() if c.name == room]
    inside.members.remove(bot)
    await slack.stage.command("chi", "engineering", f"/inc ack INC-{number}")

    async def is_inside() -> bool:
        return bot in ((await slack.stage.channel(room)) or {})["members"]

    await slack.until(is_inside)
    assert await slack.stands_once(number)


async def test_where_no_channel_may_be_made_the_announcement_stands_and_it_is_told(
    slack: Trouble,
) -> None:
    await slack.put("conversations.create", error="restricted_action")
    sent = time.time()
    number = await slack.alert("No channel may be made")
    await rang_at_once(slack, number, sent)
    await slack.until(slack.told, "engineering", f"INC-{number}", "No channel may be made")
    await slack.until(slack.told, "engineering", f"INC-{number}", "could not be made")
    await slack.stage.command("chi", "engineering", f"/inc ack INC-{number}")
    assert (await slack.incident(number)).state is State.ACKNOWLEDGED
    assert await slack.rooms(number) == []


@pytest.mark.parametrize("code", ["user_not_found", "user_disabled", "cannot_dm_bot"])
async def test_an_account_that_slack_refuses_costs_its_person_only_slack(
    slack: Trouble, code: str
) -> None:
    chi = slack.stage.workspace.state.user_called("chi")
    assert chi is not None
    await slack.put("chat.postMessage", error=code, times=1, channel=chi.id)
    sent = time.time()
    number = await slack.alert(f"Slack says {code}")

    async def was_refused() -> bool:
        return any(each["error"] == code for each in await slack.calls("chat.postMessage"))

    await slack.until(was_refused)
    await rang_at_once(slack, number, sent)
    await slack.heal()
    await slack.until(slack.stands_once, number)
    assert len(await slack.pages("chi", number)) == 1


# ── hands ─────────────────────────────────────────────────────────────────────────────────────
async def next_number(slack: Trouble) -> int:
    """The number that the next incident will have."""
    newest = await slack.stage.baton.parts.kit.read(
        lambda work: work.tx.exec_driver_sql("SELECT coalesce(max(id), 0) FROM incidents").scalar()
    )
    return int(newest or 0) + 1


async def give_chis_phone_to_zoe(slack: Trouble) -> None:
    host = slack.stage.workspace.url.removeprefix("http://")
    await slack.stage.baton.parts.kit.do(
        add_contact,
        "zoe@acme.test",
        method=Method.PUSH,
        target=read_target(Method.PUSH, f"ntfy://{host}/phone-chi", trusted=True),
        by=Operator(),
        seal=slack.stage.baton.parts.seal,
    )
