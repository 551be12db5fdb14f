"""Who is paged, and whom one may page by hand."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.rules.calendar import is_working
from app.rules.organisation import Leave, Organisation, Override, Rota, RotaId, RotaKind, Severity
from app.rules.rota import RotaVersion
from app.rules.routing import (
    Allowed,
    Refused,
    Route,
    Schedule,
    is_out_of_hours_for,
    manager_order,
    managers_for_round,
    may_page_by_hand,
    who,
)
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

DAY, WEEK = timedelta(days=1), timedelta(weeks=1)
MICROSECOND = timedelta(microseconds=1)
OFFICE = hours(holidays=[date(2026, 12, 25)])
NIGHT = "2026-11-23T22:00"
"""Monday: Chi is on call, Mia is the manager on duty, and Ana's team has gone home."""
NOON = "2026-11-23T12:00"
"""The same Monday in Dublin; Ana has her team's rota, and Chi in Los Angeles is asleep."""

VOLUNTEERS = rota(
    name="volunteers",
    kind=RotaKind.VOLUNTEERS,
    turning=rotation(day=4),
    tours=[tour("chi", "2026-09-11"), tour("dan", "2026-09-11")],
)
OWNERS = rota(["ana", "ben"], rotation(DAY, "2026-01-05", "09:00", days=range(5)), name="data-rota")
MANAGERS = rota(
    ["mia", "noor", "zoe"], rotation(starts="2026-01-09"), name="managers", kind=RotaKind.MANAGERS
)


def acme(
    *,
    volunteers: Rota = VOLUNTEERS,
    owners: Rota = OWNERS,
    managers: Rota = MANAGERS,
    not_managers: str = "",
) -> Organisation:
    return company(
        people=[
            person("ana"),
            person("ben"),
            person("chi", "America/Los_Angeles"),
            person("dan"),
            *(
                person(name, zone, manager=name not in not_managers.split())
                for name, zone in (
                    ("mia", "Europe/Dublin"),
                    ("noor", "America/Los_Angeles"),
                    ("zoe", "Asia/Tokyo"),
                )
            ),
        ],
        teams=[
            team("data", ["ana", "ben"], OFFICE, "data-rota"),
            team("tools", ["dan"], OFFICE),
        ],
        services=[service("elt", "data"), service("wiki", "tools")],
        rotas=[volunteers, owners, managers],
    )


def schedule(
    org: Organisation, made: Mapping[RotaId, Sequence[Override]] | None = None
) -> Schedule:
    return Schedule(
        {
            name: ((RotaVersion(it, None),), [*it.overrides, *(made or {}).get(name, ())])
            for name, it in org.rotas.items()
        }
    )


def route(
    when: str | datetime,
    about: str | None = "elt",
    org: Organisation | None = None,
    made: Mapping[RotaId, Sequence[Override]] | None = None,
) -> Route:
    org = org or acme()
    instant = at(when) if isinstance(when, str) else when
    return who(org, schedule(org, made), about, Severity.P1, instant)


def names(found: Route) -> tuple[list[str], list[str]]:
    """Tier 1 and tier 2."""
    return [each.person for each in found.primary], [each.person for each in found.managers]


# ── whose page it is ──────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("case", "when", "first"),
    [
        ("the last microsecond of the day goes to the owner", "2026-11-23T17:59:59.999999", "ana"),
        ("the end itself goes to the volunteers", "2026-11-23T18:00:00", "chi"),
        ("the night", "2026-11-24T08:59:59.999999", "chi"),
        ("the opening goes to the owner", "2026-11-24T09:00:00", "ben"),
        ("in summer the end is an hour earlier in UTC", "2026-09-11T16:59:59", "ben"),
        ("in summer at the end", "2026-09-11T17:00:00", "chi"),
        ("Saturday", "2026-11-28T12:00:00", "dan"),
        ("a holiday of the owner's calendar", "2026-12-25T12:00:00", "chi"),
        ("the day before it, a second early", "2026-12-24T17:59:59", "ben"),
    ],
)
def test_in_working_hours_the_owners_and_out_of_hours_the_volunteers(
    case: str, when: str, first: str
) -> None:
    assert names(route(when))[0] == [first], case


def test_an_incident_without_a_service_goes_to_the_volunteers_at_any_hour() -> None:
    found = route(NOON, None)
    assert names(found)[0] == ["chi"]
    assert found.primary[0].reason == "on call with the volunteers (no team owns it)"
    assert found.out_of_hours


def test_a_service_that_is_not_known_any_more_goes_to_the_volunteers() -> None:
    assert names(route(NOON, "gone"))[0] == ["chi"]


def test_every_choice_says_why_it_is_them() -> None:
    day, night, holiday = route(NOON), route(NIGHT), route("2026-12-25T12:00")
    assert day.primary[0].reason == (
        "on the rota of Data, who own Elt, in working hours 09:00–18:00 Europe/Dublin"
    )
    assert night.primary[0].reason == "on call with the volunteers (out of hours)"
    assert holiday.primary[0].reason == (
        "on call with the volunteers (out of hours, holiday 2026-12-25 of Data)"
    )
    assert [each.reason for each in day.managers] == [
        "manager on duty",
        "next on the manager rota",
        "next on the manager rota",
    ]


def test_a_choice_keeps_rota_version_shift_and_rule() -> None:
    facts = route(NOON).primary[0].facts
    assert facts == {
        "rota": "data-rota",
        "version": 0,
        "effective": None,
        "why": "rotation",
        "shift": ["2026-11-23T09:00:00+00:00", "2026-11-24T09:00:00+00:00"],
        "note": "",
        "instead_of": None,
        "override_made_at": None,
        "rule": "owner",
    }


def test_a_choice_by_an_override_says_for_whom_and_why() -> None:
    covering = override("dan", "2026-11-23T00:00", "2026-11-24T00:00", made=NOON, why="Chi is ill")
    choice = route(NIGHT, made={"volunteers": [covering]}).primary[0]
    assert choice.person == "dan"
    assert choice.reason == (
        "on call with the volunteers (out of hours), covering for chi: Chi is ill"
    )
    assert choice.facts["instead_of"] == "chi"
    assert choice.facts["override_made_at"] == "2026-11-23T12:00:00+00:00"


def test_a_choice_keeps_from_when_its_version_serves() -> None:
    org = acme()
    effective = at("2026-11-20T18:00")
    versions = (RotaVersion(VOLUNTEERS, None), RotaVersion(VOLUNTEERS, effective))
    mixed = Schedule({**schedule(org).rotas, "volunteers": (versions, ())})
    facts = who(org, mixed, "elt", Severity.P1, at(NIGHT)).primary[0].facts
    assert (facts["version"], facts["effective"]) == (1, "2026-11-20T18:00:00+00:00")


@pytest.mark.parametrize(
    ("severity", "wakes"),
    [(Severity.P0, True), (Severity.P1, True), (Severity.P2, False), (Severity.P4, False)],
)
def test_only_p1_and_p0_wake_people(severity: Severity, wakes: bool) -> None:
    org = acme()
    assert who(org, schedule(org), "elt", severity, at(NIGHT)).wakes is wakes


def test_where_nothing_is_missing_no_gap_is_told() -> None:
    assert (route(NOON).gaps, route(NIGHT).gaps) == ((), ())


def test_a_service_whose_team_is_gone_goes_to_the_volunteers() -> None:
    org = acme()
    org = replace(org, services={**org.services, "lost": service("lost", "gone")})
    found = route(NOON, "lost", org)
    assert names(found)[0] == ["chi"]
    assert found.primary[0].reason == "on call with the volunteers (no team owns it)"


def test_an_override_of_a_gap_relieves_nobody() -> None:
    covering = override("dan", "2026-11-23T00:00", "2026-11-24T00:00")
    org = acme(volunteers=rota(name="volunteers", kind=RotaKind.VOLUNTEERS))
    found = route(NIGHT, "elt", org, {"volunteers": [covering]})
    assert found.primary[0].reason == "on call with the volunteers (out of hours), by an override"


def test_every_manager_is_chosen_by_the_manager_rota_and_its_version() -> None:
    on_duty, following, last = route(NIGHT).managers
    assert on_duty.facts["rule"] == "managers"
    assert on_duty.facts["shift"] == ["2026-11-20T18:00:00+00:00", "2026-11-27T18:00:00+00:00"]
    facts = {"rota": "managers", "version": 0, "rule": "managers"}
    assert following.facts == last.facts == facts


# ── what is missing ───────────────────────────────────────────────────────────────────────────
def test_a_team_without_a_rota_is_called_and_the_managers_are_paged_at_once() -> None:
    found = route(NOON, "wiki")
    assert (names(found), found.call) == (([], ["mia", "noor", "zoe"]), "tools")
    assert found.gaps == ("Tools has no rota, so its channel is called",)


def test_out_of_hours_a_team_without_a_rota_is_the_volunteers_like_any_other() -> None:
    found = route(NIGHT, "wiki")
    assert (names(found)[0], found.call, found.gaps) == (["chi"], None, ())


def test_nobody_on_the_owners_rota_goes_to_the_managers_and_names_the_gap() -> None:
    org = acme(owners=rota(["ana"], rotation(DAY, "2027-01-04", "09:00"), name="data-rota"))
    found = route(NOON, "elt", org)
    assert names(found) == ([], ["mia", "noor", "zoe"])
    assert found.gaps == (
        "nobody has rota data-rota of Data in its working hours 09:00–18:00 Europe/Dublin",
    )


def test_nobody_on_the_volunteers_rota_goes_to_the_managers_and_names_the_gap() -> None:
    found = route(NIGHT, "elt", acme(volunteers=rota(name="volunteers", kind=RotaKind.VOLUNTEERS)))
    assert names(found) == ([], ["mia", "noor", "zoe"])
    assert found.gaps == ("nobody has the out-of-hours rota volunteers",)


def test_a_rota_that_is_in_no_schedule_has_nobody() -> None:
    org = acme()
    found = who(org, Schedule({}), "elt", Severity.P1, at(NIGHT))
    assert names(found) == ([], ["mia", "noor", "zoe"])
    assert found.gaps == (
        "nobody has the out-of-hours rota volunteers",
        "nobody has the manager rota managers",
    )


def test_a_gap_is_told_in_the_same_words_however_long_it_lasts() -> None:
    """They are the key under which it is raised once a day."""
    org = acme(volunteers=rota(name="volunteers", turning=rotation(timedelta(seconds=2))))
    first = route(NIGHT, "elt", org).gaps
    assert first
    assert {route(at(NIGHT) + n * timedelta(seconds=1), "elt", org).gaps for n in range(9)} == {
        first
    }


# ── the manager tier ──────────────────────────────────────────────────────────────────────────
def rounds(org: Organisation, count: int, when: str = NIGHT, tier_one: str = "") -> list[list[str]]:
    return [
        [
            each.person
            for each in managers_for_round(
                org, schedule(org), at(when), number, frozenset(tier_one.split())
            )
        ]
        for number in range(1, count + 1)
    ]


def test_who_stands_in_is_told_for_whom() -> None:
    away = Leave(
        person="chi",
        start=at("2026-11-23T00:00"),
        end=at("2026-11-24T00:00"),
        made_at=at("2026-11-01T00:00"),
    )
    org = acme()
    found = who(org, replace(schedule(org), away=(away,)), "elt", Severity.P1, at(NIGHT))
    assert [(each.person, each.reason) for each in found.primary] == [
        (
            "dan",
            "on call with the volunteers (out of hours), standing in for chi, who is away",
        )
    ]
    assert found.primary[0].facts["why"] == "leave"


def test_of_several_places_the_empty_ones_are_told() -> None:
    three = replace(VOLUNTEERS, slots=3)
    found = route(NIGHT, org=acme(volunteers=three))
    assert names(found)[0] == ["chi", "dan"]
    assert found.gaps == ("1 of the 3 places on rota volunteers are empty",)


def test_each_round_rings_one_more_manager_until_all_ring() -> None:
    assert rounds(acme(), 4) == [
        ["mia"],
        ["mia", "noor"],
        ["mia", "noor", "zoe"],
        ["mia", "noor", "zoe"],
    ]


def test_the_rounds_begin_with_the_manager_on_duty_and_go_on_in_turn() -> None:
    assert rounds(acme(), 3, "2026-11-30T22:00")[-1] == ["noor", "zoe", "mia"]


def test_a_round_gives_the_same_people_the_same_reasons() -> None:
    org = acme()
    second, third = (managers_for_round(org, schedule(org), at(NIGHT), n) for n in (2, 3))
    assert third[:2] == second


def test_a_manager_who_covers_rings_first_and_the_one_they_relieve_last() -> None:
    covering = override("zoe", "2026-11-23T00:00", "2026-11-24T00:00", why="Mia is away")
    org = acme()
    found = who(org, schedule(org, {"managers": [covering]}), "elt", Severity.P1, at(NIGHT))
    assert [(each.person, each.reason) for each in found.managers] == [
        ("zoe", "manager on duty, covering for mia: Mia is away"),
        ("noor", "next on the manager rota"),
        ("mia", "next on the manager rota"),
    ]


def test_a_manager_who_is_tier_one_is_not_tier_two_as_well() -> None:
    mia = override("mia", "2026-11-23T00:00", "2026-11-24T00:00")
    found = route(NIGHT, made={"volunteers": [mia]})
    assert names(found) == (["mia"], ["noor", "zoe"])
    assert found.gaps == ()
    assert found.managers[0].reason == "next manager in turn: mia is tier 1 now"
    assert rounds(acme(), 3, tier_one="mia") == [["noor"], ["noor", "zoe"], ["noor", "zoe"]]


def test_the_only_manager_is_paged_in_both_tiers_and_the_gap_is_raised() -> None:
    org = acme(not_managers="noor zoe")
    mia = override("mia", "2026-11-23T00:00", "2026-11-24T00:00")
    found = route(NIGHT, "elt", org, {"volunteers": [mia]})
    assert names(found) == (["mia"], ["mia"])
    assert found.gaps == ("mia is tier 1, and there is no other manager for the second tier",)
    assert rounds(org, 2, tier_one="mia") == [["mia"], ["mia"]]


def test_nobody_is_tier_two_who_is_not_marked_manager() -> None:
    org = acme(not_managers="mia")
    found = route(NIGHT, "elt", org)
    assert names(found) == (["chi"], ["noor", "zoe"])
    assert found.gaps == ("mia has the manager rota and is not marked manager, so is not paged",)
    assert found.managers[0].reason.startswith("next manager in turn: mia has the manager rota")
    ana = override("ana", "2026-11-23T00:00", "2026-11-24T00:00")
    assert names(route(NIGHT, made={"managers": [ana]}))[1] == ["noor", "zoe", "mia"]


def test_with_nobody_on_the_manager_rota_everybody_marked_manager_is_the_second_tier() -> None:
    found = route(NIGHT, "elt", acme(managers=rota(name="managers", kind=RotaKind.MANAGERS)))
    assert names(found) == (["chi"], ["mia", "noor", "zoe"])
    assert found.gaps == ("nobody has the manager rota managers",)
    assert found.managers[0].reason == (
        "next manager in turn: nobody has the manager rota managers"
    )


def test_without_any_manager_the_second_tier_is_empty_and_the_gap_is_raised() -> None:
    found = route(NIGHT, "elt", acme(not_managers="mia noor zoe"))
    assert names(found) == (["chi"], [])
    assert found.gaps == ("nobody is marked manager, so there is no second tier",)


def test_before_the_manager_rota_starts_its_first_member_rings_first() -> None:
    org = acme(managers=rota(["zoe", "mia"], rotation(starts="2027-01-01"), name="managers"))
    assert manager_order(org, schedule(org), at(NIGHT)) == ["zoe", "mia"]
    assert route(NIGHT, "elt", org).gaps == ("nobody has the manager rota managers",)


# ── whom one may page by hand ─────────────────────────────────────────────────────────────────
def by_hand(target: str, when: str, about: str | None = None) -> Allowed | Refused:
    org = acme()
    return may_page_by_hand(org, schedule(org), at(when), target, service=about)


@pytest.mark.parametrize(
    ("case", "target", "when"),
    [
        ("inside their own working hours", "ben", NOON),
        ("a volunteer who is on call", "chi", "2026-11-23T03:00"),
        ("a volunteer whose turn it is not", "dan", NIGHT),
        ("the manager on duty", "mia", NIGHT),
        ("a manager who is asleep", "zoe", NIGHT),
    ],
)
def test_one_may_page_whoever_is_awake_the_volunteers_and_the_managers(
    case: str, target: str, when: str
) -> None:
    assert by_hand(target, when) == Allowed(person=target), case


def test_an_owner_is_not_woken_by_hand_and_the_refusal_says_who_may_be() -> None:
    refused = by_hand("ana", NIGHT, "elt")
    assert isinstance(refused, Refused)
    assert refused.sentence == (
        "ana is outside their working hours, and out of hours nothing goes back to the owners of "
        "Elt: they follow up on their next working day. You may page awake now: chi, noor; "
        "volunteers: chi, dan; managers: mia, noor, zoe."
    )
    assert (refused.awake, refused.volunteers) == (("chi", "noor"), ("chi", "dan"))


def test_nobody_else_outside_their_hours_is_woken_by_hand() -> None:
    refused = by_hand("ana", NIGHT)
    assert isinstance(refused, Refused)
    assert refused.sentence.startswith(
        "ana is outside their working hours, and only volunteers and managers are woken."
    )


def test_somebody_the_file_does_not_name_is_not_paged_by_hand() -> None:
    refused = by_hand("U0STRANGER", NOON)
    assert isinstance(refused, Refused)
    assert refused.sentence.startswith("U0STRANGER is not in the organisation file")


def test_who_covers_a_volunteers_shift_may_be_paged_while_they_do() -> None:
    org = acme()
    covering = override("ana", "2026-11-23T18:00", "2026-11-24T09:00")
    made = schedule(org, {"volunteers": [covering]})
    assert isinstance(may_page_by_hand(org, made, at(NIGHT), "ana"), Allowed)
    assert isinstance(may_page_by_hand(org, made, at("2026-11-24T23:00"), "ana"), Refused)


def test_a_tour_that_has_ended_or_was_not_accepted_makes_no_volunteer() -> None:
    tours = [tour("ana", "2026-01-02", 4), tour("ben", "2026-09-04", accepted=False)]
    org = acme(volunteers=rota(name="volunteers", kind=RotaKind.VOLUNTEERS, tours=tours))
    for target in ("ana", "ben"):
        assert isinstance(may_page_by_hand(org, schedule(org), at(NIGHT), target), Refused)


def test_who_has_a_teams_rota_in_its_hours_may_be_paged_wherever_they_are() -> None:
    """Baton itself would page them: chi in Los Angeles has the Dublin team's rota at noon."""
    org = acme(
        volunteers=rota(name="volunteers", kind=RotaKind.VOLUNTEERS),
        owners=rota(["chi"], rotation(DAY, "2026-01-05", "09:00"), name="data-rota"),
    )
    assert isinstance(may_page_by_hand(org, schedule(org), at(NOON), "chi"), Allowed)
    assert isinstance(
        may_page_by_hand(org, schedule(org), at("2026-11-23T08:59:59"), "chi"), Refused
    )


def test_a_refusal_does_not_list_a_whole_company() -> None:
    org = company(people=[person(f"p{n}", "Asia/Tokyo") for n in range(40)] + [person("ana")])
    refused = may_page_by_hand(org, schedule(org), at("2026-11-24T03:00"), "ana")
    assert isinstance(refused, Refused)
    assert "p9 and 30 more" in refused.sentence
    assert len(refused.awake) == 40


# ── what always holds ─────────────────────────────────────────────────────────────────────────
@settings(deadline=None)
@given(
    st.integers(0, 2 * 365 * 24 * 60).map(lambda n: at("2026-01-01") + n * timedelta(minutes=1)),
    st.sampled_from([None, "elt", "wiki"]),
    st.lists(
        st.tuples(
            st.sampled_from(["volunteers", "data-rota", "managers"]),
            st.sampled_from(["ana", "ben", "chi", "dan", "mia", "noor", "zoe"]),
        ),
        max_size=4,
    ),
    st.sampled_from(["", "mia", "mia noor", "mia noor zoe"]),
)
def test_no_page_bounces_back_and_nobody_is_both_tiers_who_is_not_the_only_manager(
    instant: datetime, about: str | None, covering: list[tuple[str, str]], not_managers: str
) -> None:
    org = acme(not_managers=not_managers)
    made: dict[RotaId, list[Override]] = {}
    for name, who_covers in covering:
        made.setdefault(name, []).append(
            Override(person=who_covers, start=instant - DAY, end=instant + DAY)
        )
    found = who(org, schedule(org, made), about, Severity.P1, instant)
    asleep = is_out_of_hours_for(org, instant, about)
    assert asleep is not (about is not None and is_working(OFFICE, instant))
    assert found.out_of_hours is asleep
    for choice in found.primary:
        assert choice.facts["rule"] == ("volunteers" if asleep else "owner")
        assert choice.facts["rota"] == ("volunteers" if asleep else "data-rota")
    assert all(org.people[each.person].manager for each in found.managers)
    both = found.tier_one & {each.person for each in found.managers}
    assert not both or len(found.managers) == 1
    assert found.primary or found.gaps
    assert len({each.person for each in found.managers}) == len(found.managers)


def test_the_schedule_of_a_file_has_its_rotas_and_their_overrides() -> None:
    covering = override("dan", "2026-11-23T00:00", "2026-11-24T00:00")
    org = acme(
        volunteers=rota(
            name="volunteers",
            kind=RotaKind.VOLUNTEERS,
            tours=VOLUNTEERS.tours,
            overrides=[covering],
        )
    )
    assert Schedule.of(org).on_duty("volunteers", at(NIGHT)).person == "dan"
    assert Schedule.of(org).on_duty("volunteers", at("2026-11-24T22:00")).person == "chi"
    coming = Schedule.of(org).shifts("managers", at(NIGHT), at(NIGHT) + WEEK)
    assert [each.person for each in coming] == ["mia", "noor"]


def test_working_hours_are_those_of_the_owners_wherever_the_reader_is() -> None:
    org = acme()
    local = datetime(2026, 11, 23, 10, tzinfo=ZoneInfo("America/Los_Angeles"))
    assert is_out_of_hours_for(org, local, "elt") is True
    assert is_out_of_hours_for(org, local - timedelta(hours=1, microseconds=1), "elt") is False
    assert local - MICROSECOND < at("2026-11-23T18:00")
