"""The desk every listener goes to: one flow in one transaction, then a private answer.

Bolt loses an acknowledgement when anything raises right after it, so `ack` comes last, and
whatever goes to Slack runs beside it.
"""

import logging
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from slack_bolt.async_app import AsyncAck

from app.chat.client import Chat
from app.chat.message import Message
from app.chat.words import guide
from app.chat.words.inputs import View, notice
from app.flows.admit import SlackCaller
from app.flows.kit import Again, Kit
from app.flows.know_people import look_up
from app.flows.standing import NoOrganisation
from app.flows.work import Refused
from app.paging.seal import Seal
from handlers.slack.ask import (
    Ask,
    Body,
    Deed,
    Reply,
    read_ask,
    request_key,
    who_asks,
    who_did,
)
from handlers.slack.later import Later
from handlers.slack.outbox import Outbox

log = logging.getLogger(__name__)
ERROR_LIMIT = 1500
OURS = re.compile(r"(?<=`)/(inc|oncall)\b")


@dataclass(frozen=True, kw_only=True)
class CommandNames:
    """What the two commands are called in this workspace."""

    inc: str = "/inc"
    oncall: str = "/oncall"


class Desk:
    """Runs deeds for the people in Slack, and answers them whatever happens."""

    def __init__(
        self,
        kit: Kit,
        chat: Chat,
        *,
        names: CommandNames,
        later: Later,
        public_url: str | None = None,
        seal: Seal | None = None,
    ) -> None:
        self.kit = kit
        self.chat = chat
        self.names = names
        self.later = later
        self.outbox = Outbox(chat)
        self._public_url = public_url
        self._seal = seal

    def ask(self, body: Body) -> Ask:
        """Who asked, and where; with whether they are of our own workspace."""
        read = read_ask(body, home=self._home)
        return replace(read, public_url=self._public_url, seal=self._seal)

    def actor(self, event: Body) -> SlackCaller:
        """Who did what an event tells."""
        return who_did(event, home=self._home)

    async def decide(self, body: Body, deed: Deed, *, reads: bool = False) -> Reply:
        """Run the deed once, however often it is delivered; `reads`: it changes nothing."""
        try:
            if reads:
                reply: Reply | Again = await self.kit.read(deed)
            else:
                reply = await self.kit.once(request_key(body), deed)
        except Refused as refusal:
            self.meet(who_asks(body, home=self._home), refusal)
            reply = Reply(message=Message(text=refusal.sentence), refused=True)
        except NoOrganisation as missing:
            reply = Reply(message=Message(text=str(missing)), refused=True)
        except Exception:
            log.exception("A request from Slack failed.", extra={"type": body.get("type")})
            reply = Reply(message=guide.TROUBLE, refused=True)
        if isinstance(reply, Again):
            reply = Reply(message=guide.AGAIN)
        return self._named(reply)

    def is_me(self, slack_id: str | None) -> bool:
        """Whether that is our own account."""
        me = self.chat.me
        return me is not None and slack_id == me.user_id

    def meet(self, caller: SlackCaller, refusal: Refused) -> None:
        """Look up an account that was refused because nobody knows it, or not well enough."""
        if caller.slack_id and refusal.unsure:
            self.later.spawn(self._look_up(caller.slack_id))

    async def answer_command(self, ack: AsyncAck, body: Body, reply: Reply) -> None:
        """In the acknowledgement itself: no further call, and nothing that could get lost."""
        if reply.view is not None:
            self._open(body, reply.view)
        if reply.message is None:
            await ack()
            return
        await ack(
            text=reply.message.text,
            blocks=[dict(block) for block in reply.message.blocks],
            response_type="ephemeral",
        )

    async def answer_click(
        self, ack: AsyncAck, body: Body, reply: Reply, *, replace: bool = False
    ) -> None:
        """To the response address; from a form or Home, where there is none, as a small form."""
        back = body.get("response_url")
        if reply.view is not None and _is_form(body):
            here = body["view"]
            self.later.spawn(self.outbox.change(here["id"], here.get("hash"), reply.view))
        elif reply.view is not None:
            self._open(body, reply.view)
        elif reply.message is not None and back:
            self.later.spawn(self.outbox.tell(back, reply.message, replace=replace))
        elif reply.message is not None:
            self._open(body, notice(reply.message))
        await ack()

    async def answer_form(
        self, ack: AsyncAck, reply: Reply, *, block: str | None, back: str | None
    ) -> None:
        """A refusal stands at the block it is about; an answer goes where the form came from."""
        message = reply.message
        if reply.view is not None:
            await ack(response_action="update", view=reply.view)
        elif message is None:
            await ack()
        elif reply.refused and block is not None:
            await ack(response_action="errors", errors={block: message.text[:ERROR_LIMIT]})
        elif back and not reply.refused:
            self.later.spawn(self.outbox.tell(back, message))
            await ack()
        else:
            await ack(response_action="update", view=notice(message))

    def _open(self, body: Body, view: View) -> None:
        """At once, because its trigger lives three seconds."""
        trigger, back = body.get("trigger_id", ""), body.get("response_url")
        self.later.spawn(self.outbox.open(trigger, view, back=back, push=_is_form(body)))

    def _named(self, reply: Reply) -> Reply:
        """With the commands as they are called here."""
        if self.names == CommandNames():
            return reply
        message = reply.message
        if message is not None:
            message = Message(text=self._rename(message.text), blocks=self._rename(message.blocks))
        return Reply(message=message, view=self._rename(reply.view), refused=reply.refused)

    def _rename(self, said: Any) -> Any:
        if isinstance(said, str):
            return OURS.sub(lambda found: getattr(self.names, found[1]), said)
        if isinstance(said, Mapping):
            return {key: self._rename(value) for key, value in said.items()}
        if isinstance(said, Sequence):
            return [self._rename(each) for each in said]
        return said

    @property
    def _home(self) -> str | None:
        return self.chat.me.team_id if self.chat.me else None

    async def _look_up(self, slack_id: str) -> None:
        await self.kit.do(look_up, slack_id)


def _is_form(body: Body) -> bool:
    """Whether somebody pressed inside a form: only another one can stand on top of it."""
    return (body.get("view") or {}).get("type") == "modal"
