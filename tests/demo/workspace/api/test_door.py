"""The Web API's door: arguments from everywhere, tokens, scopes, faults, and the list of calls."""

import json
from typing import Any

import aiohttp
import anyio
import pytest

from app.demo.workspace import Workspace
from tests.demo.workspace.conftest import Hands, Slack

pytestmark = pytest.mark.anyio
FEW: dict[str, Any] = {
    "display_information": {"name": "Small app"},
    "oauth_config": {"scopes": {"bot": ["chat:write", "channels:read"]}},
}


def auth(workspace: Workspace) -> dict[str, str]:
    return {"Authorization": f"Bearer {workspace.bot_token}"}


@pytest.mark.parametrize("how", ["query", "form", "json", "multipart", "token in the form"])
async def test_arguments_may_stand_anywhere(
    how: str, workspace: Workspace, session: aiohttp.ClientSession
) -> None:
    url = f"{workspace.api_url}conversations.info"
    room = workspace.state.channel_called("#engineering")
    assert room is not None
    arguments = {"channel": room.id, "include_num_members": "1"}
    headers = auth(workspace)
    if how == "query":
        request = session.get(url, params=arguments, headers=headers)
    elif how == "form":
        request = session.post(url, data=arguments, headers=headers)
    elif how == "json":
        request = session.post(url, json=arguments, headers=headers)
    elif how == "multipart":
        form = aiohttp.FormData(arguments, default_to_multipart=True)
        request = session.post(url, data=form, headers=headers)
    else:
        request = session.post(url, data=arguments | {"token": workspace.bot_token})
    async with request as response:
        answer = await response.json()
    assert answer["channel"]["num_members"] == len(room.members)


async def test_nested_arguments_may_be_json_in_a_form(
    workspace: Workspace, session: aiohttp.ClientSession
) -> None:
    blocks = json.dumps([{"type": "divider"}])
    async with session.post(
        f"{workspace.api_url}chat.postMessage",
        data={"channel": "#engineering", "text": "x", "blocks": blocks},
        headers=auth(workspace),
    ) as response:
        assert (await response.json())["message"]["blocks"][0]["type"] == "divider"


@pytest.mark.parametrize(
    ("body", "kind", "code"),
    [
        ("{", "application/json", "invalid_json"),
        ("[" * 100_000, "application/json", "invalid_json"),
        ("[]", "application/json", "json_not_object"),
        ("<x/>", "application/xml", "invalid_post_type"),
    ],
)
async def test_an_unreadable_body_is_an_error_code_not_a_failure(
    body: str, kind: str, code: str, workspace: Workspace, session: aiohttp.ClientSession
) -> None:
    headers = auth(workspace) | {"Content-Type": kind}
    url = f"{workspace.api_url}chat.postMessage"
    async with session.post(url, data=body, headers=headers) as response:
        assert response.status == 200
        assert (await response.json())["error"] == code


@pytest.mark.parametrize(
    ("token", "code"),
    [("", "not_authed"), ("wrong", "invalid_auth"), ("app", "not_allowed_token_type")],
)
async def test_the_token_is_judged(
    token: str, code: str, workspace: Workspace, session: aiohttp.ClientSession
) -> None:
    token = workspace.app_token if token == "app" else token
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    async with session.post(f"{workspace.api_url}auth.test", headers=headers) as response:
        assert (await response.json())["error"] == code


async def test_an_unknown_method_is_said_to_be_one(slack: Slack) -> None:
    answer = await slack.raw("chat.shout")
    assert answer == {"ok": False, "error": "unknown_method", "req_method": "chat.shout"}


async def test_a_missing_scope_is_named(session: aiohttp.ClientSession) -> None:
    async with Workspace.running(manifest=FEW) as workspace:
        answer = await Slack(session, workspace).raw("conversations.create", name="new")
    assert answer == {
        "ok": False,
        "error": "missing_scope",
        "needed": "channels:manage",
        "provided": "channels:read,chat:write",
    }


async def test_the_scopes_of_the_token_are_told_in_a_header(
    session: aiohttp.ClientSession,
) -> None:
    async with (
        Workspace.running(manifest=FEW) as workspace,
        session.post(f"{workspace.api_url}auth.test", headers=auth(workspace)) as response,
    ):
        assert response.headers["X-OAuth-Scopes"] == "channels:read,chat:write"


async def test_calls_are_listed_without_their_token(
    hands: Hands, session: aiohttp.ClientSession
) -> None:
    workspace = hands.workspace
    url = f"{workspace.api_url}chat.postMessage"
    data = {"token": workspace.bot_token, "channel": "#nowhere", "text": "x"}
    async with session.post(url, data=data) as response:
        assert not (await response.json())["ok"]
    listed = (await hands.send("GET", "calls?method=chat.postMessage", None))["calls"]
    assert [c["error"] for c in listed] == ["channel_not_found"]
    assert listed[0]["arguments"] == {"channel": "#nowhere", "text": "x"}
    assert workspace.bot_token not in json.dumps(await hands.state())


async def test_a_fault_can_be_an_error_or_a_status_or_a_rate_limit(
    hands: Hands, slack: Slack, session: aiohttp.ClientSession
) -> None:
    workspace, url = hands.workspace, f"{hands.workspace.api_url}auth.test"
    await hands.send("PUT", "faults/auth.test", {"error": "account_inactive", "times": 1})
    assert await slack.refused("auth.test") == "account_inactive"
    await slack.call("auth.test")
    await hands.send("PUT", "faults/auth.test", {"status": 502})
    async with session.post(url, headers=auth(workspace)) as response:
        assert response.status == 502
    await hands.send("PUT", "faults/auth.test", {"rate_limited": 7})
    async with session.post(url, headers=auth(workspace)) as response:
        assert (response.status, response.headers["Retry-After"]) == (429, "7")
    await hands.send("DELETE", "faults/auth.test", None)
    await slack.call("auth.test")


async def test_a_star_fault_strikes_every_method_and_is_taken_back(
    hands: Hands, slack: Slack
) -> None:
    await hands.send("PUT", "faults/*", {"error": "internal_error"})
    assert (await slack.raw("api.test"))["error"] == "internal_error"
    await hands.send("DELETE", "faults/*", None)
    await slack.call("api.test")


async def test_a_call_can_be_done_and_yet_look_failed(
    hands: Hands, session: aiohttp.ClientSession
) -> None:
    workspace = hands.workspace
    url = f"{workspace.api_url}conversations.create"
    await hands.send("PUT", "faults/conversations.create", {"status_after_commit": 500})
    async with session.post(url, data={"name": "one"}, headers=auth(workspace)) as response:
        assert response.status == 500
    await hands.send("PUT", "faults/conversations.create", {"hang_after_commit": True})
    with pytest.raises(TimeoutError):
        with anyio.fail_after(0.3):
            await session.post(url, data={"name": "two"}, headers=auth(workspace))
    assert workspace.state.channel_called("#one")
    assert workspace.state.channel_called("#two")


async def test_a_delay_holds_the_answer_back(hands: Hands, slack: Slack) -> None:
    await hands.send("PUT", "faults/auth.test", {"delay": 0.2})
    start = anyio.current_time()
    await slack.call("auth.test")
    assert anyio.current_time() - start >= 0.2


async def test_an_unknown_fault_is_refused_with_the_known_ones(hands: Hands) -> None:
    answer = await hands.send("PUT", "faults/auth.test", {"explode": True}, 400)
    assert "hang_after_commit" in answer["error"]


async def test_tiers_are_enforced_with_the_seconds_to_wait(
    session: aiohttp.ClientSession, hands: Hands
) -> None:
    workspace = hands.workspace
    url = f"{workspace.api_url}users.list"
    for _ in range(20):
        async with session.get(url, headers=auth(workspace)) as response:
            assert response.status == 200
    async with session.get(url, headers=auth(workspace)) as response:
        assert response.status == 429
        assert 1 <= int(response.headers["Retry-After"]) <= 60
        assert (await response.json())["error"] == "ratelimited"
    await hands.post("clock", advance=61)
    async with session.get(url, headers=auth(workspace)) as response:
        assert response.status == 200


async def test_rate_limits_can_be_switched_off(session: aiohttp.ClientSession) -> None:
    async with Workspace.running(rate_limits=False) as workspace:
        slack = Slack(session, workspace)
        for _ in range(25):
            await slack.call("users.list")


async def test_a_dark_slack_answers_nobody(
    hands: Hands, slack: Slack, session: aiohttp.ClientSession
) -> None:
    await hands.post("dark", on=True)
    with pytest.raises(aiohttp.ClientError):
        await session.post(f"{hands.workspace.api_url}auth.test", headers=auth(hands.workspace))
    assert "dark" in await hands.wrong("act/message", user="ana", channel="#random", text="x")
    await hands.post("dark", on=False)
    await slack.call("auth.test")
