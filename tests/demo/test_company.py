"""Acme is the same company at whatever hour the demo is started."""

from datetime import UTC, datetime, timedelta

from app.demo.company import company_at
from app.organisation.read import read
from app.rules.organisation import Organisation, Severity
from app.rules.rota import RotaVersion
from app.rules.routing import manager_order, who
from app.rules.schedule import Schedule

SOME_DAY = datetime(2026, 1, 1, 0, 17, tzinfo=UTC)
HOURS = [SOME_DAY + timedelta(hours=step) for step in range(0, 24 * 365, 53)]


def acme(now: datetime) -> Organisation:
    reading = read(company_at(now).file("40s"), source="acme.toml")
    assert reading.organisation is not None, reading.problems
    return reading.organisation


def schedule_of(org: Organisation) -> Schedule:
    return Schedule(
        {key: ((RotaVersion(rota=rota, effective=None),), ()) for key, rota in org.rotas.items()}
    )


def test_the_file_has_no_problem_and_it_is_night_for_whoever_is_on_call() -> None:
    for now in HOURS:
        org, company = acme(now), company_at(now)
        route = who(org, schedule_of(org), "nightly-elt", Severity.P1, now)
        assert [choice.person for choice in route.primary] == ["sean@acme.test"], now
        assert not 8 <= now.astimezone(company.night).hour < 22, now


def test_the_first_manager_is_mia_and_the_next_noor() -> None:
    for now in HOURS:
        org = acme(now)
        order = manager_order(org, schedule_of(org), now)
        assert order == ["mia@acme.test", "noor@acme.test"], now


def test_the_pager_was_handed_over_less_than_an_hour_ago_and_by_daylight() -> None:
    for now in HOURS:
        company, org = company_at(now), acme(now)
        shift = schedule_of(org).on_duty(org.out_of_hours_rota, now)
        assert shift.start == company.handover
        assert timedelta(0) <= now - company.handover < timedelta(hours=1)
        assert 8 <= company.handover.astimezone(company.day).hour < 18, now
