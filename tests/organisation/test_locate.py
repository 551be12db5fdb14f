"""Lines of a TOML text by path."""

import pytest

from app.organisation.locate import Lines

TEXT = '''# a comment = [not a key]
[organisation]
name = "a # b = c"   # with = signs
"quoted" = """
[[not.a.table]]
x = 1
"""

[[team]]
id = "one"
members = [
  "ana",  # [
  "ben",
]
[team.working_hours]
days = ["mon", "tue"]
due = { at = "07:00",  every = '1d' }

[[ team ]]
id = 'two'
a.b = 1
[[team.sla]]
id = 1
[[team.sla]]
id = 2
'''


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("organisation", 2),
        ("organisation.name", 3),
        ("organisation.quoted", 4),
        ("organisation.missing", 2),
        ("team[0]", 9),
        ("team[0].members", 11),
        ("team[0].members[0]", 12),
        ("team[0].members[1]", 13),
        ("team[0].members[7]", 11),
        ("team[0].working_hours.days[1]", 16),
        ("team[0].working_hours.due.every", 17),
        ("team[1].id", 20),
        ("team[1].a.b", 21),
        ("team[1].sla[1].id", 25),
        ("team[1].sla[1].text", 24),
        ("nothing", None),
        ("nothing[0].at.all", None),
        ("", None),
    ],
)
def test_a_path_stands_on_its_line_or_on_that_of_its_table(path: str, line: int | None) -> None:
    assert Lines(TEXT).find(path) == line
