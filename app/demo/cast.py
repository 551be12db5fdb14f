"""Acme's workspace: who is in it, which channels there are, and what was said there lately."""

from app.demo.company import Company
from app.demo.workspace.company import Person, Room, add_app_user, add_person, add_room
from app.demo.workspace.manifest import Manifest
from app.demo.workspace.state import State
from app.demo.workspace.values import App, Team

ENGINEERS = ("ana", "ben", "tess", "lena", "raj", "sean", "chi", "yuki", "gus")
MANAGERS = ("mia", "noor")
PAGED = (*ENGINEERS, *MANAGERS)
"""Everybody the organisation file names; each has a phone."""
EVERYONE = (*PAGED, "ivy")


def workspace_of(company: Company, manifest: Manifest, now: float) -> State:
    """The workspace as it was at `now`, with the app installed and invited where it is needed."""
    app = App(id="A07BATONAPP", name=manifest.name, bot_id="B07BATONAPP", bot_user_id="U07BATONAPP")
    state = State(team=Team(id="T07ACMEDEMO", name="Acme", domain="acme"), app=app)
    for person in _people(company):
        add_person(state, person, now)
    add_app_user(state, manifest.bot_name, now)
    for room in ROOMS:
        add_room(state, room, now)
    return state


def _people(company: Company) -> list[Person]:
    night, day, third = company.night.key, company.day.key, company.third.key
    return [
        _person("sean", "Seán Byrne", "Checkout engineer", night, "674b1b", presence="away"),
        _person("mia", "Mia Lindqvist", "Engineering manager", third, "3c989f", kind="admin"),
        _person("noor", "Noor Haddad", "Engineering manager", day, "e7392d", kind="admin"),
        _person("chi", "Chi Nguyen", "Platform engineer", day, "2b6836"),
        _person("yuki", "Yuki Tanaka", "Platform engineer", day, "d55aef"),
        _person("gus", "Gus Moreau", "Platform engineer", day, "c386df"),
        _person("ana", "Ana Duarte", "Data engineer", night, "e06b56", presence="away"),
        _person("ben", "Ben Okafor", "Data engineer", night, "4bbe2e", presence="away"),
        _person("tess", "Tess Moran", "Data engineer", night, "8d4b84", presence="away"),
        _person("lena", "Lena Vogel", "Checkout engineer", third, "5b89d5"),
        _person("raj", "Raj Patel", "Checkout engineer", third, "99a949"),
        _person("ivy", "Ivy Brandt", "Support lead", day, "df3dc0"),
    ]


def _person(
    handle: str,
    name: str,
    title: str,
    tz: str,
    color: str,
    *,
    kind: str = "member",
    presence: str = "active",
) -> Person:
    return Person(
        handle=handle, name=name, title=title, tz=tz, color=color, kind=kind, presence=presence
    )


ROOMS = (
    Room(
        name="general",
        purpose="Announcements for all of Acme.",
        members=EVERYONE,
        topic="Town hall every second Thursday",
        talk=(
            ("mia", 20, "Morning all. The new hires start on Monday, please say hello."),
            ("ivy", 19.5, "Lovely. I will show them the support desk."),
        ),
    ),
    Room(
        name="engineering",
        purpose="Where engineers talk, and where big trouble is announced.",
        members=(*ENGINEERS, *MANAGERS, "ivy"),
        with_app=True,
        talk=(
            ("chi", 16, "Heads up: staging moves to the new nodes tonight."),
            ("ben", 15.8, "Good. I will watch the nightly load."),
        ),
    ),
    Room(
        name="on-call",
        purpose="Who has the pager, and handovers.",
        members=PAGED,
        topic="Be kind to whoever was up at night",
        with_app=True,
        talk=(("noor", 14, "Thank you for deleting the disk alarm. It was crying wolf."),),
    ),
    Room(
        name="data-infra",
        purpose="Data Infrastructure: the nightly load, reports and the warehouse.",
        members=("ana", "ben", "tess", "mia"),
        with_app=True,
        talk=(("ana", 13, "Row counts of the night match, all good."),),
    ),
    Room(
        name="checkout",
        purpose="Checkout: payments and order e-mails.",
        members=("lena", "raj", "sean", "mia"),
        with_app=True,
        talk=(("lena", 12, "The second payment provider is live, as a spare for now."),),
    ),
    Room(
        name="platform",
        purpose="Platform: sign-in, search, and what everything runs on.",
        members=("chi", "yuki", "gus", "noor"),
        with_app=True,
        talk=(("yuki", 11, "The indexer is twice as fast since this morning."),),
    ),
    Room(
        name="support",
        purpose="What customers tell us.",
        members=("ivy", "lena", "ana", "yuki"),
        talk=(("ivy", 10, "A quiet day. Two questions about exports, both answered."),),
    ),
    Room(
        name="random",
        purpose="Everything that is not work.",
        members=EVERYONE,
        talk=(
            ("gus", 9, "Does anyone want two tickets for Saturday? I cannot go."),
            ("raj", 8.8, "Me! Thank you."),
        ),
    ),
    Room(
        name="managers",
        purpose="People matters.",
        members=MANAGERS,
        private=True,
        talk=(("noor", 7, "Tess wants to volunteer. Her tour starts in two weeks."),),
    ),
)
