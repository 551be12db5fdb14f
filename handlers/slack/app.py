"""Bolt with all of our listeners, the same for Socket Mode and HTTP."""

import logging
import re
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_bolt.authorization import AuthorizeResult

from app.chat.client import Chat
from app.flows.kit import Kit
from app.paging.seal import Seal
from handlers.slack import (
    buttons,
    commands,
    events,
    forms,
    shortcuts,
)
from handlers.slack.contacts import ContactForms
from handlers.slack.desk import CommandNames, Desk
from handlers.slack.direct import DirectBolt
from handlers.slack.home import Home
from handlers.slack.later import Later

log = logging.getLogger(__name__)
ANYTHING = re.compile(r"[\s\S]*")


def make_bolt(
    kit: Kit,
    chat: Chat,
    *,
    seal: Seal,
    names: CommandNames | None = None,
    later: Later | None = None,
    public_url: str | None = None,
) -> AsyncApp:
    """Bolt for one workspace. Whoever hands it requests has checked where they come from.

    Its answers wait for the flow (`process_before_response`), so that what Slack was told is
    committed. Close `later` at the end, if one is given.
    """
    bolt = DirectBolt(
        logger=logging.getLogger("slack_bolt"),
        # Bolt gives a logger of this name the level of its own, so it must not be ours.
        name="slack_bolt.app",
        authorize=_authorize(chat),
        process_before_response=True,
        # Our guard (HTTP) and Slack's own socket have proved the sender.
        request_verification_enabled=False,
        signing_secret="",
        attaching_function_token_enabled=False,
    )
    desk = Desk(
        kit,
        chat,
        names=names or CommandNames(),
        later=later or Later(),
        public_url=public_url,
        seal=seal,
    )
    contact_forms = ContactForms(seal)
    runner, home = commands.Commands(desk, contact_forms), Home(kit, chat)
    commands.register(bolt, desk, runner)
    buttons.register(bolt, desk, runner, contact_forms, home)
    forms.register(bolt, desk, contact_forms)
    shortcuts.register(bolt, desk)
    events.register(bolt, desk, home)
    _catch_the_rest(bolt, desk)
    return bolt


def _authorize(chat: Chat) -> Any:
    async def authorize(enterprise_id: str | None, team_id: str | None) -> AuthorizeResult:
        """No call to Slack: who we are was asked once, at the start."""
        me = chat.me
        return AuthorizeResult(
            enterprise_id=enterprise_id,
            team_id=team_id,
            bot_user_id=me.user_id if me else None,
            bot_id=me.bot_id if me else None,
        )

    return authorize


def _catch_the_rest(bolt: AsyncApp, desk: Desk) -> None:
    """Last, because Bolt takes the first listener that matches: whatever nobody listens to is
    acknowledged, or Slack would show an error or send it again."""

    @bolt.command(ANYTHING)
    async def on_command(ack: AsyncAck) -> None:
        message = commands.unknown_command(desk)
        await ack(text=message.text, response_type="ephemeral")

    @bolt.event(ANYTHING)
    @bolt.action(ANYTHING)
    @bolt.shortcut(ANYTHING)
    @bolt.view(ANYTHING)
    @bolt.view_closed(ANYTHING)
    async def on_anything(ack: AsyncAck) -> None:
        await ack()

    @bolt.options(ANYTHING)
    async def on_options(ack: AsyncAck) -> None:
        await ack(options=[])
