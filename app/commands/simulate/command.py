"""`simulate`: what an alarm would do, told by the code that would do it; who is paged through a
year; and whether somebody is, at every instant to come."""

import argparse
import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path

from app.commands.memory import expect_schema, opened, settings_now
from app.commands.moments import duration, moment
from app.commands.plan import read_clean
from app.commands.sentences import say, told
from app.commands.simulate import coverage, stretch
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
    options = _options(arguments)
    if options.coverage is not None:
        return coverage.tell(
            options.coverage,
            file=options.organisation,
            reachable=options.reachable,
            as_json=options.json,
        )
    if options.every_hour_of is not None or options.start is not None:
        if options.alarm is not None:
            _say_severity(options)
        return stretch.tell(
            options.service,
            year=options.every_hour_of,
            start=options.start,
            end=options.end,
            file=options.organisation,
            as_json=options.json,
        )
    return _fire(options)


def _say_severity(options: argparse.Namespace) -> None:
    """What the alarm would be now: the stretch shows whom a P1 pages."""
    with _copy(options.organisation) as copy, contextlib.closing(Rehearsal(copy)) as rehearsal:
        organisation = rehearsal.organisation()
        expect_service(organisation, options.service)
        if oddity := _oddity(organisation, options.alarm, options.service):
            say(oddity)
        incident = rehearsal.fire(options.alarm, options.service).incident
    say(f"Alarm {options.alarm} now: {incident.reason}")
    if not incident.severity.wakes:
        say("It wakes nobody as it is. What follows is whom a P1 would page.")


def _fire(options: argparse.Namespace) -> int:
    """One alarm at one instant."""
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


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    """One of the three things to tell, with what it needs."""
    parser = _parser()
    options = parser.parse_args(arguments)
    stretch_asked = options.every_hour_of is not None or options.start is not None
    asked = [options.coverage is not None, stretch_asked, options.at is not None]
    if sum(asked) > 1 or (options.every_hour_of is not None and options.start is not None):
        parser.error("ask for one: --at, --every-hour-of or --from and --to, or --coverage")
    if (options.start is None) != (options.end is None):
        parser.error("--from and --to belong together")
    if options.coverage is None and options.service is None:
        parser.error("--service says whose alarm it is")
    if not any(asked[:2]) and options.alarm is None:
        parser.error("--alarm says which one fires")
    if options.json and not any(asked[:2]):
        parser.error("--json goes with --every-hour-of, --from and --to, or --coverage")
    return options


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python3 -m app simulate",
        description="What an alarm would do if nobody answered: its severity, who is paged, how "
        "and when, until the chain repeats. It runs the real thing on a copy of the database; "
        "nobody is paged. Or who would be paged through a stretch of time, and why; or whether "
        "there is a primary and a manager who can be reached, at every instant to come.",
    )
    parser.add_argument("--service", metavar="S", help="the service's id")
    parser.add_argument("--alarm", metavar="A", help="the alarm's key")
    parser.add_argument(
        "--at",
        metavar="TIME",
        help="2026-09-05T03:00:00+00:00, or without an offset on the organisation's clock; "
        "default: now",
    )
    parser.add_argument(
        "--every-hour-of",
        metavar="YEAR",
        type=int,
        help="who is paged for a P1 of --service through that year: a line for as long as the "
        "answer is the same",
    )
    parser.add_argument("--from", dest="start", metavar="TIME", help="the same, from this instant")
    parser.add_argument("--to", dest="end", metavar="TIME", help="to this one")
    parser.add_argument(
        "--coverage",
        metavar="26w",
        type=duration,
        help="list every hole from now on for so long, of every service; exit code 1 with holes",
    )
    parser.add_argument("--json", action="store_true", help="the same as JSON")
    parser.add_argument(
        "--organisation", metavar="FILE", help="take this file instead of the database"
    )
    parser.add_argument(
        "--reachable", action="store_true", help="take everybody to have a waking contact method"
    )
    return parser
