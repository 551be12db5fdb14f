"""Who owns what, who is on which rota, what may wake whom: the organisation as values.

These are the words every rule speaks. The organisation file is parsed into them
(`app.organisation`), flows receive them as the organisation in force, and nothing here
knows where they came from.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import TypeAlias
from zoneinfo import ZoneInfo

PersonId: TypeAlias = str
"""An e-mail address in lower case, or a Slack id for people named (or met) only by it."""
TeamId: TypeAlias = str
ServiceId: TypeAlias = str
SlaId: TypeAlias = str
AlarmKey: TypeAlias = str
RotaId: TypeAlias = str


class Severity(StrEnum):
    """P0 is worst. Only P0 and P1 open a channel and wake people (product.md 6)."""

    P0 = "P0"
    P1 = "P1"
    P2 = "P2"
    P3 = "P3"
    P4 = "P4"

    @property
    def wakes(self) -> bool:
        return self in (Severity.P0, Severity.P1)

    def is_worse_than(self, other: "Severity") -> bool:
        return self.value < other.value


@dataclass(frozen=True, kw_only=True)
class Person:
    """`manager` is set only by the organisation file (product.md 37)."""

    id: PersonId
    timezone: ZoneInfo
    email: str | None = None
    slack_id: str | None = None
    name: str | None = None
    manager: bool = False


@dataclass(frozen=True, kw_only=True)
class WorkingHours:
    """A team's calendar. `days` are Monday=0 … Sunday=6; `end` before `start` runs overnight."""

    timezone: ZoneInfo
    days: frozenset[int]
    start: time
    end: time
    holidays: frozenset[date] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Team:
    id: TeamId
    name: str
    channel: str
    members: tuple[PersonId, ...]
    working_hours: WorkingHours
    rota: RotaId | None = None


@dataclass(frozen=True, kw_only=True)
class Sla:
    id: SlaId
    text: str
    core: bool = False


@dataclass(frozen=True, kw_only=True)
class Service:
    id: ServiceId
    name: str
    team: TeamId
    slas: tuple[Sla, ...] = ()
    dashboard: str | None = None

    def sla(self, sla_id: SlaId) -> Sla | None:
        return next((sla for sla in self.slas if sla.id == sla_id), None)


@dataclass(frozen=True, kw_only=True)
class Alarm:
    """The reviewed definition of something that may fire."""

    key: AlarmKey
    service: ServiceId
    threatens: SlaId | None = None
    severity: Severity | None = None
    runbook: str | None = None
    dashboard: str | None = None
    action: str | None = None
    proposed_by: PersonId | None = None
    approved_by: PersonId | None = None

    @property
    def accepted(self) -> bool:
        """Approved by somebody who is not the proposer (product.md 30)."""
        return self.approved_by is not None and self.approved_by != self.proposed_by


@dataclass(frozen=True, kw_only=True)
class Due:
    """When a heartbeat is expected: every `every`, or at a wall-clock time when `at` is set."""

    every: timedelta
    at: time | None = None
    timezone: ZoneInfo | None = None


@dataclass(frozen=True, kw_only=True)
class Heartbeat:
    key: str
    service: ServiceId
    due: Due
    grace: timedelta
    threatens: SlaId | None = None


@dataclass(frozen=True, kw_only=True)
class Rotation:
    """`every` in whole days turns on the wall clock of `timezone` (a day may have 23 or 25 hours);
    a shorter one turns in elapsed time. `starts` is the local date (and, with a time in it, the
    local instant) from which the first member serves. `day` (Monday=0) aligns weekly turns;
    with `days`, only the listed weekdays are turns and the others are nobody's.

    `turns`, of a weekly rotation, are the weekdays on which a turn begins: Monday and Friday
    make turns of four days and of three. `until` ends each day of duty on the clock of
    `timezone`; what is left of the day is nobody's, and is no turn."""

    every: timedelta
    timezone: ZoneInfo
    starts: date
    until: time | None = None
    time: time
    day: int | None = None
    days: frozenset[int] | None = None
    turns: frozenset[int] | None = None


@dataclass(frozen=True, kw_only=True)
class Office:
    """One place of a rota that follows the sun: its people serve from `rotation.time` there until
    the next office's time has come, so that the offices' days tile whatever their clocks do."""

    name: str
    rotation: Rotation
    members: tuple[PersonId, ...]


@dataclass(frozen=True, kw_only=True)
class Tour:
    """A volunteer's weeks. Without `accepted_on` they are invited, not on the rota.

    `left_on` is the day from which they take no new shift, of a tour that was left early;
    `office` is theirs, on a rota that follows the sun.
    """

    person: PersonId
    starts: date
    weeks: int
    accepted_on: date | None = None
    left_on: date | None = None
    office: str | None = None

    @property
    def ends(self) -> date:
        """The first day that is not in it."""
        whole = self.starts + timedelta(weeks=self.weeks)
        return whole if self.left_on is None else max(self.starts, min(whole, self.left_on))


@dataclass(frozen=True, kw_only=True)
class Override:
    """`person` serves in `[start, end)` (aware, UTC). Of two that overlap the later `made_at` wins;
    one from the file has `made_at` None and loses against any made by people (product.md 37).

    `slot` is which of the people on duty at once is relieved. With `of`, a swap, it follows the
    shift: see `Anchor`.
    """

    person: PersonId
    start: datetime
    end: datetime
    why: str = ""
    made_at: datetime | None = None
    slot: int = 0
    of: "Anchor | None" = None


@dataclass(frozen=True, kw_only=True)
class Anchor:
    """The whole turn of `person` that begins on the local date `day`. When the rota is edited the
    swap goes with it: to the same day's turn at its new hours or, when the day is another's now,
    to their nearest turn (product.md 24)."""

    person: PersonId
    day: date


@dataclass(frozen=True, kw_only=True)
class Leave:
    """`person` is away in `[start, end)` (aware, UTC): turns of theirs that begin after it was
    made go to the next in turn for so long. A running shift is moved by nothing but an override
    (product.md 21), and a leave that was withdrawn still holds for the turns before."""

    person: PersonId
    start: datetime
    end: datetime
    made_at: datetime
    withdrawn_at: datetime | None = None

    def holds(self, turn_start: datetime) -> bool:
        """Whether it counts for a turn that began then."""
        gone = self.withdrawn_at is not None and self.withdrawn_at <= turn_start
        return self.made_at <= turn_start and not gone


@dataclass(frozen=True, kw_only=True)
class Shadow:
    """`person` looks over the shoulder of whoever serves in `[start, end)`; nothing rings them."""

    person: PersonId
    start: datetime
    end: datetime


@dataclass(frozen=True, kw_only=True)
class Pool:
    min: int
    max: int


@dataclass(frozen=True, kw_only=True)
class Pay:
    """`amount` is exact decimal text, as written in the file."""

    amount: str
    currency: str


class RotaKind(StrEnum):
    VOLUNTEERS = "volunteers"
    TEAM = "team"
    MANAGERS = "managers"


@dataclass(frozen=True, kw_only=True)
class Rota:
    """One rotation through its members in file order (volunteers: by tour start first).

    `slots` people serve at once. With `offices` the rotation is theirs, and `members` is empty.
    """

    id: RotaId
    kind: RotaKind
    rotation: Rotation
    members: tuple[PersonId, ...] = ()
    tours: tuple[Tour, ...] = ()
    overrides: tuple[Override, ...] = ()
    offices: tuple[Office, ...] = ()
    slots: int = 1
    pool: Pool | None = None
    pay_per_shift: Pay | None = None

    @property
    def everybody(self) -> tuple[PersonId, ...]:
        """Whoever is or was named to serve in turn, each once."""
        people = [*self.members]
        people += [each for office in self.offices for each in office.members]
        people += [tour.person for tour in self.tours if tour.accepted_on is not None]
        return tuple(dict.fromkeys(people))


@dataclass(frozen=True, kw_only=True)
class Waits:
    """The escalation policy; its snapshot stays with an incident (product.md 12)."""

    primary_wait: timedelta = timedelta(minutes=5)
    manager_wait: timedelta = timedelta(minutes=5)
    acknowledgement_expires: timedelta = timedelta(minutes=60)


@dataclass(frozen=True, kw_only=True)
class Intake:
    """Where an alert of `source` says which alarm it is: the first of these paths that is there.
    `token` names the intake token this holds for; None: every token of the source."""

    source: str
    alarm: tuple[str, ...]
    token: str | None = None


@dataclass(frozen=True, kw_only=True)
class Organisation:
    """Everything the organisation file says, in force at one instant."""

    name: str
    timezone: ZoneInfo
    engineering_channel: str
    oncall_channel: str
    out_of_hours_rota: RotaId
    manager_rota: RotaId
    oncall_handle: str | None = None
    oncall_topic: bool = True
    page_budget: int = 10
    escalation: Waits = field(default_factory=Waits)
    people: Mapping[PersonId, Person] = field(default_factory=dict)
    teams: Mapping[TeamId, Team] = field(default_factory=dict)
    services: Mapping[ServiceId, Service] = field(default_factory=dict)
    alarms: Mapping[AlarmKey, Alarm] = field(default_factory=dict)
    heartbeats: Mapping[str, Heartbeat] = field(default_factory=dict)
    rotas: Mapping[RotaId, Rota] = field(default_factory=dict)
    intakes: tuple[Intake, ...] = ()
    version: int = 0
