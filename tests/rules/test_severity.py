"""Severity is computed, not chosen (product.md 5 and 31)."""

from dataclasses import replace

import pytest

from app.rules.organisation import Alarm, Organisation, Service, Severity, Sla
from app.rules.severity import Assessment, alarms_on_core_slas, assess_alert, assess_declared
from tests.rules.company import company, person, service, team
from tests.rules.company import hours as working_hours

FRESH = Sla(id="fresh", text="daily ELT fresh by 07:00", core=True)
TIDY = Sla(id="tidy", text="tidied weekly")
ELT = replace(service("elt", "data"), slas=(TIDY, FRESH))
WIKI = replace(service("wiki", "data"), slas=(TIDY,))
ALARM = Alarm(key="elt-late", service="elt", threatens="fresh", approved_by="ben")
PROPOSED = replace(ALARM, proposed_by="ana", approved_by=None)


def acme(*alarms: Alarm) -> Organisation:
    org = company(
        people=[person("ana"), person("ben")],
        teams=[team("data", ["ana", "ben"], working_hours())],
        services=[ELT, WIKI],
    )
    return replace(org, alarms={each.key: each for each in alarms})


def assess(
    alarm: Alarm | None, *, working: bool = False, shown_met: str | None = None
) -> Assessment:
    return assess_alert(acme(), alarm=alarm, key="elt-late", working=working, shown_met=shown_met)


@pytest.mark.parametrize("working", [True, False])
@pytest.mark.parametrize("shown_met", [None, "elt-beat"])
def test_an_accepted_alarm_on_a_core_sla_is_a_p1_always(
    working: bool, shown_met: str | None
) -> None:
    assert assess(ALARM, working=working, shown_met=shown_met) == Assessment(
        severity=Severity.P1, reason='P1: threatens SLA "daily ELT fresh by 07:00"', sla="fresh"
    )


def test_an_alarm_on_another_sla_is_a_p2() -> None:
    assert assess(replace(ALARM, threatens="tidy")) == Assessment(
        severity=Severity.P2, reason='P2: threatens SLA "tidied weekly"', sla="tidy"
    )


@pytest.mark.parametrize("given", [None, Severity.P2, Severity.P3, Severity.P4])
def test_without_an_sla_an_alarm_has_its_own_severity(given: Severity | None) -> None:
    severity = given or Severity.P2
    assert assess(replace(ALARM, threatens=None, severity=given)) == Assessment(
        severity=severity, reason=f"{severity}: alarm elt-late threatens no SLA"
    )


@pytest.mark.parametrize(
    "odd",
    [replace(ALARM, service="gone"), replace(ALARM, threatens="gone")],
    ids=["service", "SLA"],
)
def test_what_is_not_in_the_file_threatens_no_sla(odd: Alarm) -> None:
    assert assess(odd).sla is None
    assert assess(odd).severity is Severity.P2


def test_an_unknown_alarm_is_a_p2_on_the_review_list() -> None:
    assert assess(None) == Assessment(
        severity=Severity.P2,
        reason="P2: alarm elt-late is not in the catalogue; it is on the review list",
        review="unknown",
    )


@pytest.mark.parametrize(
    ("case", "working", "shown_met", "severity"),
    [
        ("out of hours a live heartbeat holds it", False, "elt-beat", Severity.P2),
        ("out of hours nothing shows the SLA met", False, None, Severity.P1),
        ("in hours", True, None, Severity.P1),
        ("in hours, whatever a heartbeat shows", True, "elt-beat", Severity.P1),
    ],
)
def test_only_a_live_heartbeat_holds_an_unaccepted_alarm_on_a_core_sla(
    case: str, working: bool, shown_met: str | None, severity: Severity
) -> None:
    found = assess(PROPOSED, working=working, shown_met=shown_met)
    assert (found.severity, found.sla, found.review) == (severity, "fresh", "unaccepted"), case


def test_what_is_held_says_by_what() -> None:
    assert assess(PROPOSED, shown_met="elt-beat").reason == (
        "P2: alarm elt-late is not accepted yet, and heartbeat elt-beat shows SLA "
        '"daily ELT fresh by 07:00" met'
    )


def test_an_unaccepted_alarm_goes_to_the_review_list_whatever_it_threatens() -> None:
    assert assess(replace(PROPOSED, threatens="tidy"), shown_met="elt-beat") == Assessment(
        severity=Severity.P2,
        reason='P2: threatens SLA "tidied weekly"',
        sla="tidy",
        review="unaccepted",
    )
    assert assess(replace(PROPOSED, threatens=None)).review == "unaccepted"


def test_alarms_on_core_slas_are_those_that_may_be_a_p1() -> None:
    org = acme(
        ALARM,
        replace(PROPOSED, key="proposed"),
        replace(ALARM, key="not-core", threatens="tidy"),
        replace(ALARM, key="no-sla", threatens=None),
        replace(ALARM, key="no-service", service="gone"),
        replace(ALARM, key="not-there", threatens="gone"),
    )
    assert alarms_on_core_slas(org) == {"elt-late", "proposed"}


@pytest.mark.parametrize(
    ("case", "about", "sla", "severity", "of", "reason"),
    [
        (
            "the SLA that was named",
            ELT,
            TIDY,
            Severity.P2,
            "tidy",
            'P2: threatens SLA "tidied weekly"',
        ),
        (
            "a core SLA that was named",
            ELT,
            FRESH,
            Severity.P1,
            "fresh",
            'P1: threatens SLA "daily ELT fresh by 07:00"',
        ),
        (
            "a service with a core SLA, and none named",
            ELT,
            None,
            Severity.P1,
            "fresh",
            'P1: may threaten SLA "daily ELT fresh by 07:00" (declared without naming an SLA)',
        ),
        (
            "a service without a core SLA",
            WIKI,
            None,
            Severity.P2,
            None,
            "P2: Wiki has no core SLA",
        ),
        (
            "nothing is known",
            None,
            None,
            Severity.P1,
            None,
            "P1: declared without a service; unsure, so higher",
        ),
    ],
)
def test_what_a_person_declares_is_higher_when_unsure(
    case: str,
    about: Service | None,
    sla: Sla | None,
    severity: Severity,
    of: str | None,
    reason: str,
) -> None:
    assert assess_declared(about, sla) == Assessment(severity=severity, reason=reason, sla=of), case
