"""What exists in the workspace, as plain values that can be saved to JSON and loaded again."""

from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]


@dataclass(slots=True)
class Team:
    id: str
    name: str
    domain: str


@dataclass(slots=True)
class App:
    """The one app installed in the workspace."""

    id: str
    name: str
    bot_id: str
    bot_user_id: str


@dataclass(slots=True)
class Dnd:
    """Do not disturb: on until `until`, or (0) until somebody switches it off."""

    enabled: bool = False
    since: int = 0
    until: int = 0


@dataclass(slots=True, kw_only=True)
class User:
    id: str
    name: str
    real_name: str
    team_id: str
    email: str = ""
    tz: str = "Europe/Dublin"
    title: str = ""
    color: str = "9f69e7"
    is_bot: bool = False
    bot_id: str = ""
    deleted: bool = False
    is_admin: bool = False
    is_restricted: bool = False
    is_ultra_restricted: bool = False
    is_stranger: bool = False
    presence: str = "active"
    updated: int = 0
    dnd: Dnd = field(default_factory=Dnd)

    @property
    def is_guest(self) -> bool:
        return self.is_restricted or self.is_ultra_restricted


@dataclass(slots=True, kw_only=True)
class Message:
    """One message; a private answer (`ephemeral_to`) is kept too, but no method shows it."""

    ts: str
    user: str
    text: str = ""
    blocks: list[Json] | None = None
    attachments: list[Json] | None = None
    thread_ts: str = ""
    subtype: str = ""
    bot_id: str = ""
    app_id: str = ""
    username: str = ""
    icons: Json | None = None
    metadata: Json | None = None
    edited: Json | None = None
    client_msg_id: str = ""
    ephemeral_to: str = ""
    is_locked: bool = False
    reactions: dict[str, list[str]] = field(default_factory=dict)
    inputs: Json = field(default_factory=dict)  # what people have chosen in its selects
    more: Json = field(default_factory=dict)  # what only some subtypes carry: topic, inviter, …

    @property
    def is_reply(self) -> bool:
        return bool(self.thread_ts) and self.thread_ts != self.ts


@dataclass(slots=True)
class Note:
    """A channel's topic or purpose: what it says, who set it, when."""

    value: str = ""
    creator: str = ""
    last_set: int = 0


@dataclass(slots=True)
class Pin:
    ts: str
    by: str
    at: int


@dataclass(slots=True, kw_only=True)
class Bookmark:
    id: str
    title: str
    link: str
    emoji: str = ""
    created: int = 0
    updated: int = 0
    by: str = ""


@dataclass(slots=True, kw_only=True)
class Channel:
    id: str
    name: str
    creator: str = ""
    created: int = 0
    updated: int = 0
    is_private: bool = False
    is_im: bool = False
    is_mpim: bool = False
    is_general: bool = False
    is_archived: bool = False
    is_ext_shared: bool = False
    topic: Note = field(default_factory=Note)
    purpose: Note = field(default_factory=Note)
    previous_names: list[str] = field(default_factory=list)
    members: list[str] = field(default_factory=list)
    messages: dict[str, Message] = field(default_factory=dict)  # by ts, oldest first
    pins: list[Pin] = field(default_factory=list)
    bookmarks: list[Bookmark] = field(default_factory=list)
    canvas_id: str = ""

    @property
    def is_direct(self) -> bool:
        return self.is_im or self.is_mpim

    def replies(self, parent_ts: str) -> list[Message]:
        return [
            m
            for m in self.messages.values()
            if m.thread_ts == parent_ts and m.is_reply and not m.ephemeral_to
        ]


@dataclass(slots=True, kw_only=True)
class Usergroup:
    id: str
    handle: str
    name: str
    description: str = ""
    users: list[str] = field(default_factory=list)
    channels: list[str] = field(default_factory=list)
    created: int = 0
    updated: int = 0
    deleted: int = 0
    by: str = ""


@dataclass(slots=True, kw_only=True)
class Scheduled:
    """A message that `chat.scheduleMessage` will post later."""

    id: str
    channel: str
    post_at: int
    text: str
    blocks: list[Json] | None = None
    attachments: list[Json] | None = None
    thread_ts: str = ""
    has_metadata: bool = False


@dataclass(slots=True, kw_only=True)
class Push:
    """One notification on somebody's phone, and what they did with it."""

    id: str
    at: float
    title: str
    message: str
    priority: int = 3
    click: str = ""
    tags: list[str] = field(default_factory=list)
    actions: list[Json] = field(default_factory=list)
    state: str = "ringing"
    result: Json | None = None


@dataclass(slots=True, kw_only=True)
class Call:
    """One Web API call as it was answered; the token is never kept."""

    at: float
    method: str
    arguments: Json
    status: int = 0
    ok: bool = False
    error: str = ""
    ms: float = 0.0


@dataclass(slots=True, kw_only=True)
class Delivery:
    """One attempt to hand something to the app, with how long its acknowledgement took."""

    at: float
    id: str
    type: str
    attempt: int
    transport: str
    acked_ms: float | None = None
    status: str = "sent"
    response: Any = None
