"""Shortcuts: declare from anywhere or from a message, and add a message to an incident."""

import functools

from slack_bolt.async_app import AsyncAck, AsyncApp

from app.chat import actions
from app.chat.words import forms
from app.flows.admit import Act, admit
from app.flows.work import Refused, Work
from handlers.slack import acts, inc
from handlers.slack.ask import Ask, Body, Deed, Reply
from handlers.slack.desk import Desk
from handlers.slack.parse import one_line, readable
from storage import incidents

TITLE_FROM_MESSAGE = 200


def register(bolt: AsyncApp, desk: Desk) -> None:
    """Listen to the three shortcuts of the manifest."""

    @bolt.shortcut(actions.DECLARE_SHORTCUT)
    async def on_declare(ack: AsyncAck, body: Body) -> None:
        deed: Deed = functools.partial(inc.declare_form, ask=desk.ask(body))
        await desk.answer_click(ack, body, await desk.decide(body, deed, reads=True))

    @bolt.shortcut(actions.DECLARE_FROM_MESSAGE)
    async def on_declare_from(ack: AsyncAck, body: Body) -> None:
        told = one_line(said(body))[:TITLE_FROM_MESSAGE]
        deed: Deed = functools.partial(inc.declare_form, ask=desk.ask(body), told=told)
        await desk.answer_click(ack, body, await desk.decide(body, deed, reads=True))

    @bolt.shortcut(actions.ADD_TO_INCIDENT)
    async def on_add(ack: AsyncAck, body: Body) -> None:
        deed: Deed = functools.partial(_add, ask=desk.ask(body), told=readable(said(body)))
        await desk.answer_click(ack, body, await desk.decide(body, deed))


def said(body: Body) -> str:
    """The text of the message that the shortcut was used on."""
    return str((body.get("message") or {}).get("text") or "")


def _add(work: Work, ask: Ask, told: str) -> Reply:
    """In an incident's channel at once; elsewhere the person chooses the incident."""
    if not told.strip():
        raise Refused("That message has no text to add. Write a note: `/inc note …`.")
    here = incidents.find_by_channel(work.tx, ask.channel) if ask.channel else None
    if here is not None:
        return acts.add_note(work, ask, here.id, told)
    admit(work, ask.by, Act.NOTE)
    open_ones = incidents.list_not_closed(work.tx)
    if not open_ones:
        raise Refused("No incident is open. *Declare incident from this message* opens one.")
    return Reply(view=forms.add_to_incident(open_ones, told, ask.carry()))
