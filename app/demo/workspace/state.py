"""The true workspace: every value in it, and how each is found."""

from dataclasses import dataclass, field

from app.demo.workspace.values import (
    App,
    Call,
    Channel,
    Delivery,
    Json,
    Message,
    Push,
    Scheduled,
    Team,
    User,
    Usergroup,
)

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_SPACE = 36**7
_STRIDE = 48_271_951_037  # odd and no multiple of 3, so that no two counts give the same id


@dataclass(slots=True, kw_only=True)
class State:
    team: Team
    app: App
    users: dict[str, User] = field(default_factory=dict)
    channels: dict[str, Channel] = field(default_factory=dict)
    usergroups: dict[str, Usergroup] = field(default_factory=dict)
    views: dict[str, Json] = field(default_factory=dict)
    stacks: dict[str, list[str]] = field(default_factory=dict)  # open modals by user, last on top
    homes: dict[str, Json] = field(default_factory=dict)
    phones: dict[str, list[Push]] = field(default_factory=dict)
    scheduled: dict[str, Scheduled] = field(default_factory=dict)
    canvases: dict[str, Json] = field(default_factory=dict)
    calls: list[Call] = field(default_factory=list)
    deliveries: list[Delivery] = field(default_factory=list)
    counter: int = 0
    last_ts: int = 0

    def new_id(self, prefix: str) -> str:
        """An id that looks like Slack's and is never given twice."""
        self.counter += 1
        return prefix + "07" + base36(self.counter * _STRIDE % _SPACE, width=7)

    def new_ts(self, now: float) -> str:
        """A message time that is later than every one before it."""
        self.last_ts = max(self.last_ts + 1, int(now * 1_000_000))
        return format_ts(self.last_ts)

    @property
    def bot(self) -> User:
        return self.users[self.app.bot_user_id]

    def user_called(self, name: str) -> User | None:
        """By id, by handle with or without @, or by e-mail address."""
        if found := self.users.get(name):
            return found
        wanted = name.removeprefix("@").lower()
        return next(
            (u for u in self.users.values() if wanted in (u.name.lower(), u.email.lower())), None
        )

    def channel_called(self, name: str) -> Channel | None:
        """By id, or by name with or without #."""
        if found := self.channels.get(name):
            return found
        return self.channel_named(name.removeprefix("#"))

    def channel_named(self, name: str) -> Channel | None:
        for channel in self.channels.values():
            if channel.name == name and not channel.is_direct:
                return channel
        return None

    def usergroup_called(self, handle: str) -> Usergroup | None:
        return next((g for g in self.usergroups.values() if g.handle == handle), None)

    def direct(self, people: set[str]) -> Channel | None:
        """The direct conversation of exactly these people."""
        for channel in self.channels.values():
            if channel.is_direct and set(channel.members) == people:
                return channel
        return None

    def channels_of(self, user_id: str) -> list[Channel]:
        return [c for c in self.channels.values() if user_id in c.members]

    def message(self, channel: Channel, ts: str) -> Message | None:
        return channel.messages.get(ts)


def base36(number: int, *, width: int) -> str:
    digits = ""
    while number:
        number, rest = divmod(number, 36)
        digits = _ALPHABET[rest] + digits
    return digits.rjust(width, "0")


def format_ts(microseconds: int) -> str:
    return f"{microseconds // 1_000_000}.{microseconds % 1_000_000:06d}"
