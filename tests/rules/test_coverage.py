"""Holes are found at every boundary: beside a walk through every quarter of an hour."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.rules import routing
from app.rules.course import course
from app.rules.coverage import Hole, Lack, Reach, holes
from app.rules.organisation import Leave, Organisation, RotaKind, Severity
from app.rules.rota import RotaVersion
from app.rules.schedule import Schedule
from tests.rules.company import (
    DUBLIN,
    at,
    company,
    hours,
    override,
    person,
    rota,
    rotation,
    service,
    team,
    tour,
)

BEGIN, END = at("2026-03-23T00:00"), at("2026-04-06T00:00")
QUARTER = timedelta(minutes=15)
MANAGERS = ("mia", "noor")
STAFF = ("ana", "ben", "chi")


def acme(*, members: Iterable[str] = STAFF, managers: Iterable[str] = MANAGERS) -> Organisation:
    return company(
        people=[
            *(person(each) for each in STAFF),
            *(person(each, manager=True) for each in MANAGERS),
        ],
        teams=[team("data", STAFF, hours(holidays=[date(2026, 4, 3)]), "data")],
        services=[service("elt", "data"), service("reports", "data")],
        rotas=[
            rota(
                kind=RotaKind.VOLUNTEERS,
                name="volunteers",
                tours=[tour(each, "2025-12-01", 52) for each in members],
            ),
            rota(["ana", "ben"], rotation(timedelta(days=1), clock="09:00"), name="data"),
            rota(list(managers), name="managers", kind=RotaKind.MANAGERS),
        ],
    )


def all_reachable(org: Organisation) -> Reach:
    return Reach(asleep=frozenset(org.people), awake=frozenset(org.people))


def without(reach: Reach, *people: str) -> Reach:
    return Reach(asleep=reach.asleep - set(people), awake=reach.awake)


def found(org: Organisation, schedule: Schedule | None = None, *unreachable: str) -> list[Hole]:
    reach = without(all_reachable(org), *unreachable)
    return holes(org, schedule or Schedule.of(org), reach, BEGIN, END)


def test_a_company_that_covers_itself_has_no_hole() -> None:
    assert found(acme()) == []


def test_nobody_on_the_volunteers_rota_is_one_hole_for_every_service() -> None:
    [hole] = found(acme(members=()))
    assert (hole.start, hole.end, hole.tier, hole.services) == (BEGIN, END, 1, None)
    assert (hole.lack, hole.note) == (Lack.NOBODY, "nobody is on the rota")


def test_a_shift_of_somebody_who_cannot_be_woken_is_a_hole_from_its_start_to_its_end() -> None:
    [hole] = found(acme(), None, "ana")
    assert (hole.lack, hole.people) == (Lack.UNREACHABLE, ("ana",))
    assert (hole.start, hole.end) == (at("2026-03-27T18:00"), at("2026-04-03T17:00"))


def test_in_hours_whoever_slack_reaches_is_no_hole() -> None:
    """product.md 8: only out of hours somebody must be woken."""
    org = acme()
    reach = Reach(asleep=frozenset(MANAGERS + STAFF), awake=frozenset())
    owners = [each for each in holes(org, Schedule.of(org), reach, BEGIN, END) if each.tier == 1]
    assert {each.services for each in owners} == {("elt", "reports")}
    assert all(each.lack is Lack.UNREACHABLE for each in owners)
    opened = [each.start.astimezone(DUBLIN).time() for each in owners]
    assert opened == [time(9)] * len(opened)
    assert holes(org, Schedule.of(org), None, BEGIN, END) == []


def test_a_manager_who_is_primary_and_has_no_other_behind_them_is_a_hole() -> None:
    """product.md 11."""
    org = acme(managers=["mia"])
    people = {**org.people, "noor": replace(org.people["noor"], manager=False)}
    org = replace(org, people=people)
    schedule = Schedule.of(org)
    versions, _ = schedule.rotas["volunteers"]
    cover = override("mia", "2026-03-28T00:00", "2026-03-28T12:00")
    schedule = Schedule({**schedule.rotas, "volunteers": (versions, [cover])})
    [hole] = found(org, schedule)
    assert (hole.start, hole.end, hole.tier) == (cover.start, cover.end, 2)
    assert (hole.lack, hole.people) == (Lack.ALONE, ("mia",))


def test_with_another_manager_in_turn_the_one_who_is_primary_leaves_no_hole() -> None:
    org = acme()
    schedule = Schedule.of(org)
    versions, _ = schedule.rotas["volunteers"]
    cover = override("mia", "2026-03-28T00:00", "2026-03-28T12:00")
    schedule = Schedule({**schedule.rotas, "volunteers": (versions, [cover])})
    assert found(org, schedule) == []
    [hole] = found(org, schedule, "noor")
    assert (hole.lack, hole.people) == (Lack.UNREACHABLE, ("noor",))


def test_somebody_unmarked_on_the_managers_rota_is_a_hole() -> None:
    org = acme(managers=["mia", "chi"])
    first, last = [each for each in found(org) if each.lack is Lack.NOT_MANAGER]
    assert first.people == last.people == ("chi",)
    assert (first.end, last.start) == (at("2026-03-27T18:00"), at("2026-04-03T17:00"))


def test_a_team_without_a_rota_has_none_to_miss() -> None:
    org = acme()
    org = replace(org, teams={"data": replace(org.teams["data"], rota=None)})
    assert found(org) == []


def test_everybody_away_is_a_hole_for_exactly_so_long() -> None:
    org = acme()
    schedule = Schedule.of(org)
    leaves = [
        Leave(
            person=each,
            start=at("2026-03-29T10:07:13"),
            end=at("2026-03-29T10:07:14"),
            made_at=at("2026-01-01"),
        )
        for each in STAFF
    ]
    [hole] = found(org, Schedule(schedule.rotas, away=leaves))
    assert (hole.start, hole.end) == (leaves[0].start, leaves[0].end)
    assert hole.note == "everybody on the rota is away"


# ── beside a walk ─────────────────────────────────────────────────────────────────────────────
@st.composite
def schedules(draw: st.DrawFn, org: Organisation) -> Schedule:
    def moment() -> datetime:
        return BEGIN + draw(st.integers(-20, 14 * 96)) * QUARTER

    def somebody() -> str:
        return draw(st.sampled_from([*STAFF, *MANAGERS, "zoe"]))

    rotas = {}
    for name, each in org.rotas.items():
        covers = []
        for _ in range(draw(st.integers(0, 3))):
            begin = moment()
            long = draw(st.integers(1, 200)) * QUARTER
            covers.append(
                override(
                    somebody(),
                    f"{begin:%Y-%m-%dT%H:%M}",
                    f"{begin + long:%Y-%m-%dT%H:%M}",
                    made="2026-03-01T00:00",
                )
            )
        rotas[name] = ((RotaVersion(each, None),), covers)
    leaves = []
    for _ in range(draw(st.integers(0, 4))):
        begin = moment()
        leaves.append(
            Leave(
                person=somebody(),
                start=begin,
                end=begin + draw(st.integers(1, 300)) * QUARTER,
                made_at=moment(),
                withdrawn_at=draw(st.none() | st.just(BEGIN + 3 * timedelta(days=1))),
            )
        )
    return Schedule(rotas, away=leaves)


def missing(
    org: Organisation, schedule: Schedule, reach: Reach, service: str | None, when: datetime
) -> tuple[bool, bool]:
    """Whether an instant lacks a primary, a manager: the plain reading of the rules."""
    route = routing.who(org, schedule, service, Severity.P1, when)
    primary = [each.person for each in route.primary]
    behind = [each.person for each in route.managers if each.person not in primary]
    duty = schedule.on_duty("managers", when).person
    no_primary = not any(reach.of(each, out_of_hours=route.out_of_hours) for each in primary)
    no_manager = not any(reach.of(each, out_of_hours=route.out_of_hours) for each in behind)
    return no_primary, no_manager or duty not in MANAGERS


@settings(deadline=None, max_examples=10)
@given(st.data())
def test_at_every_instant_there_is_a_hole_or_there_is_somebody(data: st.DataObject) -> None:
    org = acme()
    schedule = data.draw(schedules(org))
    nobody = data.draw(st.frozensets(st.sampled_from([*STAFF, *MANAGERS])))
    reach = without(Reach(asleep=frozenset(org.people), awake=frozenset(org.people)), *nobody)
    listed = holes(org, schedule, reach, BEGIN, END)
    when = BEGIN
    while when < END:
        covering = [each for each in listed if each.start <= when < each.end]
        no_primary, no_manager = missing(org, schedule, reach, None, when)
        everywhere = [each for each in covering if each.services is None]
        assert any(each.tier == 1 for each in everywhere) == no_primary
        assert any(each.tier == 2 for each in everywhere) == no_manager
        if not routing.is_out_of_hours_for(org, when, "elt"):
            own = [each for each in covering if each.services is not None]
            no_primary, no_manager = missing(org, schedule, reach, "elt", when)
            assert any(each.tier == 1 for each in own) == no_primary
            assert not no_manager or any(each.tier == 2 for each in covering)
        when += 13 * QUARTER


@settings(deadline=None, max_examples=10)
@given(st.data())
def test_the_course_of_a_stretch_is_the_answer_at_every_instant_of_it(data: st.DataObject) -> None:
    org = acme()
    schedule = data.draw(schedules(org))
    runs = course(org, schedule, "elt", BEGIN, END)
    assert (runs[0].start, runs[-1].end) == (BEGIN, END)
    assert all(one.end == other.start for one, other in pairwise(runs))
    when = BEGIN
    for run in runs:
        while when < run.end:
            now = routing.who(org, schedule, "elt", Severity.P1, when)
            told = [(each.person, each.reason) for each in (*now.primary, *now.managers)]
            kept = [
                (each.person, each.reason) for each in (*run.route.primary, *run.route.managers)
            ]
            assert told == kept
            when += 7 * QUARTER


def test_the_ends_of_a_run_are_exact() -> None:
    """product.md 2: 17:59:59 is the owner's, 18:00:00 the volunteers'."""
    org = acme()
    runs = course(org, Schedule.of(org), "elt", at("2026-03-24T12:00"), at("2026-03-25T12:00"))
    assert [each.start for each in runs[1:]] == [at("2026-03-24T18:00"), at("2026-03-25T09:00")]


@pytest.mark.parametrize("weeks", [1, 26])
def test_an_empty_and_a_long_window_have_an_answer(weeks: int) -> None:
    org = acme()
    begin = datetime(2026, 1, 5, tzinfo=UTC)
    reach = all_reachable(org)
    assert holes(org, Schedule.of(org), reach, begin, begin) == []
    assert holes(org, Schedule.of(org), reach, begin, begin + timedelta(weeks=weeks)) == []


def test_a_hole_in_a_teams_hours_is_one_over_the_nights_between() -> None:
    org = acme()
    rotas = {**org.rotas, "data": replace(org.rotas["data"], members=())}
    org = replace(org, rotas=rotas)
    first, *more = found(org)
    assert (first.start, first.tier, more) == (at("2026-03-23T09:00"), 1, [])
    assert first.end == at("2026-04-02T17:00")  # the third is a holiday, and then the weekend
