"""What others wrote steers no terminal, whichever command prints it."""

import json

import pytest

from app.commands.terminal import harmless
from app.organisation.example import example_text
from tests.commands.conftest import Shell

EVIL = "\\u001b]0;owned\\u0007\\u001b[2J\\u009b31m\\u202eecho\\u200b\\u2028x"
"""As TOML spells it: a title, a cleared screen, a colour, a turned line and a line of its own."""


def evil(text: str) -> str:
    """The example with that in every name that is shown."""
    for name in ("Acme", "Nightly ELT", "Data Infrastructure", "daily ELT fresh by 07:00"):
        text = text.replace(f'"{name}"', f'"{name}{EVIL}"', 1)
    return text.replace(
        '"Restart the stuck load, then compare row counts"', f'"Restart{EVIL}"', 1
    ).replace('email = "ana@acme.test"', f'email = "ana@acme.test"\nname = "Ana{EVIL}"', 1)


COMMANDS = (
    ("check",),
    ("plan",),
    ("apply", "--yes"),
    ("who",),
    ("who", "--json"),
    ("simulate", "--service", "nightly-elt", "--alarm", "EltLate", "--at", "2026-11-25T03:00"),
    ("doctor",),
    ("doctor", "--json"),
    ("contact", "list"),
    ("token", "list"),
    ("audit", "show"),
)


def test_no_command_prints_what_steers_a_terminal(baton: Shell) -> None:
    assert baton("apply", "--yes").code == 0
    baton("token", "new", "--source", "generic", "--name", json.loads(f'"{EVIL}"'))
    baton.write(evil(example_text()))
    for command in COMMANDS:
        said = baton(*command)
        assert said.code in (0, 1), said
        for line in (said.out + said.err).split("\n"):
            seen = line.replace("\t", " ").replace("\xa0", " ").replace("\u202f", " ")
            assert seen.isprintable(), (command, line)
        if "--json" in command:
            json.loads(said.out)


def test_what_is_spelled_out_is_still_json(capsys: pytest.CaptureFixture[str]) -> None:
    text = "\x1b\x9b\u202e\U000e0001 plain ü🔥"
    with harmless():
        print(json.dumps({"a": text}, ensure_ascii=False))
    out = capsys.readouterr().out
    assert json.loads(out) == {"a": text}
    assert out.strip().isprintable()
