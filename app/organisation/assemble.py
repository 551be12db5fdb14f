"""From a file without problems to the values the rules speak of."""

from datetime import date, datetime

from app.organisation.directory import Directory, directory_of, id_of
from app.organisation.public_holidays import public_holidays
from app.organisation.schema import (
    AlarmEntry,
    EscalationEntry,
    HeartbeatEntry,
    OrganisationFile,
    PersonEntry,
    RotaEntry,
    RotationEntry,
    ServiceEntry,
    TeamEntry,
)
from app.rules.organisation import (
    Alarm,
    Due,
    Heartbeat,
    Intake,
    Office,
    Organisation,
    Override,
    Pay,
    Person,
    Pool,
    Rota,
    Rotation,
    Service,
    Sla,
    Team,
    Tour,
    Waits,
    WorkingHours,
)


def assemble(file: OrganisationFile) -> Organisation:
    """The organisation of a file in which `check` found no problem."""
    directory = directory_of(file)
    head = file.organisation
    return Organisation(
        name=head.name,
        timezone=head.timezone,
        engineering_channel=head.engineering_channel,
        oncall_channel=head.oncall_channel,
        out_of_hours_rota=head.out_of_hours_rota,
        manager_rota=head.manager_rota,
        oncall_handle=head.oncall_handle,
        oncall_topic=head.oncall_topic,
        page_budget=head.page_budget,
        escalation=_waits(file.escalation),
        people={id_of(entry): _person(entry) for entry in file.person},
        teams={entry.id: _team(entry, directory) for entry in file.team},
        services={entry.id: _service(entry) for entry in file.service},
        alarms={entry.key: _alarm(entry, directory) for entry in file.alarm},
        heartbeats={entry.key: _heartbeat(entry, file) for entry in file.heartbeat},
        rotas={entry.id: _rota(entry, directory) for entry in file.rota},
        intakes=tuple(
            Intake(source=entry.source, token=entry.token, alarm=tuple(entry.alarm))
            for entry in file.intake
        ),
    )


def _waits(entry: EscalationEntry | None) -> Waits:
    given = entry.model_dump(exclude_none=True) if entry is not None else {}
    return Waits(**given)


def _person(entry: PersonEntry) -> Person:
    return Person(
        id=id_of(entry),
        timezone=entry.timezone,
        email=entry.email,
        slack_id=entry.slack_id,
        name=entry.name,
        manager=entry.manager,
    )


def _team(entry: TeamEntry, directory: Directory) -> Team:
    hours = entry.working_hours
    holidays: set[date] = set()
    for holiday in hours.holidays:
        holidays |= public_holidays(holiday) if isinstance(holiday, str) else {holiday}
    return Team(
        id=entry.id,
        name=entry.name,
        channel=entry.channel,
        members=_people(entry.members, directory),
        rota=entry.rota,
        working_hours=WorkingHours(
            timezone=hours.timezone,
            days=frozenset(hours.days),
            start=hours.start,
            end=hours.end,
            holidays=frozenset(holidays),
        ),
    )


def _people(names: list[str], directory: Directory) -> tuple[str, ...]:
    return tuple(directory.identity(name) for name in names)


def _service(entry: ServiceEntry) -> Service:
    return Service(
        id=entry.id,
        name=entry.name,
        team=entry.team,
        slas=tuple(Sla(id=sla.id, text=sla.text, core=sla.core) for sla in entry.sla),
        dashboard=entry.dashboard,
    )


def _alarm(entry: AlarmEntry, directory: Directory) -> Alarm:
    return Alarm(
        key=entry.key,
        service=entry.service,
        threatens=entry.threatens,
        severity=entry.severity,
        runbook=entry.runbook,
        dashboard=entry.dashboard,
        action=entry.action,
        proposed_by=directory.identity(entry.proposed_by) if entry.proposed_by else None,
        approved_by=directory.identity(entry.approved_by) if entry.approved_by else None,
    )


def _heartbeat(entry: HeartbeatEntry, file: OrganisationFile) -> Heartbeat:
    """A time of day without a zone of its own is meant in the organisation's."""
    zone = entry.due.timezone
    if entry.due.at is not None and zone is None:
        zone = file.organisation.timezone
    return Heartbeat(
        key=entry.key,
        service=entry.service,
        due=Due(every=entry.due.every, at=entry.due.at, timezone=zone),
        grace=entry.grace,
        threatens=entry.threatens,
    )


def _rota(entry: RotaEntry, directory: Directory) -> Rota:
    return Rota(
        id=entry.id,
        kind=entry.kind,
        rotation=_rotation(entry.rotation or entry.office[0].rotation),
        members=_people(entry.members, directory),
        offices=tuple(
            Office(
                name=office.name,
                rotation=_rotation(office.rotation),
                members=_people(office.members, directory),
            )
            for office in entry.office
        ),
        slots=entry.slots,
        tours=tuple(
            Tour(
                person=directory.identity(tour.person),
                starts=tour.start,
                weeks=tour.weeks,
                accepted_on=tour.accepted_on,
                office=tour.office,
            )
            for tour in entry.tour
        ),
        overrides=tuple(
            Override(
                person=directory.identity(override.person),
                start=override.start,
                end=override.end,
                why=override.why or "",
            )
            for override in entry.override
        ),
        pool=Pool(min=entry.pool.min, max=entry.pool.max) if entry.pool else None,
        pay_per_shift=Pay(amount=entry.pay_per_shift.amount, currency=entry.pay_per_shift.currency)
        if entry.pay_per_shift
        else None,
    )


def _rotation(entry: RotationEntry) -> Rotation:
    start, at = entry.start, entry.time
    if isinstance(start, datetime):  # turns shorter than a day: where the first one begins
        at = start.time()
        start = start.date()
    return Rotation(
        every=entry.every,
        timezone=entry.timezone,
        starts=start,
        time=at,
        day=entry.day,
        days=frozenset(entry.days) if entry.days is not None else None,
        turns=frozenset(entry.turns) if entry.turns is not None else None,
        until=entry.until,
    )
