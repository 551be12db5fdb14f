"""Missing keys, unknown keys, and values of another kind."""

import pytest

from app.organisation.read import read
from tests.organisation.edits import expect_problem, read_changed

CASES: dict[str, tuple[str, str, str]] = {
    "a missing key": (
        'name = "Acme"\n',
        "",
        'organisation.name: is missing. Write name = "Acme".',
    ),
    "a missing list": (
        'members = ["ana@acme.test", "ben@acme.test"]\nrota',
        "rota",
        'team[0].members: is missing. Write members = ["ana@acme.test"].',
    ),
    "a missing table": (
        'due = { at = "07:00", timezone = "Europe/Dublin", every = "1d" }',
        "",
        "heartbeat[0].due: is missing. Add the table [heartbeat.due].",
    ),
    "a misspelt key": (
        "page_budget",
        "page_buget",
        'organisation.page_buget: is not a key of [organisation]. Did you mean "page_budget"?',
    ),
    "a misspelt table": (
        "[escalation]",
        "[escalations]",
        'escalations: is not a key of the file. Did you mean "escalation"?',
    ),
    "a key of nothing": (
        "grace =",
        'colour = "red"\ngrace =',
        "heartbeat[0].colour: is not a key of [[heartbeat]]. "
        "Its keys are key, service, threatens, due, grace.",
    ),
    "a phone number": (
        'timezone = "America/Los_Angeles"\n',
        'timezone = "America/Los_Angeles"\nphone = "0"\n',
        "person[2].phone: is not a key of this file. Secrets and phone numbers never stand here: "
        "people add theirs with /oncall contact, the operator with contact add.",
    ),
    "a number for text": (
        'name = "Acme"',
        "name = 3",
        'organisation.name: is a number where text is needed. Write "…", in quotes.',
    ),
    "an empty text": (
        'name = "Acme"',
        'name = " "',
        "organisation.name: is empty. Write what people should read there.",
    ),
    "a long text": (
        'name = "Acme"',
        f'name = "{"A" * 81}"',
        "organisation.name: has 81 characters. Keep it to 80.",
    ),
    "an invisible character": (
        'name = "Acme"',
        'name = "Ac\\u202eme"',
        'organisation.name: "Ac\\u202eme" holds line breaks or invisible characters. '
        "Write it on one line, in plain characters.",
    ),
    "text for a table": (
        'due = { at = "07:00", timezone = "Europe/Dublin", every = "1d" }',
        'due = "07:00"',
        "heartbeat[0].due: is text where a table is needed. "
        "Write it as [heartbeat.due] with its keys below.",
    ),
    "text for a list": (
        'members = ["ana@acme.test", "ben@acme.test"]\nrota',
        'members = "ana@acme.test"\nrota',
        'team[0].members: is text where a list is needed. Write members = ["ana@acme.test"].',
    ),
    "one table for many": (
        "[[heartbeat]]",
        "[heartbeat]",
        "heartbeat: is a table where a list is needed. "
        "Write each one as [[heartbeat]] with its keys below.",
    ),
    "text for a flag": (
        "manager = true",
        'manager = "yes"',
        "person[3].manager: is text where true or false is needed. "
        "Write true or false, without quotes.",
    ),
    "text for a number": (
        "page_budget = 10",
        'page_budget = "10"',
        "organisation.page_budget: is text where a whole number is needed. "
        "Write a number from 0 to 100000, without quotes.",
    ),
    "true for a number": (
        "page_budget = 10",
        "page_budget = true",
        "organisation.page_budget: is true or false where a whole number is needed. "
        "Write a number from 0 to 100000, without quotes.",
    ),
    "a budget below zero": (
        "page_budget = 10",
        "page_budget = -1",
        "organisation.page_budget: is out of range. Write a number from 0 to 100000.",
    ),
}


@pytest.mark.parametrize(("old", "new", "sentence"), CASES.values(), ids=CASES.keys())
def test_a_mistake_in_form_is_named_with_its_place(old: str, new: str, sentence: str) -> None:
    expect_problem(read_changed((old, new)), sentence)


def test_a_mistake_of_form_is_said_once_and_hides_nothing_else() -> None:
    reading = read_changed(
        ('id = "elt-fresh"', 'idd = "elt-fresh"'),
        ('approved_by = "ben@acme.test"', 'approved_by = "zoe@acme.test"'),
        ('kind = "managers"', 'kind = "manager"'),
        ('person = "noor@acme.test"', 'person = "ana@acme.test"'),
    )
    assert [problem.path for problem in reading.problems] == [
        "service[0].sla[0].id",
        "service[0].sla[0].idd",
        "alarm[0].threatens",
        "alarm[0].approved_by",
        "heartbeat[0].threatens",
        "rota[2].kind",
    ]


def test_an_empty_file_lacks_only_its_first_table() -> None:
    reading = read("", source="baton.toml")
    assert [str(problem) for problem in reading.problems] == [
        "organisation: is missing. Add the table [organisation]."
    ]
