"""`away`: absences out of a calendar file, entered by the operator for somebody."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from app.calendars.absences import LARGEST, RULE, BadCalendar
from app.calendars.apart import read_apart
from app.commands.memory import opened_kit, settings_now
from app.commands.moments import both_clocks
from app.commands.sentences import Failed, say, told
from app.flows.admit import Operator
from app.flows.leave_calendar import AHEAD, import_absences
from app.flows.work import Work
from app.organisation.problem import nearest, quoted
from app.rules.calendar import zone_of
from app.rules.organisation import Organisation, PersonId

OPERATOR = Operator()


@told
def main(arguments: Sequence[str]) -> int:
    """One line an absence on stdout; with --dry-run nothing is kept."""
    options = _parser().parse_args(arguments)
    person = options.person.lower() if "@" in options.person else options.person
    with opened_kit(settings_now()) as kit:
        zone = kit.do_now(lambda work: zone_of(_known(work, person), person))
        now = kit.clock()
        try:
            found = read_apart(_body(options.file), now, now + AHEAD, zone)
        except BadCalendar as bad:
            raise Failed(f"{options.file} cannot be taken. {bad.sentence}") from None
        for each in found:
            print(f"{both_clocks(each.start, zone)} to {both_clocks(each.end, zone)}")
        if options.dry_run:
            say(f"{len(found)} absences; nothing was changed.")
            return 0
        new = kit.do_now(import_absences, None, person, found, by=OPERATOR)
    say(f"{new} of {len(found)} absences are new and count from now on. Who is touched is told.")
    return 0


def _known(work: Work, person: PersonId) -> Organisation:
    if person not in work.org.people:
        hint = nearest(person, work.org.people, otherwise="baton.toml names everybody.")
        raise Failed(f"There is nobody called {quoted(person)} in baton.toml. {hint}")
    return work.org


def _body(file: Path) -> bytes:
    try:
        with file.open("rb") as opened:
            return opened.read(LARGEST + 1)
    except OSError as error:
        raise Failed(f"{file} cannot be read: {error.strerror}.") from None


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python3 -m app away", description=f"Absences of the next year. {RULE}"
    )
    acts = parser.add_subparsers(dest="act", required=True, metavar="import")
    take = acts.add_parser("import", help="enter those of a calendar file for somebody")
    take.add_argument("person", metavar="PERSON", help="e-mail address or Slack id")
    take.add_argument("file", metavar="FILE.ics", type=Path)
    take.add_argument("--dry-run", action="store_true", help="show them, and change nothing")
    return parser
