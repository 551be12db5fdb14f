"""Who may do what from Slack: a table of accounts and acts, deny by default (S14)."""

import json
from typing import Any

import pytest
from slack_bolt.async_app import AsyncApp, AsyncBoltRequest

from app.chat import actions
from app.chat.client import Chat, Me
from app.flows.acknowledge import acknowledge
from app.flows.admit import SlackCaller
from app.flows.declare import declare
from app.flows.know_people import know_people
from app.flows.record import channel_made
from handlers.slack.later import Later
from storage.tables import audit, incidents, timeline
from tests.kit import Bench, account

pytestmark = pytest.mark.anyio

ACCOUNTS = {
    "member": account("sean"),
    "manager": account("mia"),
    "guest": account("gus", guest=True),
    "external": account("omar", external=True, team_id="T9"),
    "bot": account("lunchbot", bot=True),
    "deactivated": account("tom", deactivated=True),
    "unknown": account("nobody"),
}
FULL = ("member", "manager")
WITH_GUESTS = (*FULL, "guest")
LINES = {
    "ack INC-1": FULL,
    "update INC-1 a text": FULL,
    "escalate INC-1 a reason": FULL,
    "page INC-1 noor@acme.test a reason": FULL,
    "resolve INC-1": FULL,
    "rootcause INC-1 a cause": FULL,
    "followup INC-1 a thing": FULL,
    "cancel INC-1 a reason": FULL,
    "new other trouble": FULL,
    "update INC-1": FULL,
    "join INC-1": WITH_GUESTS,
    "note INC-1 a text": WITH_GUESTS,
    "list": WITH_GUESTS,
    "timeline INC-1": WITH_GUESTS,
}


@pytest.fixture(autouse=True)
def an_incident(bench: Bench) -> None:
    bench.do(know_people, [each for name, each in ACCOUNTS.items() if name != "unknown"])
    bench.do(declare, "orders fail", by=SlackCaller(slack_id="UANA"))


def body_of(who: str, line: str) -> dict[str, Any]:
    return {
        "command": "/inc",
        "text": line,
        "user_id": ACCOUNTS[who].slack_id,
        "team_id": ACCOUNTS[who].team_id,
        "channel_id": "C1",
        "trigger_id": f"1.1.{who}{line}",
    }


def everything(bench: Bench) -> tuple[Any, ...]:
    with bench.database.read.begin() as tx:
        return (
            tx.execute(incidents.select()).all(),
            tx.execute(timeline.select()).all(),
            [row for row in tx.execute(audit.select()) if not row.refused],
        )


@pytest.mark.parametrize("line", LINES)
@pytest.mark.parametrize("who", ACCOUNTS)
async def test_only_those_in_the_table_may(
    bench: Bench, bolt: AsyncApp, who: str, line: str
) -> None:
    before = everything(bench)
    request = AsyncBoltRequest(mode="socket_mode", body=body_of(who, line))
    answer = await bolt.async_dispatch(request)
    assert answer.status == 200
    said = json.loads(answer.body)["text"] if answer.body else ""
    refused = any(
        part in said
        for part in ("Guests can join", "Only members", "cannot act", "I do not know your Slack")
    )
    assert refused == (who not in LINES[line]), said
    if refused:
        assert everything(bench) == before


@pytest.mark.parametrize("who", ["external", "bot", "deactivated", "unknown"])
@pytest.mark.parametrize("action", [actions.ACKNOWLEDGE, actions.RESOLVE, actions.JOIN])
async def test_a_press_is_no_way_round(bench: Bench, bolt: AsyncApp, who: str, action: str) -> None:
    before = everything(bench)
    body = {
        "type": "block_actions",
        "user": {"id": ACCOUNTS[who].slack_id, "team_id": ACCOUNTS[who].team_id},
        "team": {"id": "T1"},
        "trigger_id": f"2.2.{who}{action}",
        "container": {"type": "message"},
        "actions": [{"type": "button", "action_id": action, "block_id": "b", "value": "1"}],
    }
    answer = await bolt.async_dispatch(AsyncBoltRequest(mode="socket_mode", body=body))
    assert answer.status == 200
    assert everything(bench) == before


@pytest.fixture
def at_home(nowhere: tuple[Chat, Later]) -> None:
    """Slack has told Baton which workspace is its own."""
    nowhere[0].me = Me(user_id="UBATON", bot_id="B1", team_id="T1", team="Acme", scopes=frozenset())


@pytest.mark.usefixtures("at_home")
@pytest.mark.parametrize("team", ["T9", None])
@pytest.mark.parametrize("line", LINES)
async def test_an_id_of_another_workspace_is_not_ours_that_looks_the_same(
    bench: Bench, bolt: AsyncApp, line: str, team: str | None
) -> None:
    before = everything(bench)
    body = body_of("manager", line) | {"team_id": team}
    answer = await bolt.async_dispatch(AsyncBoltRequest(mode="socket_mode", body=body))
    assert "Only members of this workspace" in json.loads(answer.body)["text"]
    assert everything(bench) == before


@pytest.mark.usefixtures("at_home")
async def test_the_log_says_of_which_workspace_a_stranger_was(bench: Bench, bolt: AsyncApp) -> None:
    body = body_of("member", "resolve INC-1") | {"team_id": "T9"}
    await bolt.async_dispatch(AsyncBoltRequest(mode="socket_mode", body=body))
    with bench.database.read.begin() as tx:
        refused = [row for row in tx.execute(audit.select()) if row.refused]
    assert [row.by for row in refused] == ["USEAN of T9"]


@pytest.mark.usefixtures("at_home")
@pytest.mark.parametrize("line", LINES)
async def test_our_own_workspace_is_let_in(bench: Bench, bolt: AsyncApp, line: str) -> None:
    request = AsyncBoltRequest(mode="socket_mode", body=body_of("manager", line))
    answer = await bolt.async_dispatch(request)
    assert b"Only members" not in (answer.body or "").encode()


@pytest.mark.usefixtures("at_home")
async def test_a_message_of_another_workspace_is_no_progress(bench: Bench, bolt: AsyncApp) -> None:
    bench.do(channel_made, 1, channel_id="CROOM", name="inc-1")
    bench.do(acknowledge, 1, by=SlackCaller(slack_id="USEAN"))
    taken = bench.clock()
    bench.clock.forward(minutes=20)
    for team, wanted in (("T9", taken), ("T1", bench.clock())):
        event = {"type": "message", "channel": "CROOM", "user": "USEAN", "text": "x", "team": team}
        body = {"type": "event_callback", "event_id": f"Ev{team}", "event": event}
        await bolt.async_dispatch(AsyncBoltRequest(mode="socket_mode", body=body))
        with bench.database.read.begin() as tx:
            assert tx.execute(incidents.select()).one().progress_at == wanted
