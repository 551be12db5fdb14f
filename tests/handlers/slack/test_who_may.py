"""Who may do what from Slack: a table of accounts and acts, deny by default (S14)."""

import asyncio
import json
from datetime import timedelta
from typing import Any

import pytest
from slack_bolt.async_app import AsyncApp, AsyncBoltRequest

from app.chat import actions
from app.chat.client import Chat, Me
from app.flows.acknowledge import acknowledge
from app.flows.admit import STALE, SlackCaller
from app.flows.declare import declare
from app.flows.know_people import know_people
from app.flows.record import channel_made
from app.flows.work import Work
from handlers.slack.later import Later
from storage import contacts
from storage.tables import audit, contact_methods, effects, incidents, timeline
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


PRESSES = {
    actions.ACKNOWLEDGE: ("1", FULL),
    actions.NOT_ACTIONABLE: ("1", FULL),
    actions.ESCALATE: ("1", FULL),
    actions.RESOLVE: ("1", FULL),
    actions.CANCEL: ("1", FULL),
    actions.JOIN: ("1", WITH_GUESTS),
    actions.KNOW_SOMETHING: ("1", WITH_GUESTS),
    actions.FOLLOW_QUIETLY: ("1", WITH_GUESTS),
    actions.DECLARE: ("", FULL),
    actions.CONTACTS: ("", FULL),
    actions.RUN_COMMAND: ("inc resolve INC-1", FULL),
}
"""What a button asks for, and who may; one of each kind of act."""
FORMS = {
    actions.UPDATE_FORM: FULL,
    actions.CANCEL_FORM: FULL,
    actions.ESCALATE_FORM: FULL,
    actions.ROOT_CAUSE_FORM: FULL,
    actions.FOLLOW_UP_FORM: FULL,
    actions.NOTE_FORM: WITH_GUESTS,
}
SHORTCUTS = {
    actions.DECLARE_SHORTCUT: FULL,
    actions.DECLARE_FROM_MESSAGE: FULL,
    actions.ADD_TO_INCIDENT: WITH_GUESTS,
}


def somebody(who: str) -> dict[str, Any]:
    return {
        "user": {"id": ACCOUNTS[who].slack_id, "team_id": ACCOUNTS[who].team_id},
        "team": {"id": "T1"},
    }


async def send(bolt: AsyncApp, body: dict[str, Any]) -> str:
    answer = await bolt.async_dispatch(AsyncBoltRequest(mode="socket_mode", body=body))
    assert answer.status == 200
    return str(answer.body or "")


def refused_rows(bench: Bench) -> list[Any]:
    with bench.database.read.begin() as tx:
        return [row for row in tx.execute(audit.select()) if row.refused]


@pytest.mark.parametrize("who", ACCOUNTS)
async def test_no_button_form_or_shortcut_is_a_way_round_the_table(
    bench: Bench, bolt: AsyncApp, who: str
) -> None:
    for action, (value, may) in PRESSES.items():
        before, kept = len(refused_rows(bench)), everything(bench)
        press = {"type": "button", "action_id": action, "block_id": "b", "value": value}
        body = somebody(who) | {
            "type": "block_actions",
            "trigger_id": f"2.{who}.{action}",
            "container": {"type": "message"},
            "actions": [press],
        }
        await send(bolt, body)
        assert (len(refused_rows(bench)) > before) is (who not in may), action
        assert who in may or everything(bench) == kept
    for callback, may in FORMS.items():
        before, kept = len(refused_rows(bench)), everything(bench)
        view = {
            "type": "modal",
            "callback_id": callback,
            "private_metadata": json.dumps({"incident": 1}),
            "state": {"values": {"text": {"value": {"value": "a text"}}}},
        }
        body = somebody(who) | {
            "type": "view_submission",
            "trigger_id": f"3.{who}.{callback}",
            "view": view,
        }
        await send(bolt, body)
        if who not in may:
            assert len(refused_rows(bench)) == before + 1, callback
            assert everything(bench) == kept
    for callback, may in SHORTCUTS.items():
        before, kept = len(refused_rows(bench)), everything(bench)
        body = somebody(who) | {
            "type": "message_action",
            "callback_id": callback,
            "trigger_id": f"4.{who}.{callback}",
            "message": {"text": "it burns"},
            "channel": {"id": "C1"},
        }
        if callback == actions.DECLARE_SHORTCUT:
            body["type"] = "shortcut"
        await send(bolt, body)
        assert (len(refused_rows(bench)) > before) is (who not in may), callback
        assert who in may or everything(bench) == kept


@pytest.mark.parametrize("who", ["external", "bot", "deactivated", "unknown"])
@pytest.mark.parametrize("line", ["ack", "resolve", "note a text", "timeline"])
async def test_which_incidents_there_are_is_not_told_to_those_who_may_nothing(
    bench: Bench, bolt: AsyncApp, who: str, line: str
) -> None:
    said = await send(bolt, body_of(who, line))
    assert "INC-1" not in said
    assert "orders fail" not in said


@pytest.mark.parametrize(
    "value", ["", "x", "-1", "0", "1:", "1:2:3", "99999999999", "1 OR 1=1", "１", "7"]
)
@pytest.mark.parametrize("action", [actions.ACKNOWLEDGE, actions.PASS_ON, actions.HAVE_THE_PAGER])
async def test_a_forged_value_changes_nothing(
    bench: Bench, bolt: AsyncApp, action: str, value: str
) -> None:
    """What a button carries is a hint (S16); nothing of ours has these values."""
    before = everything(bench)
    press = {"type": "button", "action_id": action, "block_id": "b", "value": value}
    body = somebody("member") | {
        "type": "block_actions",
        "trigger_id": f"5.{action}.{value}",
        "container": {"type": "message"},
        "actions": [press],
    }
    await send(bolt, body)
    assert everything(bench) == before


async def test_a_contact_method_of_somebody_else_cannot_be_named(
    bench: Bench, bolt: AsyncApp
) -> None:
    bench.do(_anas_contact)
    press = {"type": "button", "action_id": actions.REMOVE_CONTACT, "block_id": "b", "value": "1"}
    body = somebody("manager") | {
        "type": "block_actions",
        "trigger_id": "6.6.forged",
        "container": {"type": "message"},
        "actions": [press],
    }
    await send(bolt, body)
    with bench.database.read.begin() as tx:
        assert tx.execute(contact_methods.select()).one().removed_at is None
    assert [row.subject for row in refused_rows(bench)] == ["ana@acme.test"]


def _anas_contact(work: Work) -> None:
    contacts.add(
        work.tx,
        person="ana@acme.test",
        method="push",
        target=b"",
        hint="ntfy …",
        trusted=False,
        added_by="ana@acme.test",
        added_at=work.now,
    )


async def test_who_is_not_known_well_enough_still_answers_pages_and_is_looked_up(
    bench: Bench, bolt: AsyncApp
) -> None:
    """The directory was not read for a week: fail open for pages, closed for the rest (S17)."""
    bench.clock.now += STALE + timedelta(hours=1)
    await send(bolt, body_of("member", "ack INC-1"))
    with bench.database.read.begin() as tx:
        assert tx.execute(incidents.select()).one().state == "acknowledged"
    said = await send(bolt, body_of("member", "resolve INC-1"))
    assert "could not make sure of your account" in said
    with bench.database.read.begin() as tx:
        assert tx.execute(incidents.select()).one().state == "acknowledged"
    await asyncio.sleep(0.05)
    with bench.database.read.begin() as tx:
        asked = [row.key for row in tx.execute(effects.select())]
    assert "directory:USEAN" in asked
