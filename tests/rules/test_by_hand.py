"""Whom one may page by hand, to the instant; `test_routing` has the cases of a whole company."""

from dataclasses import replace
from datetime import timedelta

import pytest

from app.rules.by_hand import Allowed, Refused, may_page_by_hand, volunteers_now
from app.rules.organisation import Organisation, RotaKind, Tour
from app.rules.schedule import Schedule
from tests.rules.company import (
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

NIGHT, NOON = at("2026-11-24T03:00"), at("2026-11-24T12:00")
MIDNIGHT = at("2026-11-24T00:00")


def acme(
    *tours: Tour, kind: RotaKind = RotaKind.VOLUNTEERS, managers: int = 1, asleep: int = 1
) -> Organisation:
    """Everybody lives in Dublin. `asleep` people of Data are asked for at night."""
    members = [f"p{number}" for number in range(asleep)]
    volunteers = rota(["vic"], rotation(), name="volunteers", kind=kind, tours=tours)
    return company(
        people=[
            *map(person, members),
            *map(person, ["vic", "eva"]),
            *(person(f"m{number}", manager=True) for number in range(managers)),
        ],
        teams=[team("data", members, hours()), team("web", ["eva"], hours())],
        services=[service("elt", "data"), service("shop", "web")],
        rotas=[volunteers],
    )


def refusal(org: Organisation, about: str | None = None, target: str = "p0") -> Refused:
    found = may_page_by_hand(org, Schedule.of(org), NIGHT, target, service=about)
    assert isinstance(found, Refused)
    return found


@pytest.mark.parametrize(
    ("case", "tours", "volunteers"),
    [
        ("on the first day of the tour", [tour("vic", "2026-11-24", 1)], ("vic",)),
        ("the day before it", [tour("vic", "2026-11-25", 1)], ()),
        ("on its last day", [tour("vic", "2026-11-18", 1)], ("vic",)),
        ("the day after it", [tour("vic", "2026-11-17", 1)], ()),
        ("not accepted", [tour("vic", "2026-11-24", 1, accepted=False)], ()),
        ("twice", [tour("vic", "2026-11-01", 9), tour("vic", "2026-11-01", 9)], ("vic",)),
    ],
)
def test_a_volunteer_is_whose_tour_runs_on_that_day(
    case: str, tours: list[Tour], volunteers: tuple[str, ...]
) -> None:
    org = acme(*tours)
    nobody = Schedule({})
    assert volunteers_now(org, nobody, MIDNIGHT) == volunteers, case


def test_the_day_of_a_tour_is_the_rotas_own() -> None:
    org = acme(tour("vic", "2026-07-07", 1))
    assert volunteers_now(org, Schedule({}), at("2026-07-06T22:59")) == ()
    assert volunteers_now(org, Schedule({}), at("2026-07-06T23:00")) == ("vic",)


def test_tours_count_only_on_a_rota_of_volunteers() -> None:
    org = acme(tour("eva", "2026-11-01", 9), kind=RotaKind.TEAM)
    assert volunteers_now(org, Schedule.of(org), NIGHT) == ("vic",)


def test_without_the_rota_there_is_no_volunteer() -> None:
    org = replace(acme(), rotas={})
    assert volunteers_now(org, Schedule.of(org), NIGHT) == ()


def test_who_has_the_rota_comes_before_those_with_a_tour() -> None:
    org = acme(tour("vic", "2026-11-01", 9))
    taken = override("eva", "2026-11-23T00:00", "2026-11-25T00:00")
    schedule = Schedule({"volunteers": (Schedule.of(org).rotas["volunteers"][0], (taken,))})
    assert volunteers_now(org, schedule, NIGHT) == ("eva", "vic")


@pytest.mark.parametrize(
    ("about", "why"),
    [
        (
            "elt",
            "p0 is outside their working hours, and out of hours nothing goes back to the owners "
            "of Elt: they follow up on their next working day.",
        ),
        (
            "shop",
            "p0 is outside their working hours, and only volunteers and managers are woken.",
        ),
        (None, "p0 is outside their working hours, and only volunteers and managers are woken."),
        ("gone", "p0 is outside their working hours, and only volunteers and managers are woken."),
    ],
)
def test_a_refusal_says_why(about: str | None, why: str) -> None:
    assert refusal(acme(), about).sentence == f"{why} You may page managers: m0."


def test_a_stranger_is_refused_in_their_own_words_at_any_hour() -> None:
    org = acme()
    for when in (NIGHT, NOON):
        found = may_page_by_hand(org, Schedule.of(org), when, "zoe", service="elt")
        assert isinstance(found, Refused)
        assert found.sentence.startswith(
            "zoe is not in the organisation file, so Baton cannot tell when they work. You may page"
        )


def test_when_nobody_may_be_paged_the_refusal_says_so() -> None:
    assert refusal(acme(managers=0)).sentence.endswith("You may page nobody right now.")


def test_a_refusal_lists_everybody_and_names_ten() -> None:
    ten, eleven = refusal(acme(managers=10)), refusal(acme(managers=11))
    assert ten.sentence.endswith("managers: m0, m1, m2, m3, m4, m5, m6, m7, m8, m9.")
    assert eleven.sentence.endswith("m7, m8, m9 and 1 more.")
    assert eleven.managers == tuple(f"m{number}" for number in range(11))
    assert (eleven.awake, eleven.volunteers) == ((), ())


def test_who_has_a_teams_rota_may_be_paged_in_that_teams_hours_alone() -> None:
    org = company(
        people=[person("kai", "Asia/Tokyo"), person("ana")],
        teams=[
            team("idle", ["ana"], hours()),
            team("data", ["ana"], hours(), "data-rota"),
        ],
        rotas=[rota(["kai"], rotation(timedelta(days=1)), name="data-rota")],
    )
    schedule = Schedule.of(org)
    assert may_page_by_hand(org, schedule, NOON, "kai") == Allowed(person="kai")
    assert isinstance(may_page_by_hand(org, schedule, at("2026-11-24T18:00"), "kai"), Refused)
