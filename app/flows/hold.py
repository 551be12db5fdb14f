"""What wakes nobody: to the owner's channel in hours, held for the morning out of hours."""

from datetime import datetime

from app.flows.kinds import Kind
from app.flows.work import Work
from app.rules import calendar
from app.rules.incident import Incident
from app.rules.organisation import Team, TeamId
from storage import held, posts
from storage.effects import Lane


def hand_to_owner(work: Work, incident: Incident) -> None:
    """Tell the owner now, or hold it for their next opening (product.md 6).

    It is news each time, also of an incident that came back: an edit of the old notice, far up in
    the channel, would be silence.
    """
    posts.forget(work.tx, f"notice:{incident.id}")
    team = _owner(work, incident)
    if team is None or calendar.is_working(team.working_hours, work.now):
        work.ask_again(
            Kind.NOTICE,
            f"notice:{incident.id}",
            lane=Lane.CHAT,
            incident=incident.id,
            facts={"v": 1},
        )
        return
    opening = calendar.next_opening(team.working_hours, work.now)
    held.hold(work.tx, incident.id, team=team.id, since=work.now, until=opening)
    # Again, because a digest of this very minute may have been read a moment ago.
    work.ask_again(
        Kind.DIGEST,
        digest_key(team.id, opening),
        lane=Lane.CHAT,
        due=opening,
        facts={"v": 1, "team": team.id, "at": opening.isoformat()},
    )
    work.note(incident.id, "held", team=team.id, until=opening.isoformat())


def digest_key(team: TeamId, opening: datetime) -> str:
    """The one digest of a team's opening."""
    return f"digest:{team}:{opening:%Y-%m-%dT%H:%M}"


def _owner(work: Work, incident: Incident) -> Team | None:
    service = work.org.services.get(incident.service) if incident.service else None
    return work.org.teams.get(service.team) if service else None
