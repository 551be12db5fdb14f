"""`simulate --coverage`: the proof that somebody can be paged at every instant, or the holes."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from app.commands.memory import look, opened_kit, settings_now
from app.commands.moments import both_clocks
from app.commands.sentences import Failed, say
from app.commands.source import source
from app.flows.reach import reach
from app.flows.work import Work
from app.organisation.moments import length
from app.organisation.moments import moment as spoken
from app.rules.coverage import Hole, Lack, Reach, holes
from app.rules.organisation import Organisation
from app.rules.schedule import Schedule

LONGEST = timedelta(weeks=530)


@dataclass(frozen=True, kw_only=True)
class _Ground:
    """What is looked at."""

    organisation: Organisation
    schedule: Schedule
    reach: Reach | None
    now: datetime


def tell(span: timedelta, *, file: str | None, reachable: bool, as_json: bool) -> int:
    """The holes on stdout, what was looked at on stderr; 1 when there are holes."""
    if not timedelta(0) < span <= LONGEST:
        raise Failed(f"--coverage looks ahead for up to {LONGEST.days // 7} weeks. Write 26w.")
    ground = _ground(file)
    if file is not None or reachable:
        ground = _Ground(
            organisation=ground.organisation,
            schedule=ground.schedule,
            reach=None,
            now=ground.now,
        )
        say("Everybody is taken to have a contact method that wakes, and an active account.")
    end = ground.now + span
    found = holes(ground.organisation, ground.schedule, ground.reach, ground.now, end)
    zone = ground.organisation.timezone
    if as_json:
        print(_as_json(found, ground.now, end))
    else:
        _say_all(found, ground, end, zone)
    return 1 if found else 0


def _say_all(found: Sequence[Hole], ground: _Ground, end: datetime, zone: ZoneInfo) -> None:
    called = [each for each in ground.organisation.teams.values() if each.rota is None]
    owning = {each.team for each in ground.organisation.services.values()}
    for team in called:
        if team.id in owning:
            say(
                f"{team.name} has no rota: in its hours its channel is called and the managers "
                "are paged at once."
            )
    span = f"From {both_clocks(ground.now, zone)} to {both_clocks(end, zone)}"
    services = len(ground.organisation.services)
    if not found:
        print(
            f"{span} every instant has a primary and a manager who can be reached, for every one "
            f"of {services} services."
        )
        return
    for hole in found:
        for line in _lines(hole, zone):
            print(line)
    print(f"{span}: {len(found)} {'hole' if len(found) == 1 else 'holes'}.")


def _lines(hole: Hole, zone: ZoneInfo) -> Iterator[str]:
    yield f"{spoken(hole.start, zone)} – {spoken(hole.end, zone)} ({_lasting(hole)})"
    yield f"  rota {hole.rota}, {_whose(hole)}: {reason(hole)}"
    yield f"  {MENDING[hole.lack](hole)}"


def _lasting(hole: Hole) -> str:
    """In whole days or hours, where it has some; nobody counts the seconds of a hole."""
    span = hole.end - hole.start
    for unit in (timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)):
        if span >= unit:
            whole = span // unit * unit
            return f"{'' if whole == span else 'over '}{length(whole)}"
    return "less than a minute"


def _whose(hole: Hole) -> str:
    tier = "second tier" if hole.tier == 2 else "primary"
    if hole.services is None:
        return f"{tier} of every service" + ("" if hole.tier == 2 else " out of hours")
    return f"{tier} of {', '.join(hole.services)} in hours"


def reason(hole: Hole) -> str:
    """What is missing, in one clause."""
    people = ", ".join(hole.people)
    match hole.lack:
        case Lack.NOBODY:
            return hole.note or "nobody is on duty"
        case Lack.PLACES:
            return f"places are empty: {hole.note}"
        case Lack.UNREACHABLE if hole.tier == 2:
            return f"none of the managers can be reached: {people}"
        case Lack.UNREACHABLE:
            return f"{people} cannot be reached"
        case Lack.NOT_MANAGER:
            return f"{people} is on duty and is not marked manager, so is not paged"
        case Lack.ALONE:
            return f"{people} is tier 1 then, and there is no other manager"


MENDING: Mapping[Lack, Callable[[Hole], str]] = {
    Lack.NOBODY: lambda hole: (
        "Put somebody there: a member or an override in the organisation file, or "
        "`/oncall take` in Slack."
    ),
    Lack.PLACES: lambda hole: "Add members, or lower `slots` of the rota in the organisation file.",
    Lack.UNREACHABLE: lambda hole: (
        "`/oncall contact` in Slack, or `contact add` here, adds a contact method that wakes; "
        "or let somebody else take the shift."
    ),
    Lack.NOT_MANAGER: lambda hole: (
        "Set `manager = true` for them in the organisation file, or let a manager take the shift."
    ),
    Lack.ALONE: lambda hole: (
        "Mark a second manager in the organisation file, or let somebody else take one of the "
        "two shifts."
    ),
}
"""What to do about each."""


def _ground(file: str | None) -> _Ground:
    if file is None:
        with opened_kit(settings_now()) as kit:
            return look(kit, _in_force)
    here = source(file)
    return _Ground(
        organisation=here.organisation,
        schedule=here.schedule,
        reach=None,
        now=here.now,
    )


def _in_force(work: Work) -> _Ground:
    return _Ground(organisation=work.org, schedule=work.schedule, reach=reach(work), now=work.now)


def _as_json(found: Sequence[Hole], start: datetime, end: datetime) -> str:
    told: dict[str, Any] = {
        "from": start.isoformat(),
        "to": end.isoformat(),
        "holes": [
            {
                "from": each.start.isoformat(),
                "to": each.end.isoformat(),
                "tier": each.tier,
                "rota": each.rota,
                "lack": each.lack.value,
                "people": list(each.people),
                "services": None if each.services is None else list(each.services),
                "reason": reason(each),
            }
            for each in found
        ],
    }
    return json.dumps(told, indent=2, ensure_ascii=False)
