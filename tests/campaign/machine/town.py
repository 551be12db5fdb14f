"""A small company whose file is edited while the machine runs, and a naive reading of who is on
duty in it: turn by turn from the rota's start, nothing taken from the code under test."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

DUBLIN = ZoneInfo("Europe/Dublin")
ANGELES = ZoneInfo("America/Los_Angeles")
DAY = timedelta(days=1)
START = datetime(2026, 11, 23, 17, 59, 50, tzinfo=UTC)
"""Monday, ten seconds before Data Infrastructure goes home."""
WEEKLY, DAILY = date(2026, 1, 2), date(2026, 1, 5)
"""When the rotas begin."""
FIRST_TOUR = date(2026, 9, 4)
BEAT_COUNTS = timedelta(minutes=25)
"""The heartbeat is due every 15 minutes, with 10 minutes of grace."""

OWNERS = ("ana", "ben")
VOLUNTEERS = ("chi", "dan", "eve")
MANAGERS = ("mia", "noor", "omar")
EVERYBODY = (*OWNERS, *VOLUNTEERS, *MANAGERS)
ORDERS = (EVERYBODY, EVERYBODY[::-1], (*EVERYBODY[-1:], *EVERYBODY[:-1]))
ROTAS = ("volunteers", "data-infra", "managers")


@dataclass
class Guise:
    """How the company looks to Baton while everything here goes by its usual names and times."""

    shift: timedelta = timedelta(0)
    names: Mapping[str, str] = field(default_factory=dict)


guise = Guise()
A_YEAR = timedelta(weeks=52)
"""From the winter of START to the next one, the clocks of both zones change as often and at the
same distance."""


@contextmanager
def disguised(shift: timedelta, names: Mapping[str, str]) -> Iterator[None]:
    before = guise.shift, guise.names
    guise.shift, guise.names = shift, names
    try:
        yield
    finally:
        guise.shift, guise.names = before


def alias(name: str) -> str:
    """As Baton knows somebody."""
    return guise.names.get(name, name)


def mail(name: str) -> str:
    return f"{alias(name)}@acme.test"


def name_of(person: str) -> str:
    """Whose address this is."""
    known = person.partition("@")[0]
    return next((name for name, other in guise.names.items() if other == known), known)


@dataclass(frozen=True)
class Cover:
    """An override in the file."""

    rota: str
    person: str
    start: datetime
    end: datetime


@dataclass(frozen=True)
class File:
    """What one organisation file says, as far as it is ever changed."""

    members: tuple[tuple[str, tuple[str, ...]], ...] = (
        ("volunteers", VOLUNTEERS),
        ("data-infra", OWNERS),
        ("managers", MANAGERS),
    )
    managers: tuple[str, ...] = MANAGERS
    covers: tuple[Cover, ...] = ()
    holiday: date | None = None
    waits: tuple[int, int, int] = (300, 300, 3600)
    order: tuple[str, ...] = EVERYBODY
    """Who stands where among the file's people; rotas have an order of their own."""

    def of(self, rota: str) -> tuple[str, ...]:
        return dict(self.members)[rota]

    def with_members(self, rota: str, members: Sequence[str]) -> "File":
        changed = {**dict(self.members), rota: tuple(members)}
        return replace(self, members=tuple(changed.items()))

    def text(self) -> str:
        """The file as a person would write it."""
        primary, manager, expires = self.waits
        holidays = f'holidays = ["{self.holiday + guise.shift}"]' if self.holiday else ""
        people = "".join(
            f'[[person]]\nemail = "{mail(name)}"\ntimezone = "Europe/Dublin"\n'
            f"manager = {str(name in self.managers).lower()}\n"
            for name in self.order
        )
        tours = "".join(
            f'[[rota.tour]]\nperson = "{mail(name)}"\nweeks = 26\n'
            f'from = "{FIRST_TOUR + guise.shift}"\n'
            f'accepted_on = "{FIRST_TOUR - 15 * DAY + guise.shift}"\n'
            for name in self.of("volunteers")
        )
        return FORM.format(
            primary=primary,
            manager=manager,
            expires=expires,
            people=people,
            holidays=holidays,
            tours=tours,
            owners=_list(self.of("data-infra")),
            managers=_list(self.of("managers")),
            weekly=WEEKLY + guise.shift,
            daily=DAILY + guise.shift,
            **{name: mail(name) for name in ("ana", "ben", "dan")},
            **{f"cover_{rota.partition('-')[0]}": self._covers(rota) for rota in ROTAS},
        )

    def _covers(self, rota: str) -> str:
        return "".join(
            f'[[rota.override]]\nperson = "{mail(each.person)}"\n'
            f"from = {(each.start + guise.shift).isoformat()}\n"
            f'to = {(each.end + guise.shift).isoformat()}\nwhy = "swap"\n'
            for each in self.covers
            if each.rota == rota
        )


def _list(names: Sequence[str]) -> str:
    return ", ".join(f'"{mail(name)}"' for name in names)


FORM = """
[organisation]
name = "Acme"
timezone = "Europe/Dublin"
engineering_channel = "#engineering"
oncall_channel = "#on-call"
out_of_hours_rota = "volunteers"
manager_rota = "managers"

[escalation]
primary_wait = "{primary}s"
manager_wait = "{manager}s"
acknowledgement_expires = "{expires}s"

{people}
[[team]]
id = "data-infra"
name = "Data Infrastructure"
channel = "#data-infra"
members = ["{ana}", "{ben}"]
rota = "data-infra"

[team.working_hours]
timezone = "Europe/Dublin"
days = ["mon", "tue", "wed", "thu", "fri"]
from = "09:00"
to = "18:00"
{holidays}

[[team]]
id = "web"
name = "Web"
channel = "#web"
members = ["{dan}"]

[team.working_hours]
timezone = "America/Los_Angeles"
days = ["mon", "tue", "wed", "thu", "fri"]
from = "22:00"
to = "06:00"

[[service]]
id = "nightly-elt"
name = "Nightly ELT"
team = "data-infra"

[[service.sla]]
id = "elt-fresh"
text = "daily ELT fresh by 07:00"
core = true

[[service.sla]]
id = "elt-quick"
text = "the ELT takes an hour"

[[service]]
id = "shop"
name = "Shop"
team = "web"

[[service.sla]]
id = "shop-open"
text = "the shop sells"
core = true

[[alarm]]
key = "EltLate"
service = "nightly-elt"
threatens = "elt-fresh"
runbook = "https://runbooks.acme.test/elt-late"
action = "Restart the stuck load"
proposed_by = "{ana}"
approved_by = "{ben}"

[[alarm]]
key = "EltOdd"
service = "nightly-elt"
threatens = "elt-fresh"
runbook = "https://runbooks.acme.test/elt-odd"
action = "Look"
proposed_by = "{ana}"

[[alarm]]
key = "EltSlow"
service = "nightly-elt"
threatens = "elt-quick"
runbook = "https://runbooks.acme.test/elt-slow"
action = "Look"
proposed_by = "{ana}"
approved_by = "{ben}"

[[alarm]]
key = "ShopDown"
service = "shop"
threatens = "shop-open"
runbook = "https://runbooks.acme.test/shop"
action = "Look"
proposed_by = "{ana}"
approved_by = "{ben}"

[[heartbeat]]
key = "elt-done"
service = "nightly-elt"
threatens = "elt-fresh"
due = {{ every = "15m" }}
grace = "10m"

[[rota]]
id = "volunteers"
kind = "volunteers"
pool = {{ min = 1, max = 8 }}
rotation = {{ every = "1w", day = "fri", time = "18:00", timezone = "Europe/Dublin", from = "{weekly}" }}
{tours}
{cover_volunteers}
[[rota]]
id = "data-infra"
kind = "team"
rotation = {{ every = "1d", time = "09:00", timezone = "Europe/Dublin", from = "{daily}", days = ["mon", "tue", "wed", "thu", "fri"] }}
members = [{owners}]
{cover_data}
[[rota]]
id = "managers"
kind = "managers"
rotation = {{ every = "1w", day = "fri", time = "18:00", timezone = "Europe/Dublin", from = "{weekly}" }}
members = [{managers}]
{cover_managers}
"""  # noqa: E501


# ── the naive reading ─────────────────────────────────────────────────────────────────────────
CORE = {"EltLate": "nightly-elt", "EltOdd": "nightly-elt", "ShopDown": "shop"}
SERVICES = {**CORE, "EltSlow": "nightly-elt"}
TEAM = {"nightly-elt": "data-infra", "shop": "web"}


@dataclass(frozen=True)
class Turn:
    start: datetime
    end: datetime
    person: str | None
    order: tuple[str, ...] = ()
    """Everybody who is on the rota in this turn, beginning with its person."""


@dataclass
class Town:
    """Every file that was ever put in force, with the instant at which it was."""

    files: list[tuple[datetime, File]] = field(default_factory=list)
    taken: list[Cover] = field(default_factory=list)
    """Shifts that people took, as they did."""
    _turns: dict[str, list[Turn]] = field(default_factory=dict)
    _changes: dict[str, list[tuple[datetime, tuple[str, ...]]]] = field(default_factory=dict)
    """When a rota's members were changed, and to whom."""

    def apply(self, file: File, at: datetime) -> None:
        """From `at` on. Of a rota whose members it changes the turns that have not begun by then
        are walked anew; whatever the clock does, an edit of anything else moves no turn."""
        for rota in ROTAS:
            if not self.files or file.of(rota) != self.file.of(rota):
                self._changes.setdefault(rota, []).append((at, file.of(rota)))
                known = self._turns.get(rota, ())
                self._turns[rota] = [each for each in known if each.start <= at]
        self.files.append((at, file))

    @property
    def file(self) -> File:
        return self.files[-1][1]

    def may_edit(self, rota: str, at: datetime) -> bool:
        """One change of a rota's members a turn: with two, who "left" in between is a matter of
        reading."""
        turn = self.turn(rota, at)
        changes = [when for when, _ in self._changes[rota][1:]]
        return all(when + DAY < turn.start for when in changes)

    def turn(self, rota: str, at: datetime) -> Turn:
        """The turn that runs at `at`, without overrides."""
        turns = self._turns[rota]
        if not turns or turns[-1].end <= at:
            self._walk(rota, at)
            turns = self._turns[rota]
        return next(each for each in reversed(turns) if each.start <= at)

    def turn_ends(self, rota: str, at: datetime) -> datetime:
        """The end of the turn that runs at `at`; days that are nobody's are one turn."""
        turn = self.turn(rota, at)
        while turn.person is None and (following := self.turn(rota, turn.end)).person is None:
            turn = following
        return turn.end

    def on_duty(self, rota: str, at: datetime) -> str | None:
        """Who has the rota at `at`: whoever took it last, then the override of the file in force,
        else the turn's person."""
        for each in [*reversed(self.taken), *self.file.covers]:
            if each.rota == rota and each.start <= at < each.end:
                return each.person
        return self.turn(rota, at).person

    def working(self, team: str, at: datetime) -> bool:
        """Half-open: the minute of opening is in, the minute of closing is out."""
        if team == "data-infra":
            local = at.astimezone(DUBLIN)
            if local.date() == self.file.holiday:
                return False
            return local.weekday() < 5 and time(9) <= local.time() < time(18)
        local = at.astimezone(ANGELES)
        if local.time() >= time(22):
            return local.weekday() < 5
        return local.time() < time(6) and (local - DAY).weekday() < 5

    def primary(self, service: str | None, at: datetime) -> str | None:
        """Tier 1: the owners' rota in their hours, the volunteers at any other time."""
        team = TEAM.get(service or "")
        if team is None or not self.working(team, at):
            return self.on_duty("volunteers", at)
        return self.on_duty("data-infra", at) if team == "data-infra" else None

    def managers(self, at: datetime, tier_one: str | None) -> list[str]:
        """Tier 2 in the order in which it rings: on duty, then in turn, only marked managers,
        never tier 1 unless there is nobody else."""
        turn, duty = self.turn("managers", at), self.on_duty("managers", at)
        order = list(turn.order)
        if duty is not None and duty != turn.person:
            others = [name for name in order if name not in (duty, turn.person)]
            order = [duty, *others, *([turn.person] if turn.person else [])]
        marked = [name for name in order if name in self.file.managers]
        marked = marked or [name for name in self.file.order if name in self.file.managers]
        return [name for name in marked if name != tier_one] or marked

    def severity(self, alarm: str, at: datetime, last_beat: datetime | None) -> str:
        """What an alert of this alarm is (product.md 5 and 31)."""
        if alarm not in SERVICES or alarm == "EltSlow":
            return "P2"
        shown = last_beat is not None and at - last_beat <= BEAT_COUNTS
        if alarm == "EltOdd" and shown and not self.working("data-infra", at):
            return "P2"
        return "P1"

    def edges(self, at: datetime) -> list[datetime]:
        """The coming instants at which somebody else becomes responsible."""
        local = at.astimezone(DUBLIN)
        found = [
            datetime.combine(local.date() + n * DAY, time(hour), DUBLIN).astimezone(UTC)
            for n in range(9)
            for hour in (9, 18)
        ]
        covers = [*self.taken, *self.file.covers]
        found += [edge for each in covers for edge in (each.start, each.end)]
        return sorted(each for each in found if each > at)

    def _walk(self, rota: str, until: datetime) -> None:
        """On from the last turn that is known."""
        weekly = rota != "data-infra"
        clock = time(18) if weekly else time(9)
        length = (7 if weekly else 1) * DAY
        found = self._turns[rota]
        day = (WEEKLY if weekly else DAILY) + len(found) * length
        last = next((each.person for each in reversed(found) if each.person), None)
        while not found or found[-1].end <= until:
            start = datetime.combine(day, clock, DUBLIN).astimezone(UTC)
            end = datetime.combine(day + length, clock, DUBLIN).astimezone(UTC)
            order: tuple[str, ...] = ()
            if weekly or day.weekday() < 5:
                order = self._order(rota, start, day, last)
                last = order[0] if order else last
            found.append(Turn(start, end, order[0] if order else None, order))
            day += length

    def _order(self, rota: str, start: datetime, day: date, last: str | None) -> tuple[str, ...]:
        """The members whom the last change before the turn began left, beginning after the one
        who served last."""
        changes = self._changes[rota]
        there = next((left for at, left in reversed(changes) if at < start), changes[0][1])
        if rota == "volunteers" and not FIRST_TOUR <= day < FIRST_TOUR + 26 * 7 * DAY:
            there = ()
        everybody = MEMBERS_EVER[rota]
        begin = everybody.index(last) + 1 if last is not None else 0
        circle = [*everybody[begin:], *everybody[:begin]]
        return tuple(name for name in circle if name in there)


MEMBERS_EVER = {"volunteers": VOLUNTEERS, "data-infra": OWNERS, "managers": MANAGERS}
