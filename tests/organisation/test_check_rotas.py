"""Rotations, members, tours, overrides, pools: each mistake and doubt in words."""

from datetime import UTC, date, datetime, time

import pytest

from app.organisation.read import read
from tests.organisation.edits import changed, expect_problem, expect_warning, read_changed

ROTA_MEMBERS = 'days = ["mon", "tue", "wed", "thu", "fri"] }\nmembers = ["ana@acme.test", "ben'
MANAGERS = 'members = ["mia@acme.test", "noor@acme.test"]'
VOLUNTEERS = 'kind = "volunteers"'
DAILY = 'every = "1d", time'
LAST_ROTA = 'why = "Mia is away"'
OVERRIDE = """
[[rota.override]]
person = "mia@acme.test"
from = {start}
to = {end}
"""
SPARE_ROTA = """
[[rota]]
id = "spare"
kind = "{kind}"
rotation = {{ every = "1d", time = "09:00", timezone = "UTC", from = "2026-01-05" }}
members = ["mia@acme.test"]
"""

PROBLEMS: dict[str, tuple[list[tuple[str, str]], str, str]] = {
    "two rotas with one id": (
        [('id = "managers"', 'id = "volunteers"')],
        "",
        'rota[2].id: rota "volunteers" stands at rota[0].id already. '
        "Give one of them another name, or remove it.",
    ),
    "a rotation every nothing": (
        [(DAILY, 'every = "0d", time')],
        "",
        'rota[1].rotation.every: is no time at all. Write "1w", "1d" or "12h".',
    ),
    "a weekday for a daily rotation": (
        [(DAILY, 'day = "fri", every = "1d", time')],
        "",
        "rota[1].rotation.day: needs a rotation of whole weeks. "
        'Write every = "1w", or leave day out.',
    ),
    "no days of turns": (
        [('days = ["mon", "tue", "wed", "thu", "fri"] }', "days = [] }")],
        "",
        "rota[1].rotation.days: is empty, so nobody's turn ever comes. "
        'Write days = ["mon", "tue"], or leave it out.',
    ),
    "days for turns of half a day": (
        [(DAILY, 'every = "12h", time')],
        "",
        'rota[1].rotation.days: needs turns of whole days. Write every = "1d", or leave days out.',
    ),
    "a start at another time than the turns": (
        [('from = "2026-01-05"', "from = 2026-01-05T08:00:00")],
        "",
        "rota[1].rotation.from: says 08:00:00 where time says 09:00:00. "
        "Write the date alone; the turns begin at time.",
    ),
    "volunteers by order": (
        [(VOLUNTEERS, f'{VOLUNTEERS}\nmembers = ["ana@acme.test"]')],
        "",
        "rota[0].members: belongs to rotas of other kinds: nobody is a volunteer without a tour. "
        "Write a [[rota.tour]] for each, with the day they accepted it.",
    ),
    "a rota of nobody": (
        [(MANAGERS, "members = []")],
        "",
        "rota[2].members: is empty, so nobody would be paged. Name its people.",
    ),
    "a rota that forgot its members": (
        [(MANAGERS, "")],
        "",
        "rota[2].members: is empty, so nobody would be paged. Name its people.",
    ),
    "a pool of managers": (
        [(MANAGERS, f"{MANAGERS}\npool = {{ min = 5, max = 8 }}")],
        "",
        "rota[2].pool: belongs to the volunteers. Write members instead.",
    ),
    "a tour on a team's rota": (
        [
            (
                '[[rota]]\nid = "managers"',
                '[[rota.tour]]\nperson = "ana@acme.test"\nfrom = "2026-09-04"\nweeks = 2\n\n'
                '[[rota]]\nid = "managers"',
            )
        ],
        "",
        "rota[1].tour: belongs to the volunteers. Write members instead.",
    ),
    "a manager rota with an engineer": (
        [(MANAGERS, 'members = ["mia@acme.test", "ana@acme.test"]')],
        "",
        'rota[2].members[1]: "ana@acme.test" is not marked manager. Only managers stand in the '
        "second tier: set manager = true, or name somebody else.",
    ),
    "an unknown manager": (
        [(MANAGERS, 'members = ["mia@acme.test", "moor@acme.test"]')],
        "",
        'rota[2].members[1]: "moor@acme.test" is nobody in [[person]]. '
        'Did you mean "noor@acme.test"?',
    ),
    "an engineer who stands in for a manager": (
        [('person = "noor@acme.test"', 'person = "ana@acme.test"')],
        "",
        'rota[2].override[0].person: "ana@acme.test" is not marked manager. Only managers stand '
        "in the second tier: set manager = true, or name somebody else.",
    ),
    "a tour of nobody": (
        [('person = "chi@acme.test"', 'person = "chy@acme.test"')],
        "",
        'rota[0].tour[1].person: "chy@acme.test" is nobody in [[person]]. '
        'Did you mean "chi@acme.test"?',
    ),
    "two tours at once": (
        [
            (
                'person = "chi@acme.test"\nfrom = "2026-09-04"',
                'person = "ana@acme.test"\nfrom = "2027-03-04"',
            )
        ],
        "",
        'rota[0].tour[1]: overlaps the tour of "ana@acme.test" at rota[0].tour[0]. '
        "Let the later tour start when the earlier one has ended.",
    ),
    "an override that ends first": (
        [("to = 2026-12-27T18:00:00+00:00", "to = 2026-12-24T18:00:00+00:00")],
        "",
        "rota[2].override[0].to: is not after from. Write the later instant as to.",
    ),
    "overrides that overlap": (
        [
            (
                LAST_ROTA,
                LAST_ROTA
                + OVERRIDE.format(start="2026-12-27T17:59:59Z", end="2026-12-28T18:00:00Z"),
            )
        ],
        "",
        "rota[2].override[1]: overlaps rota[2].override[0]. Let one end where the other begins.",
    ),
    "a pool the wrong way round": (
        [("min = 5, max = 8", "min = 8, max = 5")],
        "",
        "rota[0].pool.min: 8 is more than max, 5. Exchange them.",
    ),
}


@pytest.mark.parametrize(("edits", "extra", "sentence"), PROBLEMS.values(), ids=PROBLEMS.keys())
def test_a_mistake_is_named_with_its_place(
    edits: list[tuple[str, str]], extra: str, sentence: str
) -> None:
    expect_problem(read_changed(*edits, extra=extra), sentence)


WARNINGS: dict[str, tuple[list[tuple[str, str]], str, str]] = {
    "a rota nothing uses": (
        [],
        SPARE_ROTA.format(kind="managers"),
        "rota[3]: nothing uses this rota. "
        "Name it in [organisation] or as a team's rota, or remove it.",
    ),
    "a stranger on a team's rota": (
        [(ROTA_MEMBERS, ROTA_MEMBERS.replace("ana", "chi"))],
        "",
        'rota[1].members[0]: "chi@acme.test" is paged for team "data-infra" and is not in it. '
        "Add them to the team's members, or take them off its rota.",
    ),
    "days that make every week a day": (
        [(DAILY, 'every = "1w", time')],
        "",
        "rota[1].rotation.every: is taken as one day, because days makes each listed day a turn "
        'of its own. Write every = "1d", or leave days out.',
    ),
    "a pool too large to stay in practice": (
        [("max = 8", "max = 12")],
        "",
        "rota[0].pool.max: 12 volunteers would be outside 5 to 8: each starts a shift every 12 "
        "weeks. With fewer, turns come too often; with more, too seldom to stay in practice.",
    ),
    "a pool that is too small": (
        [("min = 5", "min = 1")],
        "",
        "rota[0].pool.min: 1 volunteer would be outside 5 to 8: each starts a shift every 1 "
        "week. With fewer, turns come too often; with more, too seldom to stay in practice.",
    ),
    "an invitation is not a volunteer": (
        [('accepted_on = "2026-08-21"', "")],
        "",
        "rota[0]: has 1 volunteer where 5 to 8 are wanted: each starts a shift every 1 week. "
        "Ask for volunteers.",
    ),
    "no volunteers": (
        [('accepted_on = "2026-08-21"', ""), ('accepted_on = "2026-08-20"', "")],
        "",
        "rota[0]: has 0 volunteers where 5 to 8 are wanted: nobody is on it, and every "
        "out-of-hours page goes to the managers. Ask for volunteers.",
    ),
    "a volunteer who is a manager on duty": (
        [('person = "chi@acme.test"', 'person = "mia@acme.test"')],
        "",
        'rota[0].tour[1]: "mia@acme.test" is on the manager rota too. '
        "While they are tier 1, the next manager in turn is tier 2.",
    ),
    "a volunteer who is the only manager": (
        [
            ('person = "chi@acme.test"', 'person = "mia@acme.test"'),
            (MANAGERS, 'members = ["mia@acme.test"]'),
        ],
        "",
        'rota[0].tour[1]: "mia@acme.test" is on the manager rota too. '
        "While they are tier 1, there is no second tier.",
    ),
}


@pytest.mark.parametrize(("edits", "extra", "sentence"), WARNINGS.values(), ids=WARNINGS.keys())
def test_a_doubt_is_a_warning_and_prevents_nothing(
    edits: list[tuple[str, str]], extra: str, sentence: str
) -> None:
    expect_warning(read_changed(*edits, extra=extra), sentence)


def test_overrides_that_touch_do_not_overlap() -> None:
    following = OVERRIDE.format(start="2026-12-27T18:00:00Z", end="2026-12-28T18:00:00Z")
    assert read_changed((LAST_ROTA, LAST_ROTA + following)).problems == ()


def test_tours_that_follow_one_another_do_not_overlap() -> None:
    reading = read_changed(
        (
            'person = "chi@acme.test"\nfrom = "2026-09-04"',
            'person = "ana@acme.test"\nfrom = "2027-03-05"',
        )
    )
    assert reading.problems == ()


def test_a_tour_that_is_over_is_no_longer_counted() -> None:
    text = changed(("weeks = 26", "weeks = 1"))
    reading = read(text, source="baton.toml", now=datetime(2026, 9, 12, tzinfo=UTC))
    assert any("has 1 volunteer where" in warning.what for warning in reading.warnings)


def test_turns_shorter_than_a_day_begin_at_the_time_in_their_start() -> None:
    old = 'every = "1d", time = "09:00", timezone = "Europe/Dublin", from = "2026-01-05", days = '
    new = 'every = "2s", time = "09:00", timezone = "Europe/Dublin", from = 2026-01-05T08:30:00 }#'
    organisation = read_changed((old, new)).organisation
    assert organisation is not None
    rotation = organisation.rotas["data-infra"].rotation
    assert (rotation.starts, rotation.time) == (date(2026, 1, 5), time(8, 30))
