"""`who`: the same answer as a page would give, to the second."""

import json

import pytest

from tests.commands.conftest import Shell
from tests.organisation.edits import changed

FILE = ("--organisation", "baton.toml")
NO_VOLUNTEERS = changed(
    ('accepted_on = "2026-08-20"             #', "#"), ('accepted_on = "2026-08-21"\n', "")
)


def people(said_lines: list[str]) -> list[tuple[str, str]]:
    """Address and tier of each line."""
    return [(words[0], words[2]) for words in (line.split() for line in said_lines)]


@pytest.mark.parametrize(
    ("at", "first"),
    [
        ("2026-11-23T17:59:59+00:00", "ana@acme.test"),
        ("2026-11-23T18:00:00+00:00", "chi@acme.test"),
        ("2026-11-24T08:59:59+00:00", "chi@acme.test"),
        ("2026-11-24T09:00:00+00:00", "ben@acme.test"),
        ("2026-12-25T12:00:00Z", "chi@acme.test"),
    ],
)
def test_the_boundary_is_exact(baton: Shell, at: str, first: str) -> None:
    said = baton("who", "--service", "nightly-elt", "--at", at, *FILE)
    assert said.code == 0
    assert people(said.lines)[0] == (first, "1")
    assert "tier 2" in said.lines[1]


def test_every_line_gives_the_reason(baton: Shell) -> None:
    said = baton("who", "--at", "2026-11-23T22:00Z", *FILE)
    assert said.lines[0].endswith("on call with the volunteers (no team owns it)")
    assert said.lines[1].endswith("manager on duty")


def test_a_time_without_an_offset_is_on_the_organisations_clock(baton: Shell) -> None:
    local = baton("who", "--service", "nightly-elt", "--at", "2026-07-06T17:59", *FILE)
    exact = baton("who", "--service", "nightly-elt", "--at", "2026-07-06T16:59Z", *FILE)
    assert local.out == exact.out
    assert "Europe/Dublin" in local.err
    assert "Europe/Dublin" not in exact.err


def test_the_first_of_a_repeated_hour_counts(baton: Shell) -> None:
    said = baton("who", "--json", "--at", "2026-10-25T01:30", *FILE)
    assert json.loads(said.out)["at"] == "2026-10-25T00:30:00+00:00"


def test_a_skipped_hour_is_its_end(baton: Shell) -> None:
    said = baton("who", "--json", "--at", "2026-03-29T01:30", *FILE)
    assert json.loads(said.out)["at"] == "2026-03-29T01:00:00+00:00"


def test_json_has_addresses_tiers_and_reasons(baton: Shell) -> None:
    said = baton("who", "--json", "--service", "nightly-elt", "--at", "2026-11-23T10:00Z", *FILE)
    told = json.loads(said.out)
    assert [(each["email"], each["tier"]) for each in told["people"]] == [
        ("ana@acme.test", 1),
        ("mia@acme.test", 2),
    ]
    assert all(each["reason"] for each in told["people"])
    assert (told["service"], told["gaps"]) == ("nightly-elt", [])


def test_a_gap_is_told_and_the_managers_are_first(baton: Shell) -> None:
    baton.write(NO_VOLUNTEERS)
    said = baton("who", "--at", "2026-11-23T22:00Z", *FILE)
    assert said.code == 0
    assert "Gap: nobody" in said.err
    assert "volunteers" in said.err
    assert people(said.lines) == [("mia@acme.test", "2")]


def test_a_misspelt_service_is_refused_with_the_nearest(baton: Shell) -> None:
    said = baton("who", "--service", "nightly-etl", *FILE)
    assert said.code == 1
    assert 'Did you mean "nightly-elt"?' in said.err


@pytest.mark.parametrize("at", ["yesterday", "2026-13-01T00:00", "03:00", "9999-01-01T00:00"])
def test_what_is_no_time_is_refused_with_an_example(baton: Shell, at: str) -> None:
    said = baton("who", "--at", at, *FILE)
    assert (said.code, said.out) == (1, "")
    assert at in said.err


def test_the_organisation_in_force_is_asked_by_itself(applied: Shell) -> None:
    applied.write("not applied, so it does not count")
    said = applied("who", "--service", "nightly-elt", "--at", "2026-11-23T22:00Z")
    assert people(said.lines) == [("chi@acme.test", "1"), ("mia@acme.test", "2")]


def test_without_a_database_it_says_how_to_get_one(baton: Shell) -> None:
    said = baton("who")
    assert said.code == 1
    assert "`python3 -m app apply`" in said.err
    assert not (baton.folder / "baton.db").exists()
