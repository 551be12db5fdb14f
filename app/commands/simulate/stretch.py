"""`simulate --every-hour-of YEAR`: who is paged through a stretch of time, and why."""

import json
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from app.commands.moments import moment
from app.commands.sentences import Failed, say
from app.commands.source import Source, source
from app.commands.who import expect_service
from app.organisation.moments import moment as spoken
from app.organisation.times import FIRST_YEAR, LAST_YEAR
from app.rules.calendar import to_utc
from app.rules.course import Run, course
from app.rules.organisation import Organisation, ServiceId
from app.rules.routing import Choice

LONGEST_YEARS = 5


def tell(
    service: ServiceId,
    *,
    year: int | None,
    start: str | None,
    end: str | None,
    file: str | None,
    as_json: bool,
) -> int:
    """A line for each run of equal answers; nothing is sampled, so a run's ends are exact."""
    here = source(file)
    expect_service(here.organisation, service)
    begin, stop = _span(here, year, start, end)
    found = course(here.organisation, here.schedule, service, begin, stop)
    if as_json:
        print(_as_json(here.organisation, service, found))
        return 0
    zone = here.organisation.timezone
    say(f"A P1 of {service}, on the clock of {zone.key}; each line as long as the answer is one.")
    for run in found:
        for line in _lines(here.organisation, run, zone):
            print(line)
    return 0


def _span(
    here: Source, year: int | None, start: str | None, end: str | None
) -> tuple[datetime, datetime]:
    zone = here.organisation.timezone
    if year is not None:
        if not FIRST_YEAR <= year < LAST_YEAR:
            raise Failed(f"{year} is out of range: use a year from {FIRST_YEAR} to {LAST_YEAR}.")
        return to_utc(date(year, 1, 1), time(), zone), to_utc(date(year + 1, 1, 1), time(), zone)
    begin, stop = (moment(text, zone, now=here.now) for text in (start, end))
    for each in (begin, stop):
        if each.note:
            say(each.note)
    if begin.at >= stop.at:
        raise Failed("--to is not after --from. Nothing was looked at.")
    if stop.at.year - begin.at.year > LONGEST_YEARS:
        raise Failed(f"That is longer than {LONGEST_YEARS} years. Ask for a shorter stretch.")
    return begin.at, stop.at


def _lines(organisation: Organisation, run: Run, zone: ZoneInfo) -> Iterator[str]:
    route = run.route
    yield f"{spoken(run.start, zone)} – {spoken(run.end, zone)}"
    for choice in route.primary:
        yield f"  {_named(organisation, choice)}: {_why(choice)}"
    if not route.primary:
        yield "  nobody is primary: the managers are paged at once"
    for choice in route.managers[:1]:
        yield f"  then {_named(organisation, choice)}: {_why(choice)}"
    for gap in route.gaps:
        yield f"  Gap: {gap}"


def _why(choice: Choice) -> str:
    """The reason, and which version of which rota chose."""
    facts = choice.facts
    version = facts.get("version")
    rota = f"rota {facts['rota']}"
    if version is not None:
        rota += f", version {version + 1}"
    if facts.get("effective"):
        rota += f" since {facts['effective'][:10]}"
    return f"{choice.reason} [{rota}]"


def _named(organisation: Organisation, choice: Choice) -> str:
    person = organisation.people.get(choice.person)
    return person.email if person is not None and person.email else choice.person


def _as_json(organisation: Organisation, service: ServiceId, found: Sequence[Run]) -> str:
    told = {"service": service, "runs": [_run(organisation, each) for each in found]}
    return json.dumps(told, indent=2, ensure_ascii=False)


def _run(organisation: Organisation, run: Run) -> dict[str, Any]:
    return {
        "from": run.start.isoformat(),
        "to": run.end.isoformat(),
        "out_of_hours": run.route.out_of_hours,
        "primary": [_told(organisation, each) for each in run.route.primary],
        "managers": [_told(organisation, each) for each in run.route.managers],
        "gaps": list(run.route.gaps),
    }


def _told(organisation: Organisation, choice: Choice) -> dict[str, Any]:
    """Without the one turn: a run may hold several of the same person's."""
    facts = {key: value for key, value in choice.facts.items() if key != "shift"}
    return {"email": _named(organisation, choice), "reason": choice.reason, "facts": facts}
