"""`doctor` in front of Slack: each fault is named, with its fix."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from app.demo.workspace.running import Workspace
from app.demo.workspace.state import State
from tests.commands.conftest import Shell
from tests.commands.slack import phone_address, workspace_for
from tests.organisation.edits import changed

pytestmark = pytest.mark.anyio


async def findings(baton: Shell, *more: str) -> list[dict[str, Any]]:
    said = await baton.beside("doctor", "--json", *more)
    told: list[dict[str, Any]] = json.loads(said.out)["findings"]
    failing = any(each["state"] == "fail" for each in told)
    assert said.code == (1 if failing else 0)
    return told


def sentences(found: list[dict[str, Any]], state: str, about: str) -> list[str]:
    return [
        f"{each['what']}. {each['fix']}"
        for each in found
        if (each["state"], each["about"]) == (state, about)
    ]


async def test_a_healthy_slack_is_all_well(applied: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    async with workspace_for(monkeypatch):
        found = await findings(applied)
    for about in ("slack", "scopes", "channels", "people"):
        assert sentences(found, "fail", about) == []
        assert sentences(found, "warn", about) == []
        assert sentences(found, "ok", about)
    assert len(sentences(found, "ok", "channels")) == 3


@pytest.mark.parametrize(("scope", "state"), [("pins:write", "fail"), ("usergroups:write", "warn")])
async def test_a_missing_scope_is_named(
    applied: Shell, monkeypatch: pytest.MonkeyPatch, scope: str, state: str
) -> None:
    async with workspace_for(monkeypatch, without=scope):
        found = await findings(applied)
    [sentence] = sentences(found, state, "scopes")
    assert f"lacks the scope {scope}" in sentence
    assert "OAuth & Permissions" in sentence


async def test_a_scope_that_slack_misses_at_a_call_is_named(
    applied: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with workspace_for(monkeypatch, without="users:read"):
        found = await findings(applied)
    [sentence] = sentences(found, "fail", "slack")
    assert "users.list: the app lacks the scope users:read" in sentence


async def test_a_wrong_bot_token_is_told_with_where_to_get_one(
    applied: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with workspace_for(monkeypatch):
        monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-wrong")
        found = await findings(applied)
    [sentence] = sentences(found, "fail", "slack")
    assert "invalid_auth" in sentence
    assert "SLACK_BOT_TOKEN" in sentence
    assert "xoxb-wrong" not in json.dumps(found)


async def test_a_wrong_app_token_is_told_apart_from_the_bots(
    applied: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with workspace_for(monkeypatch):
        monkeypatch.setenv("SLACK_APP_TOKEN", "xapp-wrong")
        found = await findings(applied)
    [sentence] = sentences(found, "fail", "slack")
    assert "SLACK_APP_TOKEN" in sentence
    assert "connections:write" in sentence


async def test_a_channel_that_is_not_there_gets_the_nearest(
    applied: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    applied.write(changed(('"#engineering"', '"#enginering"')))
    assert (await applied.beside("apply", "--yes")).code == 0
    async with workspace_for(monkeypatch):
        found = await findings(applied)
    [sentence] = sentences(found, "fail", "channels")
    assert "no channel #enginering" in sentence
    assert 'Did you mean "#engineering"?' in sentence


async def test_a_private_channel_without_the_bot_asks_for_an_invitation(
    applied: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    applied.write(changed(('"#on-call"', '"#managers"')))
    assert (await applied.beside("apply", "--yes")).code == 0
    async with workspace_for(monkeypatch):
        found = await findings(applied)
    [sentence] = sentences(found, "fail", "channels")
    assert "/invite @baton" in sentence


async def test_without_the_scope_to_post_anywhere_the_bot_must_be_invited(
    applied: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with workspace_for(monkeypatch, without="chat:write.public") as workspace:
        room = workspace.state.channel_called("engineering")
        assert room is not None
        room.members.remove(workspace.state.app.bot_user_id)
        found = await findings(applied)
    [sentence] = sentences(found, "fail", "channels")
    assert sentence == "the bot is not in #engineering. Type `/invite @baton` there."


async def test_an_archived_channel_is_no_channel(
    applied: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with workspace_for(monkeypatch) as workspace:
        room = workspace.state.channel_called("engineering")
        assert room is not None
        room.is_archived = True
        found = await findings(applied)
    [sentence] = sentences(found, "fail", "channels")
    assert "#engineering is archived" in sentence


@pytest.mark.parametrize(
    ("who", "sentence"),
    [
        ("tom@acme.test", "tom@acme.test's Slack account is deactivated"),
        ("gus@acme.test", "gus@acme.test is no full member"),
        ("zoe@acme.test", "zoe@acme.test is not in Slack's directory"),
    ],
)
async def test_people_who_cannot_act_in_slack_are_named(
    applied: Shell, monkeypatch: pytest.MonkeyPatch, who: str, sentence: str
) -> None:
    person = f'[[person]]\nemail = "{who}"\ntimezone = "Europe/Dublin"'
    applied.write(changed(extra=person))
    assert (await applied.beside("apply", "--yes")).code == 0
    async with workspace_for(monkeypatch):
        found = await findings(applied)
    [told] = sentences(found, "warn", "people")
    assert told.startswith(sentence)


@pytest.mark.parametrize("fault", [{"status": 503}, {"error": "internal_error"}])
async def test_a_slack_in_trouble_is_told_as_that(
    applied: Shell, monkeypatch: pytest.MonkeyPatch, fault: dict[str, Any]
) -> None:
    async with workspace_for(monkeypatch) as workspace:
        workspace.faults.put("conversations.list", fault)
        found = await findings(applied)
    [sentence] = sentences(found, "fail", "slack")
    assert "conversations.list" in sentence
    assert sentences(found, "ok", "people")


async def test_a_slack_that_is_gone_is_told_with_its_address(
    applied: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with workspace_for(monkeypatch) as workspace:
        address = workspace.api_url
    found = await findings(applied)
    [sentence] = sentences(found, "fail", "slack")
    assert address in sentence


async def test_a_test_page_is_sent_when_asked_for(
    applied: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with workspace_for(monkeypatch) as workspace:
        await add_phone(applied, workspace)
        found = await findings(applied, "--page", "ana@acme.test")
        assert [push.title for push in workspace.state.phones["ana"]] == ["Baton test page"]
    assert "took it" in sentences(found, "ok", "test page")[0]


async def test_a_test_page_for_nobody_fails(
    applied: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with workspace_for(monkeypatch):
        found = await findings(applied, "--page", "nobody@acme.test")
    assert sentences(found, "fail", "test page")


async def add_phone(baton: Shell, workspace: Workspace) -> None:
    target = phone_address(workspace, "ana")
    said = await baton.beside(
        "contact", "add", "ana@acme.test", "--method", "push", "--target", target
    )
    assert said.code == 0, said.err


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda state: state.usergroups.clear(), "There is no user group @oncall"),
        (lambda state: setattr(state.usergroup_called("oncall"), "deleted", 1), "is disabled"),
    ],
)
async def test_a_user_group_that_cannot_be_kept_in_step_is_named(
    applied: Shell,
    monkeypatch: pytest.MonkeyPatch,
    change: Callable[[State], None],
    words: str,
) -> None:
    async with workspace_for(monkeypatch) as workspace:
        assert sentences(await findings(applied), "ok", "handle")
        change(workspace.state)
        [sentence] = sentences(await findings(applied), "warn", "handle")
    assert words in sentence
