"""What an incident may do, and what it still needs to be closed (product.md 14 and 18)."""

from dataclasses import replace
from datetime import timedelta

import pytest

from app.rules.incident import (
    CAME_BACK_WITHIN,
    REOPEN_WITHIN,
    FollowUpKind,
    Incident,
    State,
    may_move,
    missing_to_close,
)
from app.rules.organisation import Severity
from tests.rules.company import at

INCIDENT = Incident(
    id=12,
    trouble="service:elt",
    title="Load is late",
    severity=Severity.P1,
    reason="P1: threatens an SLA",
    state=State.RESOLVED,
    source="alertmanager",
    opened_at=at("2026-03-06T03:00"),
    triggered_at=at("2026-03-06T03:00"),
    root_cause="a disk",
)
MOVES = """
from \\ to    triggered  acknowledged  resolved  closed  cancelled  merged
triggered     no         yes           no        no      yes        yes
acknowledged  yes        no            yes       no      yes        yes
resolved      yes        no            no        yes     no         no
closed        yes        no            no        no      no         no
cancelled     no         no            no        no      no         no
merged        no         no            no        no      no         no
"""


def test_nothing_moves_but_by_the_table() -> None:
    head, *rows = MOVES.strip("\n").splitlines()
    states = [State(name) for name in head.split()[3:]]
    for row in rows:
        here, *cells = row.split()
        found = ["yes" if may_move(State(here), there) else "no" for there in states]
        assert found == cells, here
    assert {row.split()[0] for row in rows} == set(State)


def test_open_is_neither_resolved_closed_cancelled_nor_merged() -> None:
    assert [each for each in State if each.is_open] == [State.TRIGGERED, State.ACKNOWLEDGED]


def test_a_firing_reopens_within_half_an_hour_and_came_back_within_thirty_days() -> None:
    assert timedelta(minutes=30) == REOPEN_WITHIN
    assert timedelta(days=30) == CAME_BACK_WITHIN


def test_people_name_it_by_its_number() -> None:
    assert INCIDENT.key == "INC-12"


def test_an_incident_is_in_hours_where_nobody_said_otherwise() -> None:
    assert INCIDENT.out_of_hours is False


def test_a_follow_up_is_stored_by_these_words() -> None:
    assert [each.value for each in FollowUpKind] == ["work", "none"]


@pytest.mark.parametrize(
    ("root_cause", "follow_ups", "missing"),
    [
        ("a disk", 1, (False, False)),
        ("a disk", 2, (False, False)),
        ("a disk", 0, (False, True)),
        (None, 1, (True, False)),
        ("", 1, (True, False)),
        (None, 0, (True, True)),
    ],
)
def test_a_close_needs_a_root_cause_and_a_follow_up(
    root_cause: str | None, follow_ups: int, missing: tuple[bool, bool]
) -> None:
    found = missing_to_close(replace(INCIDENT, root_cause=root_cause), follow_ups)
    assert (found.root_cause, found.follow_up) == missing
    assert bool(found) is any(missing)
