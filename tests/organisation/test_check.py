"""Every check runs, whatever the others find."""

from tests.organisation.edits import read_changed


def test_mistakes_of_every_kind_come_in_one_list_in_the_order_of_the_file() -> None:
    reading = read_changed(
        ('timezone = "Europe/Dublin"', 'timezone = "Dublin"'),
        ('members = ["ana', 'members = ["zoe'),
        ('runbook = "https://runbooks.acme.test/elt-late"', ""),
        ("weeks = 26", "weeks = -1"),
        ('person = "noor@acme.test"', 'person = "ben@acme.test"'),
    )
    assert [(problem.path, problem.line) for problem in reading.problems] == [
        ("organisation.timezone", 7),
        ("team[0].members[0]", 46),
        ("alarm[0].runbook", 71),
        ("rota[0].tour[0].weeks", 106),
        ("rota[2].override[0].person", 128),
    ]
