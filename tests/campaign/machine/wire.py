"""The world outside: phones and a Slack that do as they are told, and remember what they heard."""

import asyncio
import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, TypeVar

from app.chat.client import Account, Channel, Me, Posted
from app.chat.errors import ChatError
from app.chat.message import Message
from app.paging.errors import PagingError
from app.paging.receipt import Receipt
from app.paging.words import PageText
from app.rules.ladder import Method

T = TypeVar("T")
GIVEN_UP_AFTER = timedelta(seconds=5)
"""What a provider's answer is waited for; an effect's lease is longer."""
DANGEROUS = re.compile(r"<!(?:channel|here|everyone|subteam)|<@UEVIL|<https?://evil|<#CEVIL")
"""What the hostile alerts of the machine would become if somebody forgot to escape them."""


class Mode(StrEnum):
    """What becomes of a call: whether it is done, and what its caller learns of it."""

    UP = "up"
    REFUSED = "refused"  # not done, and the caller knows
    LOST = "lost"  # done, and the answer is lost
    VANISHED = "vanished"  # not done, and the answer is lost
    HANGING = "hanging"  # done, and the answer comes when somebody says so
    DEAD = "dead"  # refused for good


@dataclass(eq=False)
class Call:
    """A call that hangs; whoever made it waits for `answered`."""

    key: str
    since: datetime
    answered: "asyncio.Future[Mode]"
    replica: "object"


@dataclass(frozen=True, kw_only=True)
class Heard:
    """A try that a phone heard, or that the provider swallowed."""

    step: int
    at: datetime
    key: str
    person: str
    method: Method
    heard: bool
    repeat: bool


class Wire:
    """One far end with its mode. What hangs is in `hanging`, with the replica that waits."""

    def __init__(self, now: Callable[[], datetime], trouble: Callable[[Mode], Exception]) -> None:
        self.mode = Mode.UP
        self.hanging: list[Call] = []
        self._now = now
        self._trouble = trouble

    async def call(self, replica: object, act: Callable[[bool], T]) -> T:
        """`act` is told whether the far end does it; its result comes back, or the trouble is
        raised."""
        mode = self.mode
        done = act(mode in (Mode.UP, Mode.LOST, Mode.HANGING))
        if mode is Mode.HANGING:
            answered: asyncio.Future[Mode] = asyncio.get_running_loop().create_future()
            call = Call(current_key(), self._now(), answered, replica)
            self.hanging.append(call)
            try:
                mode = await answered
            finally:
                self.hanging.remove(call)
        if mode is not Mode.UP:
            raise self._trouble(mode)
        return done

    def overdue(self, now: datetime, asleep: Iterable[object]) -> list[Call]:
        """What hangs for so long that its caller, if awake, has given up."""
        sleepers = set(map(id, asleep))
        late = [each for each in self.hanging if id(each.replica) not in sleepers]
        return [each for each in late if each.since + GIVEN_UP_AFTER <= now]


def current_key() -> str:
    """The key of the effect that is being spoken: a lane names its tasks after it."""
    task = asyncio.current_task()
    return task.get_name().partition(":")[2] if task else ""


def phone_trouble(mode: Mode) -> Exception:
    return PagingError(
        f"The provider is {mode}.",
        permanent=mode is Mode.DEAD,
        maybe_heard=mode in (Mode.LOST, Mode.VANISHED),
    )


def slack_trouble(mode: Mode) -> Exception:
    if mode is Mode.DEAD:
        return ChatError("token_revoked", "The bot token was revoked.")
    return ChatError("no_answer", f"Slack is {mode}.", unknown=mode in (Mode.LOST, Mode.VANISHED))


class Phones:
    """Stands where the gateway stands. `on_ring` sees each try before anybody answers it."""

    def __init__(self, wire: Wire, on_ring: Callable[[str, str, Method, bool, bool], None]) -> None:
        self._wire = wire
        self._on_ring = on_ring

    def of(self, replica: object) -> "Line":
        return Line(self, replica)

    async def ring(self, replica: object, method: Method, target: str, text: PageText) -> Receipt:
        key, person = current_key(), target.split(":")[1]
        await self._wire.call(
            replica, lambda done: self._on_ring(key, person, method, done, text.repeat)
        )
        return Receipt(provider="fake", seconds=0)


@dataclass(frozen=True)
class Line:
    """The phones as one replica reaches them."""

    phones: Phones
    replica: object

    async def ring(
        self, method: Method, target: str, text: PageText, *, trusted: bool = False
    ) -> Receipt:
        return await self.phones.ring(self.replica, method, target, text)


@dataclass
class Message_:
    key: str
    text: str


@dataclass
class Room:
    name: str
    creator: str
    posts: dict[str, Message_] = field(default_factory=dict)
    members: set[str] = field(default_factory=set)
    marks: list[str] = field(default_factory=list)


class Workspace:
    """What Slack truly holds."""

    def __init__(self, names: Sequence[str], accounts: Callable[[], list[Account]]) -> None:
        self.rooms = {f"C{n}": Room(name, "U0") for n, name in enumerate(names)}
        self.accounts = accounts
        self.dangers: list[str] = []
        self.posted: Counter[str] = Counter()
        """How many messages of each key were ever made; none is taken away again."""
        self._stamp = 0

    def post(self, channel: str, message: Message, key: str) -> Posted:
        self._look_at(message)
        self._stamp += 1
        ts = f"{self._stamp}.000"
        room = self.rooms.setdefault(channel, Room(channel, channel))
        room.posts[ts] = Message_(key, message.text)
        self.posted[key] += 1
        return Posted(channel=channel, ts=ts)

    def edit(self, posted: Posted, message: Message) -> None:
        self._look_at(message)
        self.rooms[posted.channel].posts[posted.ts].text = message.text

    def create(self, name: str, by: str) -> Channel:
        if any(room.name == name for room in self.rooms.values()):
            raise ChatError("name_taken", "A channel of this name exists already.", permanent=True)
        made = f"C{len(self.rooms)}"
        self.rooms[made] = Room(name, by)
        return Channel(id=made, name=name, creator=by)

    def count(self, key: str) -> int:
        """How many messages with this key can be seen."""
        return self.posted[key]

    def _look_at(self, message: Message) -> None:
        texts = [message.text, *_mrkdwn(list(message.blocks))]
        self.dangers += [text for text in texts if DANGEROUS.search(text)]


def _mrkdwn(block: Any) -> Iterable[str]:
    """Every text that Slack parses; what is no mrkdwn is shown as it is."""
    if isinstance(block, dict):
        if block.get("type") == "mrkdwn":
            yield block["text"]
        block = list(block.values())
    if isinstance(block, list):
        for each in block:
            yield from _mrkdwn(each)


class Slack:
    """Stands where `Chat` stands, for one replica."""

    me = Me(user_id="UBATON", bot_id="B", team_id="T1", team="Acme", scopes=frozenset())

    def __init__(self, workspace: Workspace, wire: Wire, replica: object) -> None:
        self._workspace = workspace
        self._wire = wire
        self._replica = replica

    async def who_am_i(self) -> Me:
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
        json.dumps(message.blocks)
        made = await self._do(lambda: self._workspace.post(channel, message, key))
        assert made is not None
        return made

    async def edit(self, posted: Posted, message: Message) -> None:
        await self._do(lambda: self._workspace.edit(posted, message))

    async def find_post(
        self, channel: str, *, key: str, thread: str | None = None
    ) -> Posted | None:
        room = self._workspace.rooms.get(channel)
        posts = room.posts if room else {}
        ts = next((ts for ts, post in reversed(posts.items()) if post.key == key), None)
        return await self._do(lambda: Posted(channel=channel, ts=ts) if ts else None)

    async def create_channel(self, name: str) -> Channel:
        made = await self._do(lambda: self._workspace.create(name, self.me.user_id))
        assert made is not None
        return made

    async def find_channel(self, name: str) -> Channel | None:
        name = name.lstrip("#")
        rooms = self._workspace.rooms.items()
        found = (
            Channel(id=id, name=name, creator=room.creator)
            for id, room in rooms
            if room.name == name
        )
        return await self._do(lambda: next(found, None))

    async def channel_id(self, name: str) -> str:
        found = await self.find_channel(name) if name.startswith("#") else None
        return found.id if found else name

    def forget_channel(self, channel: str) -> bool:
        return False

    async def set_topic(self, channel: str, topic: str) -> None:
        await self._do(lambda: None)

    async def pin(self, posted: Posted) -> None:
        await self._do(lambda: None)

    async def bookmarks(self, channel: str) -> list[str]:
        return await self._do(lambda: self._workspace.rooms[channel].marks) or []

    async def bookmark(self, channel: str, *, title: str, link: str) -> None:
        await self._do(lambda: self._workspace.rooms[channel].marks.append(title))

    async def members(self, channel: str) -> set[str]:
        return set(await self._do(lambda: self._workspace.rooms[channel].members) or ())

    async def invite(self, channel: str, users: Sequence[str]) -> None:
        await self._do(lambda: self._workspace.rooms[channel].members.update(users))

    async def accounts(self) -> list[Account]:
        return await self._do(self._workspace.accounts) or []

    async def account(self, user: str) -> Account:
        found = await self.accounts()
        return next(each for each in found if each.slack_id == user)

    async def _do(self, act: Callable[[], T]) -> T | None:
        return await self._wire.call(self._replica, lambda done: act() if done else None)
