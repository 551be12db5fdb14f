"""Alarms and services that nobody knows, by the thousand (reliability.md 2.7): every alert is
stored, and past a cap they stand in one incident, not in one each."""

from typing import Any

import pytest
from sqlalchemy import func, select

from app.flows.admit import Operator
from app.flows.receive_alerts import MANY, Trouble, attach_or_open, receive_alerts
from app.flows.receive_together import receive_together
from app.flows.resolve import resolve
from app.flows.work import Work
from app.rules.alert import Alert, AlertState
from app.rules.organisation import Severity
from storage import alerts, incidents
from storage.tables import alarm_reviews, effects
from storage.tables import alerts as alerts_table
from tests.flows.test_receive_alerts import elt_late, incident
from tests.flows.test_receive_together import told
from tests.kit import Bench


def unheard(number: int, **changes: Any) -> Alert:
    return elt_late(f"f{number}", alarm=f"Unheard{number:04}", service=f"pod-{number}", **changes)


def one_by_one(bench: Bench, found: list[Alert]) -> list[int]:
    """The incidents that they came to."""
    each = [told(one) for one in found]
    return [
        number
        for one in each
        for number in bench.do(receive_alerts, one.delivery, one.alerts).attached
    ]


def together(bench: Bench, found: list[Alert]) -> list[int]:
    answers = bench.do(receive_together, [told(one) for one in found])
    return [number for answer in answers for number in answer.attached]


both = pytest.mark.parametrize("take_in", [one_by_one, together])


def count(bench: Bench, table: Any, *conditions: Any) -> int:
    with bench.database.read.begin() as tx:
        return tx.execute(select(func.count()).select_from(table).where(*conditions)).scalar_one()


@both
def test_past_the_cap_they_stand_in_one_incident_and_each_is_kept(
    bench: Bench, take_in: Any
) -> None:
    came_to = take_in(bench, [unheard(number) for number in range(MANY + 30)])
    shared = MANY + 1
    assert came_to == [*range(1, MANY + 1), *[shared] * 30]
    kept = incident(bench, shared)
    assert (kept.title, kept.severity) == ("Many unknown alarms from am", Severity.P2)
    assert kept.reason.startswith(f"P2: {MANY} incidents of unknown alarms from am are open")
    assert bench.do(lambda work: alerts.count_of(work.tx, shared)) == (30, 30)
    assert count(bench, alerts_table) == count(bench, alarm_reviews) == MANY + 30
    assert count(bench, effects, effects.c.kind == "notice") == shared


@both
def test_repeats_and_ends_of_what_stands_there_find_it(bench: Bench, take_in: Any) -> None:
    found = [unheard(number) for number in range(MANY + 3)]
    take_in(bench, found)
    assert set(take_in(bench, found[MANY:])) == {MANY + 1}
    assert [each.count for each in bench.do(lambda work: alerts.list_of(work.tx, MANY + 1))] == [
        2
    ] * 3
    take_in(bench, [unheard(MANY, state=AlertState.RESOLVED)])
    assert bench.do(lambda work: alerts.count_of(work.tx, MANY + 1)) == (3, 2)
    assert count(bench, alarm_reviews, alarm_reviews.c.count > 1) == 0


@both
def test_every_source_has_its_own_cap_and_known_services_have_none(
    bench: Bench, take_in: Any
) -> None:
    take_in(bench, [unheard(number) for number in range(MANY + 1)])
    [answer] = bench.do(receive_together, [told(unheard(7), source="another")])
    assert incident(bench, answer.attached[0]).trouble == "alarm:another:Unheard0007"
    [known] = take_in(bench, [elt_late("k", alarm="Unheard9999", service="nightly-elt")])
    assert incident(bench, known).trouble == "service:nightly-elt"


@both
def test_with_room_under_the_cap_a_new_one_stands_by_itself_again(
    bench: Bench, take_in: Any
) -> None:
    take_in(bench, [unheard(number) for number in range(MANY + 1)])
    bench.do(resolve, 1, by=Operator())
    [own] = take_in(bench, [unheard(MANY + 5)])
    assert incident(bench, own).trouble == f"alarm:am:Unheard{MANY + 5:04}"
    [beyond] = take_in(bench, [unheard(MANY + 6)])
    assert beyond == MANY + 1


def test_the_shared_one_is_opened_anew_once_it_was_resolved(bench: Bench) -> None:
    one_by_one(bench, [unheard(number) for number in range(MANY + 1)])
    bench.do(resolve, MANY + 1, by=Operator())
    bench.clock.forward(minutes=31)
    [anew] = one_by_one(bench, [unheard(MANY + 1)])
    found = bench.do(lambda work: incidents.get(work.tx, anew))
    assert (found.id, found.came_back_from) == (MANY + 2, MANY + 1)


def test_an_alert_whose_incident_came_about_meanwhile_belongs_there_and_not_to_the_many(
    bench: Bench,
) -> None:
    one_by_one(bench, [unheard(number) for number in range(MANY)])
    last = unheard(MANY - 1)

    def told_at_once(work: Work) -> int:
        """As by a second replica, which saw no incident of it a moment ago."""
        trouble = Trouble.of(work, "am", last)
        return attach_or_open(work, "am", last, trouble, none_open=True).id

    assert bench.do(told_at_once) == MANY
