"""Single-person risk: always the same one, and often enough to say so (product.md 35)."""

from dataclasses import replace

import pytest

from app.rules.incident import Incident, State
from app.rules.organisation import Severity
from app.rules.risk import OneOnly, single_person_risks
from tests.rules.company import at


def solved(by: str | None, *, resolved: str | None = None, service: str | None = "elt") -> Incident:
    return Incident(
        id=1,
        trouble="service:elt",
        title="late",
        severity=Severity.P1,
        reason="",
        state=State.RESOLVED,
        source="people",
        triggered_at=at("2026-11-01T00:00"),
        opened_at=at("2026-11-01T00:00"),
        service=service,
        acknowledged_by=by,
        resolved_by=resolved,
    )


def test_four_of_the_same_person_are_told() -> None:
    found = single_person_risks([solved("ana", resolved="ana")] * 3 + [solved("ana")])
    assert found == [OneOnly(service="elt", person="ana", count=4)]


@pytest.mark.parametrize(
    "incidents",
    [
        [solved("ana")] * 3,
        [solved("ana")] * 4 + [solved("ben")],
        [solved("ana")] * 4 + [solved("ana", resolved="ben")],
        [solved(None)] * 9,
        [solved("ana", service=None)] * 9,
        [solved("ana")] * 3 + [replace(solved("ana"), state=State.CANCELLED)],
    ],
)
def test_nothing_else_is(incidents: list[Incident]) -> None:
    assert single_person_risks(incidents) == []


def test_the_most_incidents_stand_first_and_what_nobody_took_is_left_out() -> None:
    report = [solved("ben", service="report")] * 5
    found = single_person_risks([*[solved("ana")] * 4, *report, solved(None)])
    assert [(each.service, each.count) for each in found] == [("report", 5), ("elt", 4)]
