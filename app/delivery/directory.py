"""Slack's directory: who has which account and standing, read at start and when Slack says so."""

from app.chat.client import Chat
from app.delivery.outcome import Spoken
from app.flows.kit import Kit
from app.flows.know_people import know_everybody, know_people
from storage.effects import Effect


class Directory:
    """Reads the whole directory, or one account when the effect names it."""

    def __init__(self, kit: Kit, chat: Chat) -> None:
        self._kit = kit
        self._chat = chat

    async def speak(self, effect: Effect) -> Spoken:
        user, asked_at = effect.facts.get("user"), self._kit.clock()
        if user:
            account = await self._chat.account(user)
            return Spoken(record=lambda work: know_people(work, [account], asked_at=asked_at))
        found = await self._chat.accounts()
        return Spoken(record=lambda work: know_everybody(work, found, asked_at=asked_at))
