"""Rotations of every shape in the organisation file: split weeks, windows, offices, several at
once; each mistake in words."""

from datetime import date, time

import pytest

from tests.organisation.edits import expect_problem, expect_warning, read_changed

PLACE = 'time = "09:00", timezone = "Europe/Dublin", from = "2026-01-05"'
DAILY = f'every = "1d", {PLACE}, days = ["mon", "tue", "wed", "thu", "fri"]'
SPLIT = f'every = "1w", turns = ["mon", "fri"], {PLACE}'
TEAM = f'rotation = {{ {DAILY} }}\nmembers = ["ana@acme.test", "ben@acme.test"]'
OFFICE = """
[[rota.office]]
name = "{name}"
rotation = {{ every = "1d", time = "{time}", timezone = "{zone}", from = "2026-01-05" }}
members = ["{who}@acme.test"]
"""
DUBLIN = OFFICE.format(name="Dublin", time="08:00", zone="Europe/Dublin", who="ana")
ANGELES = OFFICE.format(name="Los Angeles", time="09:00", zone="America/Los_Angeles", who="ben")

PROBLEMS: dict[str, tuple[list[tuple[str, str]], str]] = {
    "a split of days": (
        [(DAILY, SPLIT.replace('"1w"', '"1d"'))],
        "rota[1].rotation.turns: splits weeks, and these turns are no weeks. "
        'Write every = "1w", or leave turns out.',
    ),
    "a split without turns": (
        [(DAILY, SPLIT.replace('["mon", "fri"]', "[]"))],
        "rota[1].rotation.turns: is empty, so no turn ever begins. "
        'Write turns = ["mon", "fri"], or leave it out.',
    ),
    "a split and a day": (
        [(DAILY, f'{SPLIT}, day = "mon"')],
        "rota[1].rotation.turns: says when turns begin, and so does day. Keep one of the two.",
    ),
    "a window of hours": (
        [(DAILY, f'every = "12h", until = "17:00", {PLACE}')],
        "rota[1].rotation.until: ends a day, and these turns are shorter or end within one. "
        'Write every = "1d", or leave until out.',
    ),
    "a window of nothing": (
        [(DAILY, f'until = "09:00", {DAILY}')],
        "rota[1].rotation.until: is the time at which the day begins, so the day is whole. "
        "Leave until out, or write the time at which duty ends.",
    ),
    "a rota without turns": (
        [(f"rotation = {{ {DAILY} }}\n", "")],
        "rota[1]: has no rotation, so nobody knows whose turn it is. "
        'Write rotation = { every = "1w", time = "18:00", … }, or a [[rota.office]] for each.',
    ),
    "offices beside a rotation": (
        [(TEAM, TEAM + DUBLIN)],
        "rota[1].rotation: belongs into the offices, where there are some. "
        "Write rotation in each [[rota.office]].",
    ),
    "two offices at one time": (
        [(TEAM, DUBLIN + DUBLIN.replace('"Dublin"', '"Cork"'))],
        "rota[1].office[1].rotation.time: is the time of rota[1].office[0] too, so one of the two "
        "would never serve. Give each office a time of its own.",
    ),
    "two offices of one name": (
        [(TEAM, DUBLIN + ANGELES.replace("Los Angeles", "Dublin"))],
        'rota[1].office[1].name: office "Dublin" stands at rota[1].office[0] already. '
        "Give one of them another name.",
    ),
    "an office of nobody": (
        [(TEAM, DUBLIN + ANGELES.replace('["ben@acme.test"]', "[]"))],
        "rota[1].office[1].members: is empty, so nobody would be paged. Name its people.",
    ),
    "a stranger in an office": (
        [(TEAM, DUBLIN + ANGELES.replace("ben@", "bem@"))],
        'rota[1].office[1].members[0]: "bem@acme.test" is nobody in [[person]]. '
        'Did you mean "ben@acme.test"?',
    ),
    "an office that turns every hour": (
        [(TEAM, DUBLIN + ANGELES.replace('"1d"', '"1h"'))],
        "rota[1].office[1].rotation.every: is not in whole days, and an office has its hours "
        'every day. Write "1d" or "1w".',
    ),
    "a tour in an office that is none": (
        [('accepted_on = "2026-08-20"', 'accepted_on = "2026-08-20"\noffice = "Dublin"')],
        "rota[0].tour[0].office: names an office, and this rota has none. "
        "Leave it out, or write the [[rota.office]].",
    ),
}


@pytest.mark.parametrize(("edits", "sentence"), PROBLEMS.values(), ids=PROBLEMS.keys())
def test_a_mistake_is_named_with_its_place(edits: list[tuple[str, str]], sentence: str) -> None:
    expect_problem(read_changed(*edits), sentence)


def test_too_few_for_those_who_serve_at_once_is_said() -> None:
    expect_warning(
        read_changed((TEAM, f"{TEAM}\nslots = 3")),
        "rota[1].slots: 3 serve at once, and only 2 are on the rota. "
        "Name more people, or let fewer serve.",
    )


def test_a_split_week_is_read() -> None:
    organisation = read_changed((DAILY, f'{SPLIT}, until = "17:30"')).organisation
    assert organisation is not None
    rotation = organisation.rotas["data-infra"].rotation
    assert rotation.turns == frozenset({0, 4})
    assert rotation.until == time(17, 30)


def test_offices_are_read() -> None:
    organisation = read_changed((TEAM, DUBLIN + ANGELES)).organisation
    assert organisation is not None
    offices = organisation.rotas["data-infra"].offices
    assert [each.name for each in offices] == ["Dublin", "Los Angeles"]
    assert [each.members for each in offices] == [("ana@acme.test",), ("ben@acme.test",)]
    assert offices[1].rotation.starts == date(2026, 1, 5)
    assert organisation.rotas["data-infra"].everybody == ("ana@acme.test", "ben@acme.test")
