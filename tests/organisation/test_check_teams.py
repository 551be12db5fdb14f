"""People, teams and the organisation's own references: each mistake and doubt in words."""

import pytest

from tests.organisation.edits import expect_problem, expect_warning, read_changed

MEMBERS = 'members = ["ana@acme.test", "ben@acme.test"]\nrota'

PROBLEMS: dict[str, tuple[list[tuple[str, str]], str, str]] = {
    "somebody without any name": (
        [
            ('email = "chi@acme.test"\n', ""),
            ('person = "chi@acme.test"', 'person = "ana@acme.test"'),
        ],
        "",
        'person[2]: has neither an e-mail address nor a Slack id. Write email = "ana@acme.test".',
    ),
    "two people with one address": (
        [('email = "chi@acme.test"', 'email = "BEN@acme.test"')],
        "",
        'person[2].email: person "ben@acme.test" stands at person[1].email already. '
        "Give one of them another name, or remove it.",
    ),
    "two people with one Slack id": (
        [
            ('email = "ana@acme.test"', 'email = "ana@acme.test"\nslack_id = "U012AB3CD"'),
            ('email = "ben@acme.test"', 'email = "ben@acme.test"\nslack_id = "U012AB3CD"'),
        ],
        "",
        'person[1].slack_id: person "U012AB3CD" stands at person[0].slack_id already. '
        "Give one of them another name, or remove it.",
    ),
    "an unknown out-of-hours rota": (
        [('out_of_hours_rota = "volunteers"', 'out_of_hours_rota = "volunters"')],
        "",
        'organisation.out_of_hours_rota: there is no rota "volunters". Did you mean "volunteers"?',
    ),
    "an out-of-hours rota of a team": (
        [('out_of_hours_rota = "volunteers"', 'out_of_hours_rota = "data-infra"')],
        "",
        'organisation.out_of_hours_rota: rota "data-infra" is of kind team. '
        'A rota of kind "volunteers" is needed here.',
    ),
    "volunteers for managers": (
        [('manager_rota = "managers"', 'manager_rota = "volunteers"')],
        "",
        'organisation.manager_rota: rota "volunteers" is of kind volunteers. '
        'A rota of kind "managers" is needed here.',
    ),
    "a wait of nothing": (
        [('primary_wait = "5m"', 'primary_wait = "0s"')],
        "",
        "escalation.primary_wait: is no time at all, so nobody could ever answer. "
        'Write at least "1s"; "5m" is usual.',
    ),
    "an acknowledgement of nothing": (
        [('acknowledgement_expires = "60m"', 'acknowledgement_expires = "0m"')],
        "",
        "escalation.acknowledgement_expires: is no time at all, so nobody could ever answer. "
        'Write at least "1s"; "5m" is usual.',
    ),
    "two teams with one id": (
        [],
        """[[team]]
        id = "data-infra"
        name = "Twin"
        channel = "#twin"
        members = []
        [team.working_hours]
        timezone = "UTC"
        days = ["mon"]
        from = "09:00"
        to = "17:00"
        """,
        'team[1].id: team "data-infra" stands at team[0].id already. '
        "Give one of them another name, or remove it.",
    ),
    "an unknown member": (
        [(MEMBERS, 'members = ["ana@acme.test", "bem@acme.test"]\nrota')],
        "",
        'team[0].members[1]: "bem@acme.test" is nobody in [[person]]. '
        'Did you mean "ben@acme.test"?',
    ),
    "a member twice": (
        [(MEMBERS, 'members = ["ana@acme.test", "Ana@acme.test"]\nrota')],
        "",
        'team[0].members[1]: person "ana@acme.test" stands at team[0].members[0] already. '
        "Give one of them another name, or remove it.",
    ),
    "an unknown rota of a team": (
        [('rota = "data-infra" ', 'rota = "infra" ')],
        "",
        'team[0].rota: there is no rota "infra". Did you mean "data-infra"?',
    ),
    "managers as a team's rota": (
        [('rota = "data-infra" ', 'rota = "managers" ')],
        "",
        'team[0].rota: rota "managers" is of kind managers. A rota of kind "team" is needed here.',
    ),
    "no working days": (
        [('days = ["mon", "tue", "wed", "thu", "fri"]\n', "days = []\n")],
        "",
        "team[0].working_hours.days: is empty, so the team never works. "
        'Write days = ["mon", "tue", "wed", "thu", "fri"].',
    ),
    "a working day of no length": (
        [('to = "18:00"', 'to = "09:00:00"')],
        "",
        "team[0].working_hours.to: is the same time as from, so the working day is empty. "
        'For a whole day write from = "00:00" and to = "23:59:59".',
    ),
}


@pytest.mark.parametrize(("edits", "extra", "sentence"), PROBLEMS.values(), ids=PROBLEMS.keys())
def test_a_mistake_is_named_with_its_place(
    edits: list[tuple[str, str]], extra: str, sentence: str
) -> None:
    expect_problem(read_changed(*edits, extra=extra), sentence)


WARNINGS: dict[str, tuple[list[tuple[str, str]], str, str]] = {
    "a team without a rota": (
        [('rota = "data-infra" ', "#")],
        "",
        "team[0]: has no rota: in the team's working hours its channel is called and the manager "
        'tier is paged at once. Give it a [[rota]] of kind "team".',
    ),
}


@pytest.mark.parametrize(("edits", "extra", "sentence"), WARNINGS.values(), ids=WARNINGS.keys())
def test_a_doubt_is_a_warning_and_prevents_nothing(
    edits: list[tuple[str, str]], extra: str, sentence: str
) -> None:
    expect_warning(read_changed(*edits, extra=extra), sentence)


def test_somebody_may_be_named_by_either_of_their_names() -> None:
    reading = read_changed(
        ('email = "ana@acme.test"', 'email = "ana@acme.test"\nslack_id = "U012AB3CD"'),
        ('person = "ana@acme.test"', 'person = "U012AB3CD"'),
    )
    organisation = reading.organisation
    assert organisation is not None
    assert organisation.rotas["volunteers"].tours[0].person == "ana@acme.test"
    assert organisation.people["ana@acme.test"].slack_id == "U012AB3CD"


def test_somebody_may_have_a_slack_id_only() -> None:
    reading = read_changed(extra='[[person]]\nslack_id = "U012AB3CD"\ntimezone = "UTC"\n')
    assert reading.organisation is not None
    assert reading.organisation.people["U012AB3CD"].email is None
