"""The organisation as values: what wakes, what is accepted, what holds where nothing is said."""

from datetime import date, timedelta

import pytest

from app.rules.organisation import (
    Alarm,
    Organisation,
    Override,
    Person,
    Rota,
    RotaKind,
    Service,
    Severity,
    Sla,
    Waits,
)
from tests.rules.company import DUBLIN, at, hours, rotation


def test_only_p0_and_p1_wake_people() -> None:
    """product.md 6."""
    assert [each for each in Severity if each.wakes] == [Severity.P0, Severity.P1]


def test_p0_is_the_worst_and_nothing_is_worse_than_itself() -> None:
    order = list(Severity)
    assert [each.value for each in order] == ["P0", "P1", "P2", "P3", "P4"]
    for number, each in enumerate(order):
        worse = [other for other in order if each.is_worse_than(other)]
        assert worse == order[number + 1 :]


@pytest.mark.parametrize(
    ("proposed_by", "approved_by", "accepted"),
    [(None, None, False), ("ana", None, False), ("ana", "ana", False), ("ana", "ben", True)],
)
def test_a_proposer_cannot_approve_their_own_alarm(
    proposed_by: str | None, approved_by: str | None, accepted: bool
) -> None:
    """product.md 30."""
    alarm = Alarm(key="a", service="elt", proposed_by=proposed_by, approved_by=approved_by)
    assert alarm.accepted is accepted


def test_a_service_knows_its_slas() -> None:
    fresh, tidy = Sla(id="fresh", text="fresh"), Sla(id="tidy", text="tidy", core=True)
    service = Service(id="elt", name="Elt", team="data", slas=(fresh, tidy))
    assert service.sla("tidy") is tidy
    assert service.sla("gone") is None
    assert not fresh.core


def test_where_the_file_says_nothing_five_minutes_are_waited_and_an_hour_is_trusted() -> None:
    assert Waits() == Waits(
        primary_wait=timedelta(minutes=5),
        manager_wait=timedelta(minutes=5),
        acknowledgement_expires=timedelta(minutes=60),
    )


def test_where_the_file_says_nothing_ten_pages_a_month_are_the_budget() -> None:
    """product.md 33."""
    org = Organisation(
        name="Acme",
        timezone=DUBLIN,
        engineering_channel="#engineering",
        oncall_channel="#on-call",
        out_of_hours_rota="volunteers",
        manager_rota="managers",
    )
    assert org.page_budget == 10
    assert org.escalation == Waits()
    assert (org.people, org.teams, org.services, org.rotas) == ({}, {}, {}, {})
    assert (org.alarms, org.heartbeats, org.intakes, org.version) == ({}, {}, (), 0)


def test_nobody_is_a_manager_by_default() -> None:
    """product.md 11."""
    assert not Person(id="ana", timezone=DUBLIN).manager
    assert hours().holidays == frozenset[date]()


def test_a_rota_has_only_what_the_file_gives_it() -> None:
    rota = Rota(id="r", kind=RotaKind.TEAM, rotation=rotation())
    assert (rota.members, rota.tours, rota.overrides) == ((), (), ())
    assert [each.value for each in RotaKind] == ["volunteers", "team", "managers"]
    assert Override(person="ana", start=at("2026-01-01"), end=at("2026-01-02")).why == ""
