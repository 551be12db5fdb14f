"""Slack's directory: who has which account and standing, read at start and when Slack says so."""

from app.chat.client import Account, Chat
from app.delivery.outcome import Spoken
from app.flows.kit import Kit
from app.flows.know_people import know_people
from storage.effects import Effect


class Directory:
    """Reads the whole directory, or one account when the effect names it."""

    def __init__(self, kit: Kit, chat: Chat) -> None:
        self._kit = kit
        self._chat = chat

    async def speak(self, effect: Effect) -> Spoken:
        user = effect.facts.get("user")
        found: list[Account] = (
            [await self._chat.account(user)] if user else await self._chat.accounts()
        )
        return Spoken(record=lambda work: know_people(work, found))
