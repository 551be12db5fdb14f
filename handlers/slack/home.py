"""The Home tab, made anew whenever somebody opens it."""

import logging

from app.chat.client import Chat
from app.chat.errors import ChatError
from app.chat.words.home import Call, HomeFacts, home
from app.chat.words.inputs import View
from app.flows.admit import Act, SlackCaller, admit
from app.flows.kit import Kit
from app.flows.standing import NoOrganisation
from app.flows.tell.rings import pages_for
from app.flows.work import Refused, Work
from handlers.slack import looks, oncall
from storage import incidents, participants
from storage.escalations import Page

log = logging.getLogger(__name__)
MOST = 100


class Home:
    """Reads and publishes; nothing waits for it."""

    def __init__(self, kit: Kit, chat: Chat) -> None:
        self._kit = kit
        self._chat = chat

    async def publish(self, caller: SlackCaller) -> None:
        """Show somebody their Home; a Slack that fails now is asked again at the next opening."""
        try:
            view = await self._kit.read(home_of, caller)
        except NoOrganisation as missing:
            view = home(HomeFacts(now=self._kit.clock(), refused=str(missing)))
        try:
            await self._chat.publish_home(caller.slack_id, view)
        except ChatError as error:
            log.warning("A Home tab was not published.", extra={"why": error.code})


def home_of(work: Work, caller: SlackCaller) -> View:
    """One person's Home, or why there is none."""
    try:
        person = admit(work, caller, Act.LOOK)
    except Refused as refusal:
        return home(HomeFacts(now=work.now, refused=refusal.sentence))
    mine = [
        looks.row(work, each)
        for each in incidents.list_not_closed(work.tx, limit=MOST)
        if person in {one.person for one in participants.list_of(work.tx, each.id)}
    ]
    return home(
        HomeFacts(
            now=work.now,
            ringing=[_ringing(work, page) for page in pages_for(work, person)],
            duties=oncall.duties_of(work, person),
            incidents=mine,
            ways=oncall.ways_of(work, person),
        )
    )


def _ringing(work: Work, page: Page) -> Call:
    incident = work.incident(page.incident)
    return Call(page=page.id, row=looks.row(work, incident), because=page.reason)
