"""`simulate`: what an alarm would do, told by the code that would do it."""

import argparse
import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path

from app.commands.memory import expect_schema, opened, settings_now
from app.commands.moments import moment
from app.commands.plan import read_clean
from app.commands.sentences import say, told
from app.commands.simulate.copy import copy_from, copy_of_file, empty_copy
from app.commands.simulate.rehearsal import Rehearsal
from app.commands.simulate.words import lines
from app.commands.who import expect_service
from app.flows.kit import host_clock
from app.organisation.problem import nearest, quoted
from app.rules.organisation import Organisation
from storage.engine import Database


@told
def main(arguments: Sequence[str]) -> int:
    """The course on stdout; what it rests on, on stderr."""
    options = _parser().parse_args(arguments)
    with _copy(options.organisation) as copy, contextlib.closing(Rehearsal(copy)) as rehearsal:
        organisation = rehearsal.organisation()
        expect_service(organisation, options.service)
        asked = moment(options.at, organisation.timezone, now=rehearsal.now)
        phones_known = rehearsal.knows_a_phone()
        for note in (
            asked.note,
            _oddity(organisation, options.alarm, options.service),
            _about_phones(options.organisation, options.reachable, known=phones_known),
        ):
            if note:
                say(note)
        if options.organisation is not None or options.reachable:
            rehearsal.make_all_reachable()
        rehearsal.now = asked.at
        outcome = rehearsal.fire(options.alarm, options.service)
    for line in lines(outcome, at=asked.at, zone=organisation.timezone, phones_known=phones_known):
        print(line)
    return 0


@contextlib.contextmanager
def _copy(file: str | None) -> Iterator[Database]:
    """Of the database's organisation, or of a file by itself."""
    with empty_copy() as copy:
        if file is not None:
            copy_of_file(read_clean(Path(file)).text, copy, now=host_clock())
        else:
            with opened(settings_now()) as database:
                expect_schema(database)
                copy_from(database, copy)
        yield copy


def _oddity(organisation: Organisation, key: str, service: str) -> str:
    """What a real alert of this kind would quietly do otherwise than expected."""
    alarm = organisation.alarms.get(key)
    if alarm is None:
        hint = nearest(key, organisation.alarms, otherwise="")
        return f"Alarm {quoted(key)} is not in the catalogue. {hint}".strip()
    if alarm.service != service:
        return f"Alarm {key} belongs to {alarm.service}, so that counts, not {service}."
    return ""


def _about_phones(file: str | None, reachable: bool, *, known: bool) -> str:
    if file is not None:
        return "Contact methods are not in the file: everybody is taken to have one that wakes."
    if reachable:
        return "Everybody is taken to have a contact method that wakes."
    if not known:
        return (
            "No contact methods are known yet, so nobody can be woken and no wait is waited. "
            "`contact add` adds one; --reachable shows the chain as if everybody had one."
        )
    return ""


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python3 -m app simulate",
        description="What an alarm would do if nobody answered: its severity, who is paged, how "
        "and when, until the chain repeats. It runs the real thing on a copy of the database; "
        "nobody is paged.",
    )
    parser.add_argument("--service", required=True, metavar="S", help="the service's id")
    parser.add_argument("--alarm", required=True, metavar="A", help="the alarm's key")
    parser.add_argument(
        "--at",
        metavar="TIME",
        help="2026-09-05T03:00:00+00:00, or without an offset on the organisation's clock; "
        "default: now",
    )
    parser.add_argument(
        "--organisation", metavar="FILE", help="take this file instead of the database"
    )
    parser.add_argument(
        "--reachable", action="store_true", help="take everybody to have a waking contact method"
    )
    return parser
