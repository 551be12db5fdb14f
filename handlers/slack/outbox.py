"""Private answers on their way: to a response address, into a form, onto a form."""

import logging
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError, SlackRequestError
from slack_sdk.webhook.async_client import AsyncWebhookClient

from app.chat.client import TIMEOUT, Chat
from app.chat.message import Message
from app.chat.words import guide, help
from app.chat.words.inputs import View

log = logging.getLogger(__name__)
LOST = (TimeoutError, aiohttp.ClientError, SlackRequestError)


class Outbox:
    """Sends what a person alone reads. Nothing depends on its arrival, so nothing is repeated."""

    def __init__(self, chat: Chat) -> None:
        self._chat = chat

    async def tell(self, back: str, message: Message, *, replace: bool = False) -> None:
        """Post to a response address; `replace` puts it in the place of the pressed message."""
        client = AsyncWebhookClient(
            back, timeout=TIMEOUT, session=self._chat.client.session, retry_handlers=[]
        )
        try:
            answer = await client.send(
                text=message.text,
                blocks=[dict(block) for block in message.blocks] or None,
                response_type="ephemeral",
                replace_original=replace,
                unfurl_links=False,
                unfurl_media=False,
            )
        except LOST as error:
            log.warning("A private answer was lost.", extra={"why": type(error).__name__})
            return
        if answer.status_code != 200:
            log.warning("Slack took no private answer.", extra={"status": answer.status_code})

    async def hint(self, channel: str, user: str) -> None:
        """A short help for somebody who called the bot by name; only they see it."""
        message = help.mentioned()
        try:
            await self._chat.client.chat_postEphemeral(
                channel=channel,
                user=user,
                text=message.text,
                blocks=[dict(block) for block in message.blocks],
            )
        except (SlackApiError, *LOST) as error:
            log.warning("A private answer was lost.", extra={"why": type(error).__name__})

    async def open(self, trigger: str, view: View, *, back: str | None, push: bool = False) -> None:
        """Open a form (`push`: on top of the one that was pressed in); if that fails, say so."""
        method = "views.push" if push else "views.open"
        problem = await self._view(method, trigger_id=trigger, view=view)
        if problem and back:
            await self.tell(back, guide.form_failed(problem))

    async def change(self, view_id: str, seen: str | None, view: View) -> None:
        """Replace a form that is open, unless it changed since it was pressed in."""
        await self._view("views.update", view_id=view_id, hash=seen, view=view)

    async def _view(self, method: str, **arguments: Any) -> str:
        """Empty when it worked, else a sentence."""
        call = getattr(self._chat.client, method.replace(".", "_"))
        given = {name: value for name, value in arguments.items() if value is not None}
        try:
            await call(**given)
        except SlackApiError as error:
            code = str(error.response.get("error", ""))
            log.warning("Slack opened no form.", extra={"method": method, "error": code})
            return _sentence(code)
        except LOST as error:
            log.warning("Slack opened no form.", extra={"method": method})
            return f"Slack did not answer ({type(error).__name__})."
        return ""


def _sentence(code: str) -> str:
    if "trigger" in code:
        return "Slack allows three seconds for it, and they had passed."
    return f"Slack refused it ({code})."
