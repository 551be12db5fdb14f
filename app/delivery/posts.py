"""Speaks in Slack: channels, posts and the things we keep editing, each of them repeatable."""

import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.chat.client import Channel, Chat, Posted
from app.chat.errors import ChatError
from app.chat.message import Message
from app.delivery.outcome import Spoken
from app.flows import tell
from app.flows.kinds import Kind
from app.flows.kit import Kit
from app.flows.record import (
    channel_made,
    delivered_digest,
    handover_posted,
    invited,
    post_stands,
)
from app.flows.work import Work
from app.rules.incident import Incident, IncidentId
from storage import incidents, posts
from storage.effects import Effect, Lane
from storage.posts import Post

log = logging.getLogger("baton.delivery")

GONE = frozenset({"message_not_found", "cant_update_message", "edit_window_closed"})
NO_ROOM = frozenset({"channel_not_found", "is_archived"})
SHUT_ROOM = NO_ROOM | {"not_in_channel", "restricted_action", "read_only_channel"}
"""What an incident says goes to the engineering channel where its own cannot be written to."""
MOST_JOINS = 3
SUFFIXES = 6
"""So many other names are tried when a foreign channel holds ours."""

Speaker = Callable[[Effect], Awaitable[Spoken]]
Pick = Callable[[Work], str]
"""Names a channel of the organisation file."""


@dataclass(frozen=True, kw_only=True)
class _Seen:
    """What a post needs, read in one go: its incident, what it says now, and where it stands."""

    incident: Incident
    message: Message | None
    post: Post | None


class Posts:
    """One method per kind of chat effect; `speak` finds it."""

    def __init__(self, kit: Kit, chat: Chat) -> None:
        self._kit = kit
        self._chat = chat
        self._speakers: Mapping[str, Speaker] = {
            Kind.CHANNEL: self._channel,
            Kind.CARD: self._card,
            Kind.ANNOUNCEMENT: self._announcement,
            Kind.TOPIC: self._topic,
            Kind.PIN: self._pin,
            Kind.BOOKMARK: self._bookmark,
            Kind.INVITE: self._invite,
            Kind.NOBODY_ANSWERED: self._nobody_answered,
            Kind.NOTICE: self._notice,
            Kind.DIGEST: self._digest,
            Kind.EVENING: self._evening,
            Kind.SAY: self._say,
            Kind.CALL: self._call,
            Kind.GAP: self._to_engineering(tell.gap),
            Kind.ALARM: self._to_engineering(tell.alarm),
            Kind.PAGE_MESSAGE: self._page_message,
            Kind.HANDOVER: self._handover,
            Kind.LETTER: self._letter,
            Kind.BOARD: self._board,
        }

    async def speak(self, effect: Effect) -> Spoken:
        """Say it; raises ChatError with what to do about it."""
        try:
            return await self._speakers[effect.kind](effect)
        except ChatError as error:
            if error.code == "not_in_channel" and await self._is_back_inside(effect):
                raise ChatError(error.code, error.sentence) from error
            raise

    async def _is_back_inside(self, effect: Effect) -> bool:
        """Somebody removed us from an incident's channel: we come back, and it is tried again."""
        if effect.incident is None or effect.attempts > MOST_JOINS:
            return False
        channel = (await self._incident(effect)).channel_id
        if channel is None:
            return False
        try:
            await self._chat.join(channel)
        except ChatError as error:
            log.info("An incident's channel cannot be joined again: %s", error.sentence)
            return False
        return True

    # ── channels ──────────────────────────────────────────────────────────────────────────────
    async def _channel(self, effect: Effect) -> Spoken:
        incident = await self._incident(effect)
        if incident.channel_id is not None or not incident.state.is_open:
            return Spoken()
        made = await self._make_or_adopt(tell.channel_name(incident))
        return Spoken(
            record=lambda work: channel_made(work, incident.id, channel_id=made.id, name=made.name)
        )

    async def _make_or_adopt(self, wanted: str) -> Channel:
        """A name that is taken is ours from before a crash, or somebody else's: then a suffix."""
        for suffix in range(1, SUFFIXES + 1):
            name = wanted if suffix == 1 else f"{wanted[:76]}-{suffix}"
            try:
                return await self._chat.create_channel(name)
            except ChatError as error:
                if error.code != "name_taken":
                    raise
            found = await self._ours(name)
            if found is not None:
                return found
        raise ChatError("name_taken", f"Every name like #{wanted} is taken.", permanent=True)

    async def _ours(self, name: str) -> Channel | None:
        """A channel of this name that we made before a crash and that no incident has yet."""
        me = self._chat.me or await self._chat.who_am_i()
        found = await self._chat.find_channel(name)
        if found is None or found.creator != me.user_id:
            return None
        used = await self._kit.read(
            lambda work: incidents.find_by_channel(work.tx, found.id) is not None
        )
        return None if used else found

    async def _topic(self, effect: Effect) -> Spoken:
        channel, topic = await self._kit.read(_topic, effect)
        if channel is not None:
            await self._chat.set_topic(channel, topic)
        return Spoken()

    async def _bookmark(self, effect: Effect) -> Spoken:
        incident = await self._incident(effect)
        if incident.channel_id is None:
            return Spoken()
        title = effect.facts["title"]
        if effect.repeat and title in await self._chat.bookmarks(incident.channel_id):
            return Spoken()
        await self._chat.bookmark(incident.channel_id, title=title, link=effect.facts["link"])
        return Spoken()

    async def _pin(self, effect: Effect) -> Spoken:
        post = await self._stands(effect.facts["post"])
        if post is not None:
            await self._chat.pin(Posted(channel=post.channel, ts=post.ts))
        return Spoken()

    async def _invite(self, effect: Effect) -> Spoken:
        channel, wanted = await self._kit.read(_called_in, effect)
        if channel is not None and wanted:
            # Who is in it already is no failure; looking first would cost the others a call.
            await self._chat.invite(channel, wanted)
        return Spoken()

    # ── posts ─────────────────────────────────────────────────────────────────────────────────
    async def _card(self, effect: Effect) -> Spoken:
        seen = await self._see(effect, tell.card, f"card:{effect.incident}")
        channel = seen.incident.channel_id
        if channel is None or seen.message is None:
            return Spoken()
        return await self._keep(effect, f"card:{effect.incident}", channel, seen)

    async def _announcement(self, effect: Effect) -> Spoken:
        key = f"announcement:{effect.incident}"
        seen = await self._see(effect, tell.announcement, key)
        if seen.message is None:
            return Spoken()
        return await self._keep(effect, key, await self._engineering(), seen)

    async def _nobody_answered(self, effect: Effect) -> Spoken:
        def telling(work: Work, number: IncidentId) -> Message | None:
            return tell.nobody_answered(work, number, effect.facts)

        seen = await self._see(effect, telling, effect.key)
        if seen.message is None:
            return Spoken()
        channel = seen.incident.channel_id or await self._engineering()
        try:
            return await self._keep(effect, effect.key, channel, seen)
        except ChatError as error:
            if not error.permanent or error.code not in SHUT_ROOM:
                raise
        return await self._keep(effect, effect.key, await self._engineering(), seen)

    async def _notice(self, effect: Effect) -> Spoken:
        key = f"notice:{effect.incident}"
        seen = await self._see(effect, tell.notice, key)
        if seen.message is None:
            return Spoken()
        room = await self._room(lambda work: tell.owner_channel(work, seen.incident))
        return await self._keep(effect, key, room, seen)

    async def _digest(self, effect: Effect) -> Spoken:
        team = effect.facts["team"]
        since = effect.facts.get("at")
        opening = datetime.fromisoformat(since) if since else None
        found = await self._kit.read(tell.digest, team, key=effect.key, at=opening)
        if found is None:
            return Spoken()
        message, held = found
        channel = await self._room(lambda work: tell.digest_channel(work, team))
        posted = await self._post_once(effect, effect.key, channel, message)
        return Spoken(record=lambda work: delivered_digest(work, effect.key, held, posted=posted))

    async def _evening(self, effect: Effect) -> Spoken:
        team, closing = effect.facts["team"], datetime.fromisoformat(effect.facts["at"])
        message = await self._kit.read(tell.evening, team, closing)
        if message is None:
            return Spoken()
        channel = await self._room(lambda work: tell.digest_channel(work, team))
        return await self._stand(effect, channel, message)

    async def _call(self, effect: Effect) -> Spoken:
        """To the channel of a team that has no rota, while its incident is unanswered."""
        incident = await self._incident(effect)
        message = await self._kit.read(tell.called, incident.id)
        if message is None:
            return Spoken()
        name = await self._kit.read(lambda work: tell.owner_channel(work, incident))
        channel = await self._chat.channel_id(name)
        posted = await self._post_once(effect, effect.key, channel, message)
        return _standing(effect, effect.key, posted)

    async def _say(self, effect: Effect) -> Spoken:
        incident = await self._incident(effect)
        message = await self._kit.read(tell.say, incident.id, effect.facts)
        if message is None or incident.channel_id is None:
            return Spoken()
        thread = None
        if effect.facts.get("thread"):
            card = await self._stands(f"card:{incident.id}")
            thread = card.ts if card and card.channel == incident.channel_id else None
        try:
            posted = await self._post_once(
                effect, effect.key, incident.channel_id, message, thread=thread
            )
        except ChatError as error:
            if not error.permanent or error.code not in SHUT_ROOM:
                raise
            posted = await self._say_under_announcement(effect, incident, message)
        return _standing(effect, effect.key, posted)

    async def _say_under_announcement(
        self, effect: Effect, incident: Incident, message: Message
    ) -> Posted:
        channel = await self._engineering()
        stands = await self._stands(f"announcement:{incident.id}")
        thread = stands.ts if stands is not None and stands.channel == channel else None
        return await self._post_once(effect, effect.key, channel, message, thread=thread)

    def _to_engineering(
        self, telling: Callable[[Work, Mapping[str, Any]], Message | None]
    ) -> Speaker:
        async def speak(effect: Effect) -> Spoken:
            message = await self._kit.read(telling, effect.facts)
            if message is None:
                return Spoken()
            channel = await self._engineering()
            posted = await self._post_once(effect, effect.key, channel, message)
            return _standing(effect, effect.key, posted)

        return speak

    async def _page_message(self, effect: Effect) -> Spoken:
        """The Slack page of somebody, edited once it is answered; one never sent stays unsent."""
        page = effect.facts["page"]
        post = await self._stands(f"page:{page}")
        if post is None:
            return Spoken()
        message = await self._kit.read(tell.page_message, page)
        if message is not None:
            await self._edit(post, message)
        return Spoken()

    async def _handover(self, effect: Effect) -> Spoken:
        number = effect.facts["handover"]
        message = await self._kit.read(tell.handover, number)
        if message is None:
            return Spoken()
        channel = await self._room(lambda work: work.org.oncall_channel)
        key = f"handover:{number}"
        post = await self._stands(key)
        if post is not None and await self._edit(post, message):
            return Spoken()
        posted = await self._post_once(effect, key, channel, message)
        return Spoken(record=lambda work: handover_posted(work, number, key, posted=posted))

    async def _letter(self, effect: Effect) -> Spoken:
        """To one person; whoever has no Slack account is told nothing here."""
        user, message = await self._kit.read(tell.letter, effect.facts)
        if user is None or message is None:
            return Spoken()
        return await self._stand(effect, await self._chat.open_direct(user), message)

    async def _board(self, effect: Effect) -> Spoken:
        message = await self._kit.read(tell.board, effect.facts)
        if message is None:
            return Spoken()
        channel = await self._room(lambda work: tell.board_channel(work, effect.facts))
        return await self._stand(effect, channel, message)

    async def _stand(self, effect: Effect, channel: str, message: Message) -> Spoken:
        """Of no incident: it stands under the effect's own key."""
        post = await self._stands(effect.key)
        if post is not None and await self._edit(post, message):
            return Spoken()
        return _standing(
            effect, effect.key, await self._post_once(effect, effect.key, channel, message)
        )

    # ── how ───────────────────────────────────────────────────────────────────────────────────
    async def _see(
        self, effect: Effect, telling: Callable[[Work, IncidentId], Message | None], key: str
    ) -> _Seen:
        return await self._kit.read(_see, effect, telling, key)

    async def _keep(self, effect: Effect, key: str, channel: str, seen: _Seen) -> Spoken:
        """Edit what stands under `key`, or post it once."""
        message = seen.message
        if message is None or (seen.post is not None and await self._edit(seen.post, message)):
            return Spoken()
        posted = await self._post_once(effect, key, channel, message)
        return _standing(effect, key, posted)

    async def _edit(self, post: Post, message: Message) -> bool:
        """False when somebody deleted it, so that it has to be posted anew."""
        try:
            await self._chat.edit(Posted(channel=post.channel, ts=post.ts), message)
        except ChatError as error:
            if error.code not in GONE:
                raise
            await self._kit.do(lambda work: posts.forget(work.tx, post.key))
            return False
        return True

    async def _post_once(
        self,
        effect: Effect,
        key: str,
        channel: str,
        message: Message,
        *,
        thread: str | None = None,
    ) -> Posted:
        """Post, unless an earlier try whose answer was lost did."""
        if effect.repeat:
            found = await self._chat.find_post(channel, key=key, thread=thread)
            if found is not None:
                return found
        try:
            return await self._chat.post(channel, message, key=key, thread=thread)
        except ChatError as error:
            if error.code in NO_ROOM and self._chat.forget_channel(channel):
                # A channel of the file is gone: the next try looks where it goes instead.
                raise ChatError(error.code, error.sentence) from error
            raise

    async def _stands(self, key: str) -> Post | None:
        return await self._kit.read(lambda work: posts.find(work.tx, key))

    async def _incident(self, effect: Effect) -> Incident:
        return await self._kit.read(lambda work: work.incident(effect.incident or 0))

    async def _engineering(self) -> str:
        return await self._room(lambda work: work.org.engineering_channel)

    async def _room(self, pick: Pick) -> str:
        """The id of a channel of the organisation file. Where it is not there, what belongs in it
        goes to the engineering channel, else to the on-call channel, with a word about it."""
        name, *others = await self._kit.read(
            lambda work: (pick(work), work.org.engineering_channel, work.org.oncall_channel)
        )
        lost: ChatError | None = None
        for place in dict.fromkeys((name, *others)):
            try:
                room = await self._chat.channel_id(place)
            except ChatError as error:
                if error.code not in NO_ROOM:
                    raise
                lost = lost or error
                continue
            if lost is not None:
                await self._kit.do(_room_is_lost, name, lost.sentence)
            return room
        raise lost or ChatError("channel_not_found", f"{name} is not there.")


def _see(
    work: Work, effect: Effect, telling: Callable[[Work, IncidentId], Message | None], key: str
) -> _Seen:
    number = effect.incident or 0
    return _Seen(
        incident=work.incident(number), message=telling(work, number), post=posts.find(work.tx, key)
    )


def _topic(work: Work, effect: Effect) -> tuple[str | None, str]:
    incident = work.incident(effect.incident or 0)
    return incident.channel_id, tell.topic(work, incident.id)


def _called_in(work: Work, effect: Effect) -> tuple[str | None, list[str]]:
    incident = work.incident(effect.incident or 0)
    return incident.channel_id, sorted(invited(work, incident.id))


def _room_is_lost(work: Work, name: str, problem: str) -> None:
    """Told once an hour; the people whose channel it was cannot know otherwise."""
    what = f"The channel {name} of baton.toml is not there; what belongs in it is posted here."
    work.ask(
        Kind.ALARM,
        f"alarm:{work.now:%Y-%m-%dT%H}:no_room:{name}",
        lane=Lane.CHAT,
        facts={"v": 1, "what": what, "problem": problem},
    )


def _standing(effect: Effect, key: str, posted: Posted) -> Spoken:
    return Spoken(
        record=lambda work: post_stands(
            work, key, channel=posted.channel, ts=posted.ts, incident=effect.incident
        )
    )
