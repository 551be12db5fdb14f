"""Buttons: on cards, pages, announcements, private answers and the Home tab."""

import functools
import re
from collections.abc import Callable, Mapping
from typing import TypeAlias

from slack_bolt.async_app import AsyncAck, AsyncApp

from app.chat import actions
from app.flows.work import Refused, Work
from handlers.slack import (
    acts,
    away,
    calendar_link,
    cover,
    handover,
    inc,
    oncall,
    proposal,
    swap,
    volunteers,
)
from handlers.slack.ask import Ask, Body, Reply
from handlers.slack.commands import Commands
from handlers.slack.contacts import ContactForms
from handlers.slack.desk import Desk
from handlers.slack.home import Home
from handlers.slack.values import OLD, numbers

ON_INCIDENT: Mapping[str, acts.IncidentAct] = {
    actions.ACKNOWLEDGE: acts.acknowledge,
    actions.NOT_ACTIONABLE: acts.call_not_actionable,
    actions.STILL_ON_IT: acts.still_on_it,
    actions.JOIN: acts.help_with,
    actions.ESCALATE: acts.escalate,
    actions.RESOLVE: acts.end_impact,
    actions.CLOSE: acts.close,
    actions.REOPEN: acts.open_again,
    actions.CANCEL: acts.call_off,
    actions.UPDATE: acts.post_update,
    actions.ROOT_CAUSE: acts.root_cause,
    actions.FOLLOW_UP: acts.follow_up,
    actions.KNOW_SOMETHING: acts.add_note,
    actions.FOLLOW_QUIETLY: acts.follow_quietly,
}
"""What a press does to the incident its button names."""

ON_SWAP: Mapping[str, Callable[[Work, Ask, int], Reply]] = {
    actions.ACCEPT_SWAP: swap.accept,
    actions.DECLINE_SWAP: swap.decline,
    actions.WITHDRAW_SWAP: swap.withdraw,
    actions.UNDO_SWAP: swap.undo,
    actions.KEEP_SWAP: swap.keep,
}

RUN = re.compile(re.escape(actions.RUN_COMMAND) + r"(:\d+)?")
LINKS = re.compile(re.escape(actions.LINK) + r"(_\w+)?")
"""Buttons that only open an address: Slack wants their press acknowledged all the same."""

Press: TypeAlias = Callable[[Work, Ask, str], Reply]


def register(
    bolt: AsyncApp, desk: Desk, commands: Commands, forms: ContactForms, home: Home
) -> None:
    """Listen to every button by its action id."""

    presses: Mapping[str, Press] = {
        **{action: functools.partial(_on_incident, act) for action, act in ON_INCIDENT.items()},
        actions.PASS_ON: _pass_on,
        actions.HAVE_THE_PAGER: _have_the_pager,
        actions.NOTE_HANDOVER: handover.edit_that,
        actions.REVIEW_ALARM: handover.review,
        actions.FINISH_FOLLOW_UP: _finish,
        actions.ASK_FOR_COVER: lambda work, ask, value: cover.ask_form(work, ask),
        actions.TAKE_COVER: lambda work, ask, value: cover.take(work, ask, numbers(value)[0]),
        actions.TAKE_PART: lambda work, ask, value: cover.part_form(work, ask, numbers(value)[0]),
        actions.CANNOT_COVER: lambda work, ask, value: cover.cannot(work, ask, numbers(value)[0]),
        actions.WITHDRAW_COVER: lambda work, ask, value: cover.withdraw(
            work, ask, numbers(value)[0]
        ),
        **volunteers.PRESSES,
        **{action: functools.partial(_on_number, act) for action, act in ON_SWAP.items()},
        actions.SWAP_INSTEAD: lambda work, ask, value: swap.swap_form(work, ask),
        actions.REMOVE_ABSENCE: lambda work, ask, value: away.ask_back(
            work, ask, numbers(value)[0]
        ),
        actions.CONFIRM_CALENDAR: lambda work, ask, value: away.confirm(
            work, ask, numbers(value)[0]
        ),
        actions.REMOVE_CALENDAR: lambda work, ask, value: away.remove_one(
            work, ask, numbers(value)[0]
        ),
        **calendar_link.PRESSES,
        actions.DECLARE: lambda work, ask, value: inc.declare_form(work, ask),
        actions.TEST_PAGER: lambda work, ask, value: oncall.test(work, ask),
        actions.ACCEPT_PROPOSAL: lambda work, ask, value: proposal.accept(
            work, ask, numbers(value)[0]
        ),
        actions.DISMISS_PROPOSAL: lambda work, ask, value: proposal.dismiss(
            work, ask, numbers(value)[0]
        ),
        actions.GOT_TEST_PAGE: lambda work, ask, value: oncall.got_test_page(work, ask),
        actions.CONTACTS: lambda work, ask, value: forms.open(work, ask),
        actions.ADD_CONTACT: lambda work, ask, value: forms.ask_for_one(work, ask),
        actions.SEND_CODE: lambda work, ask, value: forms.send_code(work, ask, numbers(value)[0]),
        actions.REMOVE_CONTACT: lambda work, ask, value: forms.remove(work, ask, numbers(value)[0]),
    }
    for action, press in presses.items():
        _listen(bolt, desk, home, action, press)

    @bolt.action(RUN)
    async def on_run(ack: AsyncAck, body: Body) -> None:
        name, _, text = pressed(body).partition(" ")
        reply = await commands.run(body, "oncall" if name == "oncall" else "inc", text)
        await desk.answer_click(ack, body, reply, replace=not reply.refused)

    @bolt.action(LINKS)
    async def on_link(ack: AsyncAck) -> None:
        await ack()


def _listen(bolt: AsyncApp, desk: Desk, home: Home, action: str, press: Press) -> None:
    @bolt.action(action)
    async def on_press(ack: AsyncAck, body: Body) -> None:
        ask, value = desk.ask(body), pressed(body)
        reply = await desk.decide(body, lambda work: press(work, ask, value))
        await desk.answer_click(ack, body, reply)
        if _is_home(body):
            # What was pressed there is not as it was any more.
            desk.later.spawn(home.publish(ask.by))


def pressed(body: Body) -> str:
    """The value of the button that was pressed."""
    found = body.get("actions") or [{}]
    return str(found[0].get("value") or "")


def _is_home(body: Body) -> bool:
    return (body.get("view") or {}).get("type") == "home"


def _on_incident(act: acts.IncidentAct, work: Work, ask: Ask, value: str) -> Reply:
    return act(work, ask, numbers(value)[0], "")


def _on_number(act: Callable[[Work, Ask, int], Reply], work: Work, ask: Ask, value: str) -> Reply:
    return act(work, ask, numbers(value)[0])


def _pass_on(work: Work, ask: Ask, value: str) -> Reply:
    found = numbers(value)
    if len(found) != 2:
        raise Refused(OLD)
    return acts.pass_page_on(work, ask, found[0], found[1])


def _finish(work: Work, ask: Ask, value: str) -> Reply:
    return acts.finish(work, ask, numbers(value)[0])


def _have_the_pager(work: Work, ask: Ask, value: str) -> Reply:
    return handover.have_the_pager(work, ask, numbers(value)[0])
