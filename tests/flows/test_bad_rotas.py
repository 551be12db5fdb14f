"""Everything bad that a rota may be given, one after the other: each is refused with a sentence or
resolved by a written rule."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from app.commands.moments import moment
from app.delivery.waits import answer_next
from app.flows.admit import Operator, SlackCaller
from app.flows.contact import add_contact
from app.flows.declare import declare
from app.flows.know_people import know_people
from app.flows.take_shift import take_shift
from app.flows.work import Refused
from app.paging.seal import Seal
from app.paging.targets import read_target
from app.rules import routing
from app.rules.ladder import Method
from app.rules.organisation import Organisation, Severity
from app.rules.rota import RotaVersion, shifts
from app.rules.routing import Route
from app.rules.schedule import Schedule
from storage import escalations
from storage.escalations import Page
from tests.kit import Bench, account
from tests.organisation.edits import expect_problem, expect_warning, read_changed
from tests.rules.company import DUBLIN, rota, rotation

MANAGERS = 'members = ["mia@acme.test", "noor@acme.test"]'
OVERRIDE = 'why = "Mia is away"'
SECOND = """
[[rota.override]]
person = "{who}"
from = {start}
to = 2026-12-29T18:00:00Z
"""
MIA = SlackCaller(slack_id="UMIA", team="T1")
SEAL = Seal("a-key-for-tests-only-0123456789abcdef")


def example() -> Organisation:
    found = read_changed().organisation
    assert found is not None
    return found


def who(org: Organisation, at: str) -> Route:
    instant = datetime.fromisoformat(at)
    return routing.who(org, Schedule.of(org), "nightly-elt", Severity.P1, instant)


def rung(bench: Bench) -> list[Page]:
    """A P1 of the night, and everybody who is rung in its first moment."""
    bench.do(declare, "late", by=Operator(), service="nightly-elt", sla="elt-fresh")
    while bench.do(answer_next):
        pass
    return list(bench.do(lambda work: escalations.list_pages(work.tx, 1)))


def with_phone(bench: Bench, *people: str) -> None:
    target = read_target(Method.PUSH, "ntfys://ntfy.example.com/someones", trusted=True)
    for person in people:
        bench.do(
            add_contact, person, method=Method.PUSH, target=target, seal=SEAL, by=Operator()
        )  # fmt: skip


# ── overlapping overrides ─────────────────────────────────────────────────────────────────────
def test_overrides_that_overlap_in_the_file_are_refused() -> None:
    more = SECOND.format(who="mia@acme.test", start="2026-12-27T17:59:59Z")
    expect_problem(
        read_changed((OVERRIDE, OVERRIDE + more)),
        "rota[2].override[1]: overlaps rota[2].override[0]. Let one end where the other begins.",
    )


# ── unknown people ────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("edit", "place"),
    [
        (('members = ["mia@acme.test", "noor', 'members = ["mia@acme.test", "moor'), "members[1]"),
        (('person = "noor@acme.test"\nfrom', 'person = "moor@acme.test"\nfrom'), "override[0]"),
        (('person = "chi@acme.test"\nfrom', 'person = "moor@acme.test"\nfrom'), "tour[1]"),
    ],
)
def test_people_whom_nobody_knows_are_refused_wherever_they_are_named(
    edit: tuple[str, str], place: str
) -> None:
    reading = read_changed(edit)
    assert reading.organisation is None
    [found] = [str(each) for each in reading.problems if place in str(each)]
    assert '"moor@acme.test" is nobody in [[person]]. Did you mean "noor@acme.test"?' in found


def test_a_shift_is_given_to_nobody_whom_the_rota_does_not_know(bench: Bench) -> None:
    with pytest.raises(Refused, match=r"nobody@acme.test is not a volunteer then"):
        bench.do(take_shift, "volunteers", by=MIA, person="nobody@acme.test")


# ── deactivated accounts ──────────────────────────────────────────────────────────────────────
def test_a_deactivated_account_is_passed_over_at_once_when_it_is_on_duty(bench: Bench) -> None:
    """product.md 8 and 12: it counts as unreachable, and the managers ring in the same moment."""
    with_phone(bench, "chi@acme.test", "mia@acme.test")
    bench.do(know_people, [account("chi", deactivated=True)])
    first, second = rung(bench)[:2]
    assert (first.person, first.reachable) == ("chi@acme.test", False)
    assert (second.person, second.tier, second.at) == ("mia@acme.test", 2, first.at)


def test_a_deactivated_account_can_take_no_shift(bench: Bench) -> None:
    with_phone(bench, "ana@acme.test")
    bench.do(know_people, [account("ana", deactivated=True)])
    with pytest.raises(Refused, match="is not a volunteer then, so the shift cannot be theirs"):
        bench.do(take_shift, "volunteers", by=MIA, person="ana@acme.test")


# ── a rota with nobody ────────────────────────────────────────────────────────────────────────
def test_a_rota_with_nobody_is_refused_and_volunteers_without_any_are_a_warning() -> None:
    expect_problem(
        read_changed((MANAGERS, "members = []")),
        "rota[2].members: is empty, so nobody would be paged. Name its people.",
    )
    none = [(f'accepted_on = "2026-08-{day}"', "") for day in (20, 21)]
    expect_warning(
        read_changed(*none),
        "rota[0]: has 0 volunteers where 5 to 8 are wanted: nobody is on it, and every "
        "out-of-hours page goes to the managers. Ask for volunteers.",
    )


def test_where_nobody_is_on_the_rota_the_managers_are_paged_and_the_gap_is_told() -> None:
    """product.md 4."""
    org = example()
    org = replace(
        org, rotas={**org.rotas, "volunteers": replace(org.rotas["volunteers"], tours=())}
    )
    route = who(org, "2026-11-23T22:00:00+00:00")
    assert route.primary == ()
    assert [each.person for each in route.managers] == ["mia@acme.test", "noor@acme.test"]
    assert route.gaps == ("nobody has the out-of-hours rota volunteers",)


# ── a holiday on a boundary ───────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("at", "person"),
    [
        ("2026-12-24T17:59:59.999999+00:00", "ben@acme.test"),
        ("2026-12-24T18:00:00+00:00", "chi@acme.test"),
        ("2026-12-25T09:00:00+00:00", "chi@acme.test"),
        # The holiday is the Friday on whose evening the volunteers change over.
        ("2026-12-25T17:59:59.999999+00:00", "chi@acme.test"),
        ("2026-12-25T18:00:00+00:00", "ana@acme.test"),
        ("2026-12-28T08:59:59.999999+00:00", "ana@acme.test"),
        ("2026-12-28T09:00:00+00:00", "ben@acme.test"),
    ],
)
def test_a_holiday_is_out_of_hours_from_its_first_instant_to_its_last(at: str, person: str) -> None:
    assert [each.person for each in who(example(), at).primary] == [person]


# ── primary and manager at once ───────────────────────────────────────────────────────────────
def test_a_volunteer_on_the_manager_rota_is_a_warning_and_the_next_manager_stands_in() -> None:
    """product.md 11."""
    edit = ('person = "chi@acme.test"', 'person = "mia@acme.test"')
    reading = read_changed(edit)
    expect_warning(
        reading,
        'rota[0].tour[1]: "mia@acme.test" is on the manager rota too. '
        "While they are tier 1, the next manager in turn is tier 2.",
    )
    assert reading.organisation is not None
    route = who(reading.organisation, "2026-11-23T22:00:00+00:00")
    assert [each.person for each in route.primary] == ["mia@acme.test"]
    assert [each.person for each in route.managers] == ["noor@acme.test"]


def test_the_only_manager_who_is_primary_is_paged_all_the_same_and_the_gap_is_told() -> None:
    org = example()
    people = {**org.people, "noor@acme.test": replace(org.people["noor@acme.test"], manager=False)}
    volunteers = replace(
        org.rotas["volunteers"],
        tours=tuple(
            replace(each, person="mia@acme.test") for each in org.rotas["volunteers"].tours
        ),
    )
    managers = replace(org.rotas["managers"], members=("mia@acme.test",))
    rotas = {**org.rotas, "volunteers": volunteers, "managers": managers}
    route = who(replace(org, people=people, rotas=rotas), "2026-11-23T22:00:00+00:00")
    assert [each.person for each in (*route.primary, *route.managers)] == ["mia@acme.test"] * 2
    assert route.gaps == (
        "mia@acme.test is tier 1, and there is no other manager for the second tier",
    )


# ── zones that do not exist ───────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("Europe/Dublim", 'Did you mean "Europe/Dublin"?'),
        ("right/Europe/Dublin", "Did you mean"),
        ("../../etc/passwd", 'Write a name such as "Europe/Dublin".'),
        ("", 'Write a name such as "Europe/Dublin".'),
    ],
)
def test_a_zone_that_does_not_exist_is_refused_with_the_nearest_name(name: str, hint: str) -> None:
    edit = ('time = "18:00", timezone = "Europe/Dublin"', f'time = "18:00", timezone = "{name}"')
    reading = read_changed(edit)
    assert reading.organisation is None
    [found] = [str(each) for each in reading.problems if "rotation.timezone" in str(each)]
    assert f'"{name}" is not a time zone. ' in found
    assert hint in found


# ── the missing and the doubled hour ──────────────────────────────────────────────────────────
def test_an_override_without_an_offset_could_mean_two_instants_and_is_refused() -> None:
    more = SECOND.format(who="mia@acme.test", start="2026-12-28T18:00:00")
    expect_problem(
        read_changed((OVERRIDE, OVERRIDE + more)),
        "rota[2].override[1].from: 2026-12-28T18:00:00 says no offset from UTC, so it could be "
        "any of 24 hours. Write 2026-12-24T18:00:00+00:00.",
    )


@pytest.mark.parametrize(
    ("day", "instant"),
    [
        (date(2026, 3, 29), "2026-03-29T01:00:00+00:00"),  # 01:30 is skipped: 02:00 summer time
        (date(2026, 10, 25), "2026-10-25T00:30:00+00:00"),  # 01:30 comes twice: the first
    ],
)
def test_a_shift_at_an_hour_that_is_missing_or_doubled_begins_by_rule(
    day: date, instant: str
) -> None:
    """product.md 21; every zone's changes are looked at by `tests.campaign zones`."""
    turning = rotation(timedelta(days=1), "2026-01-01", "01:30", DUBLIN)
    noon = datetime.combine(day, time(12), UTC)
    found = shifts([RotaVersion(rota("ab", turning), None)], (), noon - timedelta(days=1), noon)
    assert found[-1].start == datetime.fromisoformat(instant)


@pytest.mark.parametrize(
    ("typed", "instant"),
    [
        ("2026-03-29T01:30", "2026-03-29T01:00:00+00:00"),
        ("2026-10-25T01:30", "2026-10-25T00:30:00+00:00"),
    ],
)
def test_a_time_that_is_typed_is_read_by_the_same_rule_and_says_so(
    typed: str, instant: str
) -> None:
    found = moment(typed, ZoneInfo("Europe/Dublin"), now=datetime(2026, 1, 1, tzinfo=UTC))
    assert found.at == datetime.fromisoformat(instant)
    assert found.note.startswith(f"{typed} is read on the clock of Europe/Dublin")
