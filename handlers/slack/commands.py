"""Slash commands: read the line, do it, answer in the acknowledgement."""

import functools

from slack_bolt.async_app import AsyncAck, AsyncApp

from app.chat.message import Message
from handlers.slack.ask import Ask, Body, Reply
from handlers.slack.contacts import ContactForms
from handlers.slack.desk import Desk
from handlers.slack.inc import LOOKS, run_inc
from handlers.slack.oncall import run_oncall
from handlers.slack.parse import INC, ONCALL, PANEL, read_line

WHO = "who"
ONCALL_LOOKS = frozenset({"who", "next", "me", "help", "contact", "tour", "leave"})


class Commands:
    """Runs a command line for somebody, wherever it came from: typed, or offered by a button."""

    def __init__(self, desk: Desk, forms: ContactForms) -> None:
        self._desk = desk
        self._forms = forms

    async def run(self, body: Body, name: str, text: str) -> Reply:
        """`name` is inc or oncall, whatever they are called in this workspace."""
        ask = self._desk.ask(body)
        if name == "inc":
            return await self._inc(body, ask, text)
        line = read_line(text, ONCALL, blank=WHO)
        deed = functools.partial(run_oncall, ask=ask, line=line, forms=self._forms)
        return await self._desk.decide(body, deed, reads=line.verb in ONCALL_LOOKS)

    async def _inc(self, body: Body, ask: Ask, text: str) -> Reply:
        line = read_line(text, INC, blank=PANEL)
        deed = functools.partial(run_inc, ask=ask, line=line)
        return await self._desk.decide(body, deed, reads=line.verb in LOOKS or not line.verb)


def register(bolt: AsyncApp, desk: Desk, commands: Commands) -> None:
    """Listen to both commands, by the names they have in this workspace."""

    def listen(name: str, command: str) -> None:
        @bolt.command(command)
        async def on_command(ack: AsyncAck, body: Body) -> None:
            reply = await commands.run(body, name, str(body.get("text") or ""))
            await desk.answer_command(ack, body, reply)

    listen("inc", desk.names.inc)
    listen("oncall", desk.names.oncall)


def unknown_command(desk: Desk) -> Message:
    """For a command that the manifest has and Baton does not."""
    return Message(
        text=f"I do not answer to this command. Mine are `{desk.names.inc}` and "
        f"`{desk.names.oncall}`."
    )
