"""The commands of `python3 -m app` and of `baton`: finds the one that is meant, and runs it.

Each command is a file of app/commands with `main(arguments) -> exit code` and a parser of its
own: 0 done, 1 refused or failed (a sentence on stderr says why), 2 not understood.
"""

import argparse
import contextlib
import difflib
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import NoReturn, TypeAlias

from app.commands.terminal import harmless
from app.suite import run_suite

Main: TypeAlias = Callable[[Sequence[str]], int]

INTERRUPTED = 130
GROUPS: Mapping[str, Mapping[str, str]] = {
    "to begin": {
        "demo": "a company, its Slack and a P1 to step into, on this machine",
        "doctor": "look at everything Baton needs, and say how to mend what is wrong",
    },
    "the organisation file": {
        "check": "list everything wrong or missing in it",
        "plan": "show what would change",
        "apply": "put it in force",
    },
    "who and how": {
        "who": "who is paged at a given time",
        "simulate": "what an alarm would do: severity, who is paged, how and when",
        "handover": "the last handover, or the draft of the next, with the queries behind it",
        "away": "absences out of a calendar file, for somebody",
        "pay": "what the shifts of a month are worth, as CSV",
        "contact": "how people are reached: add, list, verify, test, remove",
    },
    "running": {
        "run": "take alerts in, page, and speak Slack",
        "token": "tokens for senders of alerts: new, list, revoke",
        "person": "what is kept about somebody: export, erase",
        "key": "the secret key: change it, and see what is sealed with which",
        "audit": "who did what, when and why; and whether that log is whole",
        "backup": "copy everything Baton remembers into a file, while it runs",
        "restore": "put a backup back, into an empty database",
        "migrate": "bring the database's schema up to this version",
    },
    "for developers": {
        "test": "the linters and the tests; arguments go to pytest",
        "workspace": "a Slack workspace on this machine, speaking Slack's own protocol",
    },
}
OWN_WORDS = frozenset({"run", "demo", "workspace", "test"})
"""Commands that print nothing of others, or have a log of their own."""
NAMES = [name for commands in GROUPS.values() for name in commands]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the answer is the process's exit code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if given[:1] == ["test"]:  # everything after it belongs to pytest
        return run_suite(given[1:])
    if given and given[0] in NAMES:
        with contextlib.nullcontext() if given[0] in OWN_WORDS else harmless():
            return _finish(load(given[0]), given[1:])
    _refuse(given)


def load(name: str) -> Main:  # noqa: C901 (a table, written so that the import test reads it)
    """The command's `main`. What a command needs is loaded only when it runs: `check` starts
    fast, and a broken package costs one command, not all."""
    match name:
        case "demo":
            from app.demo.command import main as demo

            return demo
        case "doctor":
            from app.commands.doctor.command import main as doctor

            return doctor
        case "check":
            from app.commands import check

            return check.main
        case "plan":
            from app.commands import plan

            return plan.main
        case "apply":
            from app.commands import apply

            return apply.main
        case "who":
            from app.commands import who

            return who.main
        case "simulate":
            from app.commands.simulate.command import main as simulate

            return simulate
        case "handover":
            from app.commands import handover

            return handover.main
        case "away":
            from app.commands import away

            return away.main
        case "pay":
            from app.commands import pay

            return pay.main
        case "contact":
            from app.commands import contact

            return contact.main
        case "run":
            from app.commands import run

            return run.main
        case "token":
            from app.commands import token

            return token.main
        case "person":
            from app.commands import person

            return person.main
        case "key":
            from app.commands import key

            return key.main
        case "audit":
            from app.commands import audit

            return audit.main
        case "backup":
            from app.commands import backup

            return backup.main
        case "restore":
            from app.commands import restore

            return restore.main
        case "migrate":
            from app.commands import migrate

            return migrate.main
        case "workspace":
            from app.demo.workspace.command import run as workspace

            return workspace
    raise LookupError(name)


def _finish(command: Main, arguments: Sequence[str]) -> int:
    try:
        code = command(arguments)
        sys.stdout.flush()
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read the answer has seen enough (`… who | head -1`). Python would complain once
        # more when it flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    return code


def _refuse(given: Sequence[str]) -> NoReturn:
    """Help, when it was asked for; otherwise what could have been meant."""
    parser = argparse.ArgumentParser(
        prog="python3 -m app",
        description="Incidents and on-call in Slack.",
        epilog=_listing(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "command", metavar="COMMAND", help="`python3 -m app COMMAND --help` explains one"
    )
    word = parser.parse_known_args(given)[0].command
    close = difflib.get_close_matches(word, NAMES, n=1, cutoff=0.5)
    hint = f"Did you mean {close[0]}?" if close else "--help lists the commands."
    parser.error(f"there is no command {word}. {hint}")


def _listing() -> str:
    lines = []
    for group, commands in GROUPS.items():
        lines += ["", f"{group}:"]
        lines += [f"  {name:<11}{meaning}" for name, meaning in commands.items()]
    return "\n".join(lines).lstrip("\n")
