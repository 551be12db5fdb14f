"""`simulate`: the real flows on a copy, so it agrees with `who` and with what would happen."""

import json
import re
from pathlib import Path

import pytest
import time_machine

from app.organisation.example import example_text
from storage import contacts, incidents
from storage.engine import Database
from tests.commands.conftest import Shell

NIGHT = "2026-11-23T22:00:00+00:00"
ELT = ("--service", "nightly-elt", "--alarm", "EltLate")
REPORT = ("--service", "report-builder", "--alarm", "ReportSlow")
FILE = ("--organisation", "baton.toml")


def turns(lines: list[str]) -> list[tuple[str, list[str]]]:
    """The clock time of each turn, and the people it rings."""
    found: list[tuple[str, list[str]]] = []
    for line in lines:
        if re.match(r"\d\d:\d\d:\d\d  tier", line):
            found.append((line[:8], []))
        elif found and line.startswith("  ") and not line.startswith("    "):
            found[-1][1].append(line.split(":")[0].strip())
    return found


def test_the_chain_is_told_until_it_repeats(baton: Shell) -> None:
    said = baton("simulate", *ELT, "--at", NIGHT, *FILE)
    assert said.code == 0
    assert turns(said.lines) == [
        ("22:00:00", ["chi@acme.test"]),
        ("22:05:00", ["mia@acme.test"]),
        ("22:10:00", ["mia@acme.test", "noor@acme.test"]),
    ]
    assert said.lines[-1].startswith("Then the same again every 5m")


def test_the_severity_and_its_reason_stand_first(baton: Shell) -> None:
    said = baton("simulate", *ELT, "--at", NIGHT, *FILE)
    assert said.lines[1] == 'P1: threatens SLA "daily ELT fresh by 07:00"'


def test_the_waits_are_the_files(baton: Shell) -> None:
    text = example_text().replace('primary_wait = "5m"', 'primary_wait = "90s"')
    baton.write(text.replace('manager_wait = "5m"', 'manager_wait = "20m"'))
    said = baton("simulate", *ELT, "--at", NIGHT, *FILE)
    assert [at for at, _ in turns(said.lines)] == ["22:00:00", "22:01:30", "22:21:30"]
    assert "every 20m" in said.lines[-1]


def test_people_are_chosen_when_their_step_comes(baton: Shell) -> None:
    """At 18:00 on a Friday the managers change over while it rings."""
    said = baton("simulate", *ELT, "--at", "2026-09-04T17:52", *FILE)
    assert turns(said.lines)[1:] == [
        ("17:57:00", ["mia@acme.test"]),
        ("18:02:00", ["noor@acme.test", "mia@acme.test"]),
    ]


@pytest.mark.parametrize(
    "at", ["2026-11-23T17:59:59Z", "2026-11-23T18:00:00Z", "2026-12-25T12:00Z", "2026-10-25T01:30"]
)
def test_it_agrees_with_who(applied: Shell, at: str) -> None:
    who = applied("who", "--service", "nightly-elt", "--at", at)
    said = applied("simulate", *ELT, "--at", at, "--reachable")
    rung = [people[0] for _, people in turns(said.lines)]
    assert rung[:2] == [line.split()[0] for line in who.lines]


def test_what_wakes_nobody_is_held_for_the_owners_morning(baton: Shell) -> None:
    said = baton("simulate", *REPORT, "--at", NIGHT, *FILE)
    assert said.lines[1].startswith("P3: ")
    assert "held for #data-infra until Tue 24 Nov 2026 09:00 GMT" in said.lines[2]
    assert turns(said.lines) == []


def test_in_hours_the_owner_is_told_at_once(baton: Shell) -> None:
    said = baton("simulate", *REPORT, "--at", "2026-11-23T10:00Z", *FILE)
    assert said.lines[2] == "Nobody is paged. It is told in #data-infra at once."


def test_an_unknown_alarm_is_told_as_what_it_is(baton: Shell) -> None:
    said = baton("simulate", "--service", "nightly-elt", "--alarm", "EltLat", *FILE)
    assert said.code == 0
    assert 'Did you mean "EltLate"?' in said.err
    assert said.lines[1].startswith("P2: ")


def test_an_alarm_of_another_service_counts_for_its_own(baton: Shell) -> None:
    said = baton("simulate", "--service", "report-builder", "--alarm", "EltLate", *FILE)
    assert "belongs to nightly-elt" in said.err
    assert "of nightly-elt fires" in said.lines[0]


def test_without_phones_nobody_is_waited_for(applied: Shell) -> None:
    """product.md 8: out of hours, who cannot be woken is passed over at once."""
    said = applied("simulate", *ELT, "--at", NIGHT)
    assert "No contact methods are known yet" in said.err
    assert [at for at, _ in turns(said.lines)][:3] == ["22:00:00"] * 3


def test_how_each_is_rung_and_when_comes_from_the_database(
    baton: Shell, on_database: Database
) -> None:
    assert baton("apply", "--yes").code == 0
    push = ("--method", "push", "--target", "ntfys://ntfy.example.org/chi-topic", "--after", "1m")
    for person in ("chi@acme.test", "mia@acme.test"):
        added = baton("contact", "add", person, *push)
        assert added.code == 0, added.err
    said = baton("simulate", *ELT, "--at", NIGHT)
    at = said.lines.index("  chi@acme.test: on call with the volunteers (out of hours)")
    assert re.fullmatch(r"    push \S.* after 1m", said.lines[at + 1])
    assert "chi-topic" not in said.out
    assert [each for each, _ in turns(said.lines)][:2] == ["22:00:00", "22:05:00"]


def test_nothing_of_it_is_left_in_the_database(baton: Shell, on_database: Database) -> None:
    assert baton("apply", "--yes").code == 0
    assert baton("simulate", *ELT, "--at", NIGHT, "--reachable").code == 0
    with on_database.read.begin() as tx:
        assert incidents.list_open(tx) == []
        assert contacts.list_all(tx) == []


def test_a_misspelt_service_is_refused(baton: Shell) -> None:
    said = baton("simulate", "--service", "nightly", "--alarm", "EltLate", *FILE)
    assert said.code == 1
    assert 'Did you mean "nightly-elt"?' in said.err


def test_the_copy_is_thrown_away(applied: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    temporary = applied.folder / "temporary"
    temporary.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    assert applied("simulate", *ELT, "--at", NIGHT).code == 0
    assert list(Path(temporary).iterdir()) == []


# ── a stretch of time, and whether it is covered ──────────────────────────────────────────────
def test_a_stretch_is_told_as_runs_of_one_answer_with_exact_ends(baton: Shell) -> None:
    span = ("--from", "2026-12-24T12:00", "--to", "2026-12-25T12:00")
    said = baton("simulate", "--service", "nightly-elt", *span, *FILE)
    assert said.code == 0
    starts = [line for line in said.lines if not line.startswith(" ")]
    assert starts == [
        "Thu 24 Dec 2026 12:00 GMT – Thu 24 Dec 2026 18:00 GMT",
        "Thu 24 Dec 2026 18:00 GMT – Fri 25 Dec 2026 00:00 GMT",
        "Fri 25 Dec 2026 00:00 GMT – Fri 25 Dec 2026 12:00 GMT",
    ]
    assert "holiday 2026-12-25 of Data Infrastructure" in said.out
    assert "covering for mia@acme.test: Mia is away [rota managers, version 1]" in said.out


@pytest.mark.parametrize(
    ("alarm", "wakes"), [(ELT, "threatens SLA"), (REPORT, "It wakes nobody as it is")]
)
def test_with_an_alarm_its_severity_is_said_first(
    baton: Shell, alarm: tuple[str, ...], wakes: str
) -> None:
    span = ("--from", "2026-12-24T12:00", "--to", "2026-12-24T13:00")
    said = baton("simulate", *alarm, *span, *FILE)
    assert said.code == 0
    assert wakes in said.err


def test_every_hour_of_a_year_agrees_with_who_at_any_of_them(applied: Shell) -> None:
    asked = ("--service", "nightly-elt", "--every-hour-of", "2026", "--json")
    runs = json.loads(applied("simulate", *asked).out)["runs"]
    assert (runs[0]["from"], runs[-1]["to"]) == (
        "2026-01-01T00:00:00+00:00",
        "2027-01-01T00:00:00+00:00",
    )
    for at in ("2026-10-25T01:30:00+00:00", "2026-12-25T12:00:00+00:00", NIGHT):
        [run] = [each for each in runs if each["from"] <= at < each["to"]]
        who = applied("who", "--service", "nightly-elt", "--at", at)
        people = [*run["primary"], *run["managers"][:1]]
        assert [each["email"] for each in people] == [line.split()[0] for line in who.lines]


@pytest.mark.parametrize(
    "asked",
    [
        ("--service", "nightly-elt"),
        ("--service", "nightly-elt", "--from", "2026-12-24"),
        ("--coverage", "2w", "--at", NIGHT),
        ("--every-hour-of", "2027"),
        (*ELT, "--json"),
    ],
)
def test_half_a_question_is_not_guessed_at(baton: Shell, asked: tuple[str, ...]) -> None:
    said = baton("simulate", *asked, *FILE)
    assert said.code == 2
    assert said.err


def test_a_covered_stretch_says_so(baton: Shell) -> None:
    with time_machine.travel("2026-11-01T00:00Z", tick=False):
        said = baton("simulate", "--coverage", "4w", *FILE)
    assert said.code == 0
    assert said.lines[-1].endswith("for every one of 2 services.")


def test_holes_are_listed_with_what_to_do_and_end_with_1(baton: Shell) -> None:
    with time_machine.travel("2027-02-22T00:00Z", tick=False):
        said = baton("simulate", "--coverage", "2w", *FILE)
    assert said.code == 1
    assert said.lines[0].startswith("Fri 5 Mar 2027 18:00 GMT – Mon 8 Mar 2027 00:00 GMT")
    assert "primary of every service out of hours: nobody is on the rota" in said.lines[1]
    assert "/oncall take" in said.lines[2]


def test_in_the_database_whoever_cannot_be_woken_is_a_hole(applied: Shell) -> None:
    with time_machine.travel("2026-11-01T00:00Z", tick=False):
        said = applied("simulate", "--coverage", "1w", "--json")
        told = json.loads(said.out)
        taken = applied("simulate", "--coverage", "1w", "--reachable")
    assert said.code == 1
    assert {(each["tier"], each["lack"]) for each in told["holes"] if not each["services"]} == {
        (1, "unreachable"),
        (2, "unreachable"),
    }
    assert taken.code == 0
