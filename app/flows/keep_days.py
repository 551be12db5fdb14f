"""Daily, from team to team: each owning team's morning digest when there is something, and in the
evening what it leaves open (product.md 6, 18, 19 and 27)."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from app.flows import correspond
from app.flows.hold import digest_key
from app.flows.kinds import Kind
from app.flows.work import Work
from app.rules import calendar
from app.rules.organisation import Team, TeamId
from storage import effects, follow_ups, held, incidents
from storage.effects import Lane

MORNING, EVENING = "morning", "evening"
INSTANT = timedelta(microseconds=1)


def plan_days(work: Work) -> None:
    """Make sure that every team's next opening and closing have their waits. They are rows, so a
    Baton that was down then finds them due when it is back."""
    for team, what, at in _moments(work):
        facts = {"team": team.id, "at": at.isoformat()}
        correspond.remind_at(work, at, what, about=f"{team.id}:{at.isoformat()}", **facts)


def are_days_planned(work: Work) -> bool:
    """Only reads, so that it may be asked every second."""
    keys = [
        correspond.reminder_key(what, f"{team.id}:{at.isoformat()}", at)
        for team, what, at in _moments(work)
    ]
    return effects.were_all_asked(work.tx, keys)


def begin_day(work: Work, facts: Mapping[str, Any]) -> None:
    """A team opens: its digest is asked for when there is something. What was held has asked for
    the same one already, so that there is one of each opening."""
    team, at = work.org.teams.get(facts["team"]), datetime.fromisoformat(facts["at"])
    if team is None or not _opens(team, at) or not is_anything_for(work, team.id):
        return
    work.ask(
        Kind.DIGEST,
        digest_key(team.id, at),
        lane=Lane.CHAT,
        facts={"v": 1, "team": team.id, "at": at.isoformat()},
    )


def end_day(work: Work, facts: Mapping[str, Any]) -> None:
    """A team closes: what it leaves open is told, if it leaves anything."""
    team, at = work.org.teams.get(facts["team"]), datetime.fromisoformat(facts["at"])
    if team is None or not _closes(team, at):
        return
    if not incidents.list_of(work.tx, services_of(work, team.id), limit=1):
        return
    work.ask(
        Kind.EVENING,
        f"evening:{team.id}:{at:%Y-%m-%dT%H:%M}",
        lane=Lane.CHAT,
        facts={"v": 1, "team": team.id, "at": at.isoformat()},
    )


def is_anything_for(work: Work, team: TeamId) -> bool:
    """Whether the morning has something to say to a team."""
    return bool(
        held.list_waiting(work.tx, team)
        or follow_ups.list_owed_by(work.tx, team, limit=1)
        or incidents.list_of(work.tx, services_of(work, team), resolved=True, limit=1)
    )


def services_of(work: Work, team: TeamId) -> list[str]:
    return [each.id for each in work.org.services.values() if each.team == team]


def _moments(work: Work) -> Iterator[tuple[Team, str, datetime]]:
    """The next opening and the next closing of every team that has hours at all."""
    for team in work.org.teams.values():
        hours = team.working_hours
        if not hours.days or hours.start == hours.end:
            continue
        opening = calendar.next_opening(hours, work.now)
        yield team, MORNING, opening
        is_open = calendar.is_working(hours, work.now)
        yield team, EVENING, calendar.next_change(hours, work.now if is_open else opening)


def _opens(team: Team, at: datetime) -> bool:
    """Unless its hours were changed since the wait was planned."""
    working = calendar.working_interval(team.working_hours, at)
    return working is not None and working.start == at


def _closes(team: Team, at: datetime) -> bool:
    hours = team.working_hours
    return calendar.is_working(hours, at - INSTANT) and not calendar.is_working(hours, at)
