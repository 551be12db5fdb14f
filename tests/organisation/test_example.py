"""The shipped example means exactly what it says."""

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from app.organisation.example import example_text
from app.organisation.read import read
from app.rules.organisation import (
    Alarm,
    Due,
    Heartbeat,
    Organisation,
    Override,
    Pay,
    Person,
    Pool,
    Rota,
    RotaKind,
    Rotation,
    Service,
    Severity,
    Sla,
    Team,
    Tour,
    Waits,
    WorkingHours,
)

DUBLIN, LOS_ANGELES = ZoneInfo("Europe/Dublin"), ZoneInfo("America/Los_Angeles")
WEEKDAYS = frozenset({0, 1, 2, 3, 4})
FRIDAYS = Rotation(
    every=timedelta(weeks=1), timezone=DUBLIN, starts=date(2026, 1, 2), time=time(18), day=4
)
SHARED = Path(__file__).parents[3] / "shared" / "baton.example.toml"


def person(name: str, zone: ZoneInfo, *, manager: bool = False) -> Person:
    email = f"{name}@acme.test"
    return Person(id=email, email=email, timezone=zone, manager=manager)


PEOPLE = [
    person("ana", DUBLIN),
    person("ben", DUBLIN),
    person("chi", LOS_ANGELES),
    person("mia", DUBLIN, manager=True),
    person("noor", LOS_ANGELES, manager=True),
]
DATA_INFRA = Team(
    id="data-infra",
    name="Data Infrastructure",
    channel="#data-infra",
    members=("ana@acme.test", "ben@acme.test"),
    rota="data-infra",
    working_hours=WorkingHours(
        timezone=DUBLIN,
        days=WEEKDAYS,
        start=time(9),
        end=time(18),
        holidays=frozenset({date(2026, 12, 25), date(2027, 1, 1)}),
    ),
)
SERVICES = [
    Service(
        id="nightly-elt",
        name="Nightly ELT",
        team="data-infra",
        slas=(Sla(id="elt-fresh", text="daily ELT fresh by 07:00", core=True),),
    ),
    Service(id="report-builder", name="Report builder", team="data-infra"),
]
ALARMS = [
    Alarm(
        key="EltLate",
        service="nightly-elt",
        threatens="elt-fresh",
        runbook="https://runbooks.acme.test/elt-late",
        action="Restart the stuck load, then compare row counts",
        proposed_by="ana@acme.test",
        approved_by="ben@acme.test",
    ),
    Alarm(
        key="ReportSlow",
        service="report-builder",
        severity=Severity.P3,
        runbook="https://runbooks.acme.test/report-slow",
        action="Look at the queue in the morning",
        proposed_by="ben@acme.test",
        approved_by="ana@acme.test",
    ),
]
NIGHTLY_DONE = Heartbeat(
    key="nightly-elt-done",
    service="nightly-elt",
    threatens="elt-fresh",
    due=Due(every=timedelta(days=1), at=time(7), timezone=DUBLIN),
    grace=timedelta(minutes=10),
)
VOLUNTEERS = Rota(
    id="volunteers",
    kind=RotaKind.VOLUNTEERS,
    rotation=FRIDAYS,
    pool=Pool(min=5, max=8),
    pay_per_shift=Pay(amount="1000.00", currency="EUR"),
    tours=(
        Tour(
            person="ana@acme.test",
            starts=date(2026, 9, 4),
            weeks=26,
            accepted_on=date(2026, 8, 20),
        ),
        Tour(
            person="chi@acme.test",
            starts=date(2026, 9, 4),
            weeks=26,
            accepted_on=date(2026, 8, 21),
        ),
    ),
)
TEAM_ROTA = Rota(
    id="data-infra",
    kind=RotaKind.TEAM,
    rotation=Rotation(
        every=timedelta(days=1),
        timezone=DUBLIN,
        starts=date(2026, 1, 5),
        time=time(9),
        days=WEEKDAYS,
    ),
    members=("ana@acme.test", "ben@acme.test"),
)
MANAGERS = Rota(
    id="managers",
    kind=RotaKind.MANAGERS,
    rotation=FRIDAYS,
    members=("mia@acme.test", "noor@acme.test"),
    overrides=(
        Override(
            person="noor@acme.test",
            start=datetime(2026, 12, 24, 18, tzinfo=UTC),
            end=datetime(2026, 12, 27, 18, tzinfo=UTC),
            why="Mia is away",
        ),
    ),
)
ACME = Organisation(
    name="Acme",
    timezone=DUBLIN,
    engineering_channel="#engineering",
    oncall_channel="#on-call",
    out_of_hours_rota="volunteers",
    manager_rota="managers",
    oncall_handle="oncall",
    page_budget=10,
    escalation=Waits(
        primary_wait=timedelta(minutes=5),
        manager_wait=timedelta(minutes=5),
        acknowledgement_expires=timedelta(minutes=60),
    ),
    people={each.id: each for each in PEOPLE},
    teams={"data-infra": DATA_INFRA},
    services={each.id: each for each in SERVICES},
    alarms={each.key: each for each in ALARMS},
    heartbeats={"nightly-elt-done": NIGHTLY_DONE},
    rotas={each.id: each for each in (VOLUNTEERS, TEAM_ROTA, MANAGERS)},
)


def test_the_example_reads_to_exactly_what_it_says() -> None:
    reading = read(example_text(), source="baton.toml")
    assert reading.problems == ()
    assert reading.organisation == ACME


def test_the_example_keeps_its_order_of_people_and_rotas() -> None:
    organisation = read(example_text(), source="baton.toml").organisation
    assert organisation is not None
    assert list(organisation.people) == [each.id for each in PEOPLE]
    assert list(organisation.rotas) == ["volunteers", "data-infra", "managers"]


def test_the_example_warns_only_of_its_small_pool() -> None:
    reading = read(example_text(), source="baton.toml")
    assert [str(warning) for warning in reading.warnings] == [
        "rota[0]: has 2 volunteers where 5 to 8 are wanted: each starts a shift every 2 weeks. "
        "Ask for volunteers."
    ]


@pytest.mark.skipif(not SHARED.exists(), reason="the shared example is not on this machine")
def test_the_shipped_example_means_the_same_as_the_shared_one() -> None:
    assert read(SHARED.read_bytes(), source="baton.toml").organisation == ACME
