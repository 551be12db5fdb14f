"""A sign to ourselves: the only proof that what Slack sends arrives, where it sends nothing else.

A WebSocket that answers pings may deliver no envelope for hours. A reaction of our own comes back
as an event; on the card of an incident, in a channel that is ours, and taken away at once, it
notifies nobody and marks nothing as unread.
"""

import logging
from collections.abc import Sequence

from app.chat.client import Chat, Posted
from app.chat.errors import ChatError
from app.flows.kit import Kit
from app.flows.work import Work
from storage import posts
from storage.posts import Post

log = logging.getLogger(__name__)
SIGN = "satellite_antenna"
CANDIDATES = 5
"""So many cards are tried: the channels of the newest may be archived."""


class SelfPing:
    """`ping` gives the sign; Slack tells us of it twice, when it comes and when it goes."""

    def __init__(self, kit: Kit, chat: Chat) -> None:
        self._kit = kit
        self._chat = chat

    async def ping(self) -> bool:
        """False where it could not be given: there is no card yet, or Slack does not answer."""
        for card in await self._kit.read(_cards):
            place = Posted(channel=card.channel, ts=card.ts)
            try:
                await self._chat.react(place, SIGN)
                await self._chat.take_back(place, SIGN)
            except ChatError as error:
                log.info("A sign to ourselves could not be given: %s", error.sentence)
                if not error.permanent:
                    return False
                continue
            return True
        return False


def _cards(work: Work) -> Sequence[Post]:
    return posts.newest(work.tx, "card", limit=CANDIDATES)
