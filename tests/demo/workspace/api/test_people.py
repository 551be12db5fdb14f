"""People, user groups, do not disturb."""

import pytest

from app.demo.workspace import Workspace
from tests.demo.workspace.conftest import Hands, Slack, user_id

pytestmark = pytest.mark.anyio


async def test_a_person_is_found_by_address_unless_gone_or_a_stranger(slack: Slack) -> None:
    found = await slack.call("users.lookupByEmail", email="Ana@acme.test")
    assert found["user"]["tz"] == "Europe/Dublin"
    for address in ("tom@acme.test", "omar@partner.test", "nobody@acme.test"):
        assert await slack.refused("users.lookupByEmail", email=address) == "users_not_found"


async def test_guests_strangers_and_the_departed_are_marked(slack: Slack) -> None:
    async def info(name: str) -> dict[str, object]:
        answer = await slack.call("users.info", user=user_id(slack.workspace, name))
        user: dict[str, object] = answer["user"]
        return user

    assert (await info("gus"))["is_restricted"] is True
    assert (await info("gus"))["is_ultra_restricted"] is False
    assert (await info("ivy"))["is_ultra_restricted"] is True
    assert (await info("omar"))["is_stranger"] is True
    assert (await info("omar"))["team_id"] != slack.workspace.state.team.id
    assert (await info("tom"))["deleted"] is True
    assert (await info("lunchbot"))["is_bot"] is True


async def test_addresses_need_their_scope(session: object, slack: Slack) -> None:
    manifest = {"oauth_config": {"scopes": {"bot": ["users:read"]}}}
    async with Workspace.running(manifest=manifest) as workspace:
        small = Slack(slack.session, workspace)
        answer = await small.call("users.info", user=user_id(workspace, "ana"))
        assert "email" not in answer["user"]["profile"]
        refused = await small.raw("users.lookupByEmail", email="ana@acme.test")
    assert refused["needed"] == "users:read.email"


@pytest.mark.parametrize(
    ("names", "code"),
    [
        ("", "no_users_provided"),
        ("ana,gus", "invalid_users"),
        ("ana,lunchbot", "invalid_users"),
        ("ana,tom", "invalid_users"),
        ("ana,omar", "invalid_users"),
        ("ana,ivy", "single_channel_guests_cannot_be_added"),
    ],
)
async def test_who_cannot_be_in_a_user_group(slack: Slack, names: str, code: str) -> None:
    group = (await slack.call("usergroups.create", name="On duty"))["usergroup"]["id"]
    users = ",".join(user_id(slack.workspace, name) for name in names.split(",") if name)
    refused = await slack.refused("usergroups.users.update", usergroup=group, users=users)
    assert refused == code


async def test_an_update_of_a_user_group_replaces_everybody(slack: Slack) -> None:
    group = (await slack.call("usergroups.create", name="On duty"))["usergroup"]["id"]
    ana, ben = user_id(slack.workspace, "ana"), user_id(slack.workspace, "ben")
    await slack.call("usergroups.users.update", usergroup=group, users=ana)
    await slack.call("usergroups.users.update", usergroup=group, users=ben)
    assert (await slack.call("usergroups.users.list", usergroup=group))["users"] == [ben]
    await slack.call("usergroups.disable", usergroup=group)
    listed = (await slack.call("usergroups.list"))["usergroups"]
    assert [each["handle"] for each in listed] == ["oncall"]


async def test_handles_are_taken_once_by_people_and_groups_alike(slack: Slack) -> None:
    await slack.call("usergroups.create", name="On duty", handle="on-duty")
    create = "usergroups.create"
    assert await slack.refused(create, name="Other", handle="on-duty") == "handle_already_exists"
    assert await slack.refused(create, name="On duty", handle="x") == "name_already_exists"
    assert await slack.refused(create, name="Ana", handle="ana") == "handle_already_exists"


async def test_quiet_time_is_seen_and_ends_by_itself(slack: Slack, hands: Hands) -> None:
    ana = user_id(slack.workspace, "ana")
    await hands.act("dnd", user="ana", enabled=True, minutes=30)
    info = await slack.call("dnd.info", user=ana)
    assert info["dnd_enabled"] is True
    assert info["next_dnd_end_ts"] - info["next_dnd_start_ts"] == 1800
    await hands.post("clock", advance=1801)
    assert (await slack.call("dnd.teamInfo", users=ana))["users"][ana]["dnd_enabled"] is False
