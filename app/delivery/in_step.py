"""Sets in Slack what follows the rota by itself: the user group on call, our part of a topic."""

from collections.abc import Awaitable, Callable, Mapping

from app.chat.client import Chat
from app.chat.errors import ChatError
from app.chat.words import in_step as words
from app.delivery.outcome import Spoken
from app.flows import tell
from app.flows.keep_in_step import stands_in_step
from app.flows.kinds import Kind
from app.flows.kit import Kit
from storage.effects import Effect

Setting = Callable[[], Awaitable[str | None]]


class InStep:
    """Each sets what is true now, whatever was true when it was asked for; what Slack shows
    already is left alone, so that nothing is said twice. What only a person can mend is no
    failure to be repeated: it is noted, and tried again later."""

    def __init__(self, kit: Kit, chat: Chat) -> None:
        self._kit = kit
        self._chat = chat
        self._settings: Mapping[str, Setting] = {
            Kind.HANDLE: self._handle,
            Kind.ONCALL_TOPIC: self._topic,
        }

    async def speak(self, effect: Effect) -> Spoken:
        """Raises ChatError where asking again will help."""
        kind = Kind(effect.kind)
        try:
            problem = await self._settings[kind]()
        except ChatError as error:
            if not error.permanent:
                raise
            problem = error.sentence
        return Spoken(record=lambda work: stands_in_step(work, kind, problem))

    async def _handle(self) -> str | None:
        wanted = await self._kit.read(tell.handle)
        if wanted is None:
            return None
        group = await self._chat.find_group(wanted.name)
        if group is None:
            return words.no_group(wanted.name)
        if group.disabled:
            return words.group_is_disabled(wanted.name)
        if wanted.accounts and group.users != frozenset(wanted.accounts):
            await self._chat.fill_group(group.id, wanted.accounts)
        return wanted.lacking or None

    async def _topic(self) -> str | None:
        wanted = await self._kit.read(tell.oncall_topic)
        if wanted is None:
            return None
        name, facts = wanted
        channel = await self._chat.channel_id(name)
        before = await self._chat.topic_of(channel)
        topic = words.oncall_topic(facts, before)
        if topic is None:
            return words.no_room()
        if topic != before:
            await self._set_topic(channel, topic)
        return None

    async def _set_topic(self, channel: str, topic: str) -> None:
        """Only a member may: we come into the channel where we may."""
        try:
            await self._chat.set_topic(channel, topic)
        except ChatError as error:
            if error.code != "not_in_channel":
                raise
            await self._chat.join(channel)
            await self._chat.set_topic(channel, topic)
