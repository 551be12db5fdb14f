"""Acme, the company that lives in the workspace until another one is loaded."""

from dataclasses import dataclass

from app.demo.workspace.manifest import Manifest
from app.demo.workspace.state import State
from app.demo.workspace.values import App, Channel, Message, Note, Team, User, Usergroup

HOUR = 3600
KINDS = ("member", "admin", "guest", "single-channel", "stranger", "gone", "bot")
STRANGERS_TEAM = "T07PARTNERCO"
BOT_HANDLE_FALLBACK = "app"


@dataclass(frozen=True, kw_only=True)
class Person:
    handle: str
    name: str
    title: str
    tz: str = "Europe/Dublin"
    color: str = "9f69e7"
    kind: str = "member"  # one of KINDS
    presence: str = "active"


@dataclass(frozen=True, kw_only=True)
class Room:
    name: str
    purpose: str
    members: tuple[str, ...]
    topic: str = ""
    private: bool = False
    shared: bool = False
    with_app: bool = False
    talk: tuple[tuple[str, float, str], ...] = ()  # who, how many hours ago, what


PEOPLE = (
    Person(handle="ana", name="Ana Duarte", title="Data engineer", color="e06b56"),
    Person(handle="ben", name="Ben Okafor", title="Data engineer", color="4bbe2e"),
    Person(
        handle="chi",
        name="Chi Nguyen",
        title="Site reliability engineer",
        tz="America/Los_Angeles",
        color="2b6836",
    ),
    Person(
        handle="mia",
        name="Mia Lindqvist",
        title="Engineering manager",
        color="3c989f",
        kind="admin",
    ),
    Person(
        handle="noor",
        name="Noor Haddad",
        title="Engineering manager",
        tz="America/Los_Angeles",
        color="e7392d",
    ),
    Person(handle="sean", name="Seán Byrne", title="Web engineer", color="674b1b"),
    Person(
        handle="yuki",
        name="Yuki Tanaka",
        title="Product designer",
        tz="Asia/Tokyo",
        color="d55aef",
        presence="away",
    ),
    Person(
        handle="lena", name="Lena Vogel", title="Support lead", tz="Europe/Berlin", color="5b89d5"
    ),
    Person(
        handle="raj", name="Raj Patel", title="Head of finance", tz="Europe/London", color="99a949"
    ),
    Person(
        handle="gus",
        name="Gus Moreau",
        title="Contract analyst",
        tz="Europe/Paris",
        color="c386df",
        kind="guest",
    ),
    Person(
        handle="ivy",
        name="Ivy Brandt",
        title="Office photographer",
        color="df3dc0",
        kind="single-channel",
    ),
    Person(
        handle="omar",
        name="Omar Reyes",
        title="Engineer at Partner Co",
        tz="America/New_York",
        color="50a0cf",
        kind="stranger",
    ),
    Person(
        handle="tom",
        name="Tom Walsh",
        title="Data engineer",
        color="8d4b84",
        kind="gone",
        presence="away",
    ),
    Person(handle="lunchbot", name="Lunchbot", title="", color="f2c744", kind="bot"),
)
EVERYONE = tuple(p.handle for p in PEOPLE if p.kind in ("member", "admin"))

ROOMS = (
    Room(
        name="general",
        purpose="Announcements for all of Acme.",
        members=(*EVERYONE, "lunchbot"),
        topic="Town hall every second Thursday",
        talk=(
            (
                "mia",
                27,
                "Morning all. The office is closed on Friday, the boiler is being replaced.",
            ),
            ("lena", 26.6, "Thanks Mia! I will put a note on the support page too."),
            ("raj", 4, "Expenses for this month are due tomorrow, please."),
        ),
    ),
    Room(
        name="random",
        purpose="Everything that is not work.",
        members=(*EVERYONE, "lunchbot"),
        talk=(
            ("lunchbot", 5, "Today: lentil soup, or the noodle place round the corner."),
            ("sean", 4.9, "Noodles. It is raining and I have earned them."),
            ("yuki", 4.8, "It is dinner here, but noodles."),
            ("ana", 2, "Does anyone want two tickets for Saturday? I cannot go."),
        ),
    ),
    Room(
        name="engineering",
        purpose="Where engineers talk, and where big trouble is announced.",
        members=("ana", "ben", "chi", "mia", "noor", "sean", "tom"),
        with_app=True,
        talk=(
            ("chi", 20, "Heads up: the staging cluster moves to the new nodes tonight."),
            ("ben", 19.8, "Good. I will watch the nightly load tomorrow."),
            ("sean", 3, "The release went out, dashboards look calm."),
        ),
    ),
    Room(
        name="on-call",
        purpose="Who has the pager, and handovers.",
        members=("ana", "ben", "chi", "mia", "noor"),
        topic="Be kind to whoever was up at night",
        with_app=True,
        talk=(
            ("noor", 70, "Quiet week. Thank you for fixing the disk alarm, it was crying wolf."),
        ),
    ),
    Room(
        name="data-infra",
        purpose="Data Infrastructure: loads, reports and the warehouse.",
        members=("ana", "ben", "mia", "gus"),
        with_app=True,
        talk=(
            ("gus", 7, "Is the report builder slower than usual today?"),
            ("ana", 6.9, "A little, the queue is long. It should be fine by noon."),
            ("ben", 1.5, "Row counts of the night load match, all good."),
        ),
    ),
    Room(
        name="support",
        purpose="What customers tell us.",
        members=("lena", "sean", "ana", "gus"),
        talk=(("lena", 8, "Two customers ask about yesterday's export, I answered both."),),
    ),
    Room(
        name="design",
        purpose="Drafts and opinions.",
        members=("yuki", "sean", "ivy"),
        talk=(("ivy", 30, "The team photos are in the shared folder."),),
    ),
    Room(
        name="partner-co",
        purpose="Shared with Partner Co.",
        members=("mia", "ben", "omar"),
        shared=True,
        talk=(("omar", 12, "Our side has rotated the keys, please try again when you can."),),
    ),
    Room(
        name="managers",
        purpose="People matters.",
        members=("mia", "noor", "raj"),
        private=True,
        talk=(("noor", 50, "Tom's last day went well, card and cake delivered."),),
    ),
)


def acme(manifest: Manifest, now: float) -> State:
    """The default company, with the manifest's app installed and a member of a few channels."""
    app = App(id="A07APPLOCAL", name=manifest.name, bot_id="B07APPLOCAL", bot_user_id="U07APPLOCAL")
    state = State(team=Team(id="T07ACMELOCL", name="Acme", domain="acme"), app=app)
    for person in PEOPLE:
        add_person(state, person, now)
    add_app_user(state, manifest.bot_name, now)
    for room in ROOMS:
        add_room(state, room, now)
    add_oncall_group(state, now)
    return state


def add_oncall_group(state: State, now: float) -> None:
    """The handle that the example organisation keeps in step with its rota."""
    keeper, maker = _person_id(state, "ana"), _person_id(state, "mia")
    born = int(now - 90 * 24 * HOUR)
    group = Usergroup(
        id=state.new_id("S"),
        handle="oncall",
        name="On call",
        description="Whoever has the pager",
        users=[keeper],
        created=born,
        updated=born,
        by=maker,
    )
    state.usergroups[group.id] = group


def add_app_user(state: State, bot_name: str, now: float) -> None:
    """The app's own bot user and Slackbot; nobody invited either of them anywhere yet."""
    handle = "".join(c for c in bot_name.lower() if c.isalnum() or c in "-_.")
    state.users[state.app.bot_user_id] = User(
        id=state.app.bot_user_id,
        name=handle or BOT_HANDLE_FALLBACK,
        real_name=bot_name,
        team_id=state.team.id,
        is_bot=True,
        bot_id=state.app.bot_id,
        color="2f6f7e",
        updated=int(now),
    )
    state.users["USLACKBOT"] = User(
        id="USLACKBOT",
        name="slackbot",
        real_name="Slackbot",
        team_id=state.team.id,
        color="757575",
        is_bot=False,
        tz="America/Los_Angeles",
    )


def add_person(state: State, person: Person, now: float) -> User:
    stranger = person.kind == "stranger"
    bot = person.kind == "bot"
    user = User(
        id=state.new_id("U"),
        name=person.handle,
        real_name=person.name,
        team_id=STRANGERS_TEAM if stranger else state.team.id,
        email="" if bot else f"{person.handle}@{'partner' if stranger else 'acme'}.test",
        tz=person.tz,
        title=person.title,
        color=person.color,
        is_bot=bot,
        bot_id=state.new_id("B") if bot else "",
        deleted=person.kind == "gone",
        is_admin=person.kind == "admin",
        is_restricted=person.kind in ("guest", "single-channel"),
        is_ultra_restricted=person.kind == "single-channel",
        is_stranger=stranger,
        presence=person.presence,
        updated=int(now - 40 * 24 * HOUR),
    )
    state.users[user.id] = user
    return user


def add_room(state: State, room: Room, now: float) -> Channel:
    members = [_person_id(state, handle) for handle in room.members]
    born = int(now - 90 * 24 * HOUR)
    channel = Channel(
        id=state.new_id("C"),
        name=room.name,
        creator=members[0],
        created=born,
        updated=born * 1000,
        is_private=room.private,
        is_general=room.name == "general",
        is_ext_shared=room.shared,
        topic=Note(room.topic, members[0] if room.topic else "", born if room.topic else 0),
        purpose=Note(room.purpose, members[0], born),
        members=[m for m in members if not state.users[m].deleted],
    )
    if room.with_app:
        channel.members.append(state.app.bot_user_id)
    for handle, hours_ago, text in room.talk:
        _say(state, channel, handle, now - hours_ago * HOUR, text)
    state.channels[channel.id] = channel
    return channel


def _person_id(state: State, handle: str) -> str:
    person = state.user_called(handle)
    if person is None:
        raise ValueError(f"The company file puts {handle} in a channel, but nobody is called that.")
    return person.id


def _say(state: State, channel: Channel, handle: str, at: float, text: str) -> None:
    speaker = state.users[_person_id(state, handle)]
    taken = {ts for c in state.channels.values() for ts in c.messages} | set(channel.messages)
    micro = int(at * 1_000_000)
    while (ts := f"{micro // 1_000_000}.{micro % 1_000_000:06d}") in taken:
        micro += 1
    channel.messages[ts] = Message(ts=ts, user=speaker.id, text=text, bot_id=speaker.bot_id)
