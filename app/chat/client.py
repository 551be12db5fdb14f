"""The calls we make to Slack: each one once, its trouble told as ChatError, no retries here."""

import asyncio
import contextlib
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError, SlackRequestError
from slack_sdk.web.async_client import AsyncWebClient

from app.chat.errors import BROKEN_TOKEN, PASSING, ChatError, code_of, explain
from app.chat.limits import Limits
from app.chat.message import Message
from app.chat.reach import PROBE, Reach

TIMEOUT = 5
"""Seconds for one call; shorter than the lease of the effect that makes it."""
EVENT = "baton"
INVITE_BATCH = 100
LOST = (TimeoutError, aiohttp.ClientError, SlackRequestError, json.JSONDecodeError)
READS = frozenset(
    {
        PROBE,
        "bookmarks.list",
        "conversations.history",
        "conversations.info",
        "conversations.list",
        "conversations.replies",
        "usergroups.list",
        "users.info",
        "users.list",
    }
)
"""They change nothing in Slack, however often they are made and by whom."""
HISTORY = 100
ABSENT = 30.0
"""Seconds for which a channel that was not there counts as not there."""
AT_ONCE = 16
"""So many calls that are no pages are on their way at once; each has a connection of its own."""


@dataclass(frozen=True, kw_only=True)
class Me:
    """Who the bot is."""

    user_id: str
    bot_id: str
    team_id: str
    team: str
    scopes: frozenset[str]


@dataclass(frozen=True, kw_only=True)
class Channel:
    id: str
    name: str
    creator: str | None = None
    archived: bool = False
    member: bool = False


@dataclass(frozen=True, kw_only=True)
class Group:
    """A user group: a handle that stands for several people."""

    id: str
    users: frozenset[str]
    disabled: bool


@dataclass(frozen=True, kw_only=True)
class Posted:
    channel: str
    ts: str


@dataclass(frozen=True, kw_only=True)
class Account:
    """An account as Slack's directory tells it."""

    slack_id: str
    team_id: str
    name: str
    email: str | None
    timezone: str | None
    bot: bool
    deactivated: bool
    guest: bool
    external: bool


class Chat:
    """Slack's Web API, as far as Baton speaks it.

    One shared session (slack_sdk would open one per call), no retries (the outbox repeats, after
    looking), a time-out shorter than an effect's lease. `before` is called in the instant before
    each call that changes something; what it raises keeps the call back.
    """

    def __init__(
        self,
        token: str,
        *,
        base_url: str,
        limits: Limits | None = None,
        before: Callable[[], None] = lambda: None,
    ) -> None:
        self._token = token
        self._before = before
        self._base_url = base_url
        self._session: aiohttp.ClientSession | None = None
        self._client: AsyncWebClient | None = None
        self.limits = limits or Limits()
        self._ids: dict[str, str] = {}
        self._absent: dict[str, ChatError] = {}
        self._absent_until = 0.0
        self._places = asyncio.Semaphore(AT_ONCE)
        self._closed = False
        self.reach = Reach()
        self.me: Me | None = None
        self.calls = 0

    @property
    def problem(self) -> str | None:
        """What only a person can mend about our token, with the fix."""
        return self.reach.problem

    @property
    def client(self) -> AsyncWebClient:
        """The client for doors that answer Slack (views); made on the running loop."""
        if self._client is None:
            self._session = aiohttp.ClientSession(
                timeout=aiohttp.ClientTimeout(total=TIMEOUT),
                # Not bounded here: a page never waits for a connection that others hold.
                connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=60),
            )
            self._client = AsyncWebClient(
                token=self._token,
                base_url=self._base_url,
                session=self._session,
                timeout=TIMEOUT,
                retry_handlers=[],
            )
        return self._client

    async def close(self) -> None:
        """For good: what still waits for its turn is refused, and makes no new session."""
        self._closed = True
        if self._session is not None:
            await self._session.close()
        self._session = self._client = None

    def renew(self, token: str) -> bool:
        """Go on with another token; False when it is the one we have."""
        if token == self._token:
            return False
        self._token = self.client.token = token
        self.reach.renewed()
        return True

    async def who_am_i(self) -> Me:
        """Ask Slack who we are; a bad token shows here and nowhere else."""
        answer = await self._call(PROBE)
        scopes = answer.headers.get("x-oauth-scopes", "")
        self.me = Me(
            user_id=answer["user_id"],
            bot_id=answer.get("bot_id", ""),
            team_id=answer["team_id"],
            team=answer.get("team", ""),
            scopes=frozenset(filter(None, (each.strip() for each in scopes.split(",")))),
        )
        self.reach.granted(self.me.scopes)
        return self.me

    async def post(
        self,
        channel: str,
        message: Message,
        *,
        key: str,
        thread: str | None = None,
        urgent: bool = False,
    ) -> Posted:
        """Post with our key in its metadata, so that a lost answer can be looked for."""
        answer = await self._call(
            "chat.postMessage",
            channel=channel,
            urgency=0 if urgent else 1,
            text=message.text,
            blocks=list(message.blocks) or None,
            thread_ts=thread,
            metadata={"event_type": EVENT, "event_payload": {"key": key}},
            unfurl_links=False,
            unfurl_media=False,
            link_names=False,
        )
        return Posted(channel=answer["channel"], ts=answer["ts"])

    async def edit(self, posted: Posted, message: Message) -> None:
        await self._call(
            "chat.update",
            channel=posted.channel,
            ts=posted.ts,
            text=message.text,
            blocks=list(message.blocks) or [],
            link_names=False,
        )

    async def find_post(
        self, channel: str, *, key: str, thread: str | None = None
    ) -> Posted | None:
        """One of our newest posts by the key in its metadata."""
        answer = await self._call(
            "conversations.replies" if thread else "conversations.history",
            channel=channel,
            limit=HISTORY,
            include_all_metadata=True,
            ts=thread,
        )
        for message in answer.get("messages", []):
            payload = message.get("metadata", {}).get("event_payload", {})
            if payload.get("key") == key:
                return Posted(channel=channel, ts=message["ts"])
        return None

    async def open_direct(self, user: str) -> str:
        """The id of the direct conversation with a user."""
        answer = await self._call("conversations.open", users=user)
        channel: str = answer["channel"]["id"]
        return channel

    async def create_channel(self, name: str) -> Channel:
        answer = await self._call("conversations.create", name=name)
        return _channel(answer["channel"])

    async def find_channel(self, name: str) -> Channel | None:
        """A public channel by its name, or a private one the bot is in."""
        name = name.lstrip("#")
        cursor = ""
        while True:
            answer = await self._call(
                "conversations.list",
                limit=1000,
                cursor=cursor or None,
                types="public_channel,private_channel",
            )
            for found in answer["channels"]:
                if found["name"] == name:
                    return _channel(found)
            cursor = (answer.get("response_metadata") or {}).get("next_cursor", "")
            if not cursor:
                return None

    async def set_topic(self, channel: str, topic: str) -> None:
        await self._call("conversations.setTopic", channel=channel, topic=topic)

    async def topic_of(self, channel: str) -> str:
        """As Slack keeps it: with its entities, ready to be set again."""
        answer = await self._call("conversations.info", channel=channel)
        return str((answer["channel"].get("topic") or {}).get("value") or "")

    async def find_group(self, handle: str) -> Group | None:
        """A user group by its handle, disabled ones too."""
        answer = await self._call(
            "usergroups.list", include_disabled=True, include_users=True, optional=True
        )
        for found in answer["usergroups"]:
            if found["handle"] == handle:
                users = frozenset(found.get("users") or ())
                return Group(id=found["id"], users=users, disabled=bool(found.get("date_delete")))
        return None

    async def fill_group(self, group: str, users: Sequence[str]) -> None:
        """From now on these are in it and nobody else; Slack refuses to empty one."""
        await self._call("usergroups.users.update", usergroup=group, users=users, optional=True)

    async def pin(self, posted: Posted) -> None:
        """Pinning twice is success."""
        await self._call(
            "pins.add",
            channel=posted.channel,
            timestamp=posted.ts,
            fine=("already_pinned",),
        )

    async def react(self, posted: Posted, name: str) -> None:
        """Twice is success."""
        await self._call(
            "reactions.add",
            channel=posted.channel,
            timestamp=posted.ts,
            name=name,
            fine=("already_reacted",),
        )

    async def take_back(self, posted: Posted, name: str) -> None:
        """Take a reaction of ours away; one that is not there is success."""
        await self._call(
            "reactions.remove",
            channel=posted.channel,
            timestamp=posted.ts,
            name=name,
            fine=("no_reaction",),
        )

    async def bookmark(self, channel: str, *, title: str, link: str) -> None:
        await self._call(
            "bookmarks.add",
            channel=channel,
            channel_id=channel,
            title=title,
            type="link",
            link=link,
        )

    async def bookmarks(self, channel: str) -> list[str]:
        """The titles of a channel's bookmarks."""
        answer = await self._call("bookmarks.list", channel_id=channel)
        return [each.get("title", "") for each in answer.get("bookmarks", [])]

    async def join(self, channel: str) -> None:
        """Come into a public channel, again where somebody removed us; twice is success."""
        await self._call("conversations.join", channel=channel)

    async def invite(self, channel: str, users: Sequence[str]) -> None:
        """Invite everybody who can be; those who cannot never keep the others out."""
        for start in range(0, len(users), INVITE_BATCH):
            await self._call(
                "conversations.invite",
                channel=channel,
                users=",".join(users[start : start + INVITE_BATCH]),
                force=True,
                fine=("already_in_channel", "cant_invite_self"),
            )

    async def channel_id(self, name: str) -> str:
        """The id behind a "#name" of the organisation file; ids pass through.

        Remembered, because listing channels is slow and rationed; forgotten when a call says
        that the channel is gone. One that is not there is not looked for again for a while.
        """
        if not name.startswith("#"):
            return name
        if time.monotonic() > self._absent_until:
            self._absent.clear()
        if name in self._absent:
            raise self._absent[name]
        if name not in self._ids:
            found = await self.find_channel(name)
            if found is None or found.archived:
                code = "is_archived" if found else "channel_not_found"
                self._absent[name] = ChatError(code, explain(f"to find {name}", code))
                self._absent_until = time.monotonic() + ABSENT
                raise self._absent[name]
            self._ids[name] = found.id
        return self._ids[name]

    def forget_channel(self, channel: str) -> bool:
        """True when it was remembered, so that asking again may find another one."""
        before = len(self._ids)
        self._ids = {name: found for name, found in self._ids.items() if found != channel}
        return len(self._ids) < before

    async def accounts(self) -> list[Account]:
        """The whole directory."""
        found: list[Account] = []
        cursor = ""
        team = (self.me or await self.who_am_i()).team_id
        while True:
            answer = await self._call("users.list", limit=200, cursor=cursor or None)
            found += [_account(each, team) for each in answer["members"]]
            cursor = (answer.get("response_metadata") or {}).get("next_cursor", "")
            if not cursor:
                return found

    async def account(self, user: str) -> Account:
        team = (self.me or await self.who_am_i()).team_id
        answer = await self._call("users.info", user=user)
        return _account(answer["user"], team)

    async def publish_home(self, user: str, view: dict[str, Any]) -> None:
        await self._call("views.publish", user_id=user, view=view)

    async def _call(
        self,
        method: str,
        *,
        urgency: int = 1,
        fine: Sequence[str] = (),
        optional: bool = False,
        **arguments: Any,
    ) -> Any:
        """`optional`: Baton does without it, so a missing scope is no trouble of Slack's."""
        urgent = urgency == 0
        self.reach.check(method, urgent=urgent)
        # The channel's queue paces posts only; other calls are counted by method.
        channel = arguments.get("channel") if method == "chat.postMessage" else None
        await self.limits.turn(method, channel=channel, urgency=urgency)
        given = {name: value for name, value in arguments.items() if value is not None}
        async with self._place(method, urgent):
            self.reach.check(method, urgent=urgent)
            if self._closed:
                raise ChatError("closed", "Baton is stopping. This is said after its next start.")
            if method not in READS:
                self._before()
            self.calls += 1
            try:
                # The named methods know which of Slack's methods read JSON and which only a form.
                answer = await getattr(self.client, method.replace(".", "_"))(**given)
            except SlackApiError as error:
                if code_of(error) not in fine:
                    raise self._refusal(method, channel, error, optional) from error
                answer = error.response
            except LOST as error:
                self.reach.silent()
                # The request may have arrived although its answer did not.
                unsent = isinstance(error, aiohttp.ClientConnectorError)
                raise ChatError(
                    "no_answer",
                    f"Slack did not answer {method} ({type(error).__name__}).",
                    unknown=not unsent,
                ) from error
        self.reach.answered()
        return answer

    def _place(self, method: str, urgent: bool) -> contextlib.AbstractAsyncContextManager[None]:
        """Calls that hang keep neither a page waiting nor the probe."""
        return contextlib.nullcontext() if urgent or method == PROBE else self._places

    def _refusal(
        self, method: str, channel: str | None, error: SlackApiError, optional: bool
    ) -> ChatError:
        response = error.response
        status = getattr(response, "status_code", 200)
        code = code_of(error)
        if status == 429:
            self.reach.answered()
            wait = float(response.headers.get("Retry-After", 1))
            self.limits.refused(method, channel, wait)
            return ChatError(
                "ratelimited", f"Slack asks to wait {wait:.0f} s before {method}.", retry_after=wait
            )
        if status >= 500 or code in PASSING or not code:
            self.reach.silent()
            return ChatError(
                code or f"http_{status}", f"Slack failed at {method} ({status}).", unknown=True
            )
        return self._refused(method, code, response.get("needed"), optional)

    def _refused(self, method: str, code: str, needed: str | None, optional: bool) -> ChatError:
        """Slack answered, and said no."""
        sentence = explain(method, code, needed=needed)
        if code in BROKEN_TOKEN:
            refused = ChatError(code, sentence)
            self.reach.refused_token(refused)
            return refused
        if code == "missing_scope" and not optional:
            self.reach.lacks(method, needed, sentence)
            return ChatError(code, sentence)
        self.reach.answered()
        return ChatError(code, sentence, permanent=True)


def _channel(found: dict[str, Any]) -> Channel:
    return Channel(
        id=found["id"],
        name=found["name"],
        creator=found.get("creator"),
        archived=bool(found.get("is_archived")),
        member=bool(found.get("is_member")),
    )


def _account(found: dict[str, Any], team: str) -> Account:
    profile = found.get("profile") or {}
    return Account(
        slack_id=found["id"],
        team_id=found.get("team_id") or team,
        name=profile.get("display_name") or found.get("real_name") or found.get("name") or "",
        email=(profile.get("email") or "").lower() or None,
        timezone=found.get("tz"),
        bot=bool(found.get("is_bot")) or found["id"] == "USLACKBOT",
        deactivated=bool(found.get("deleted")),
        guest=bool(found.get("is_restricted") or found.get("is_ultra_restricted")),
        external=bool(found.get("is_stranger")) or (found.get("team_id") or team) != team,
    )
