"""Close: root-caused, follow-ups noted; refused without either (product.md 18)."""

from datetime import datetime

from app.chat.words.missing import how_to_give
from app.flows import speak
from app.flows.admit import Act, Caller, admit
from app.flows.work import Refused, Work
from app.rules import calendar
from app.rules.incident import (
    FollowUp,
    FollowUpKind,
    Incident,
    IncidentId,
    State,
    missing_to_close,
)
from app.rules.organisation import TeamId
from storage import follow_ups, incidents

TEXT_LIMIT = 2900


def close(work: Work, incident_id: IncidentId, *, by: Caller) -> Incident:
    """Close a resolved incident whose two gates are met. Repeated presses are success."""
    person = admit(work, by, Act.CLOSE, subject=f"INC-{incident_id}")
    incident = work.incident(incident_id)
    if incident.state is State.CLOSED:
        return incident
    if incident.state is not State.RESOLVED:
        raise Refused(
            f"{incident.key} is {incident.state}. Resolve it first: `/inc resolve`.",
            act=Act.CLOSE,
            subject=incident.key,
            by=person,
        )
    missing = missing_to_close(incident, len(follow_ups.list_of(work.tx, incident_id)))
    if missing:
        wanted = " and ".join(how_to_give(missing))
        raise Refused(
            f"{incident.key} is resolved and not closed yet: it still needs {wanted}.",
            act=Act.CLOSE,
            subject=incident.key,
            by=person,
        )
    if incidents.move(
        work.tx, incident_id, State.RESOLVED, State.CLOSED, ended_by=person, ended_at=work.now
    ):
        work.note(incident_id, "closed", by=person)
        speak.refresh(work, work.incident(incident_id))
    return work.incident(incident_id)


def set_root_cause(work: Work, incident_id: IncidentId, text: str, *, by: Caller) -> Incident:
    """The first gate. It may be corrected until the close."""
    person = admit(work, by, Act.ROOT_CAUSE, subject=f"INC-{incident_id}")
    incident = _not_ended(work, incident_id)
    text = text.strip()[:TEXT_LIMIT]
    if not text:
        raise Refused("Say what caused it: `/inc rootcause the disk of the loader was full`.")
    incidents.change(work.tx, incident_id, root_cause=text)
    work.note(incident_id, "root_cause", by=person, text=text)
    speak.refresh_posts(work, work.incident(incident_id))
    return incident


def add_follow_up(
    work: Work,
    incident_id: IncidentId,
    text: str,
    *,
    by: Caller,
    team: TeamId | None = None,
    none_because: bool = False,
) -> FollowUp:
    """The second gate: work for a team (by default the owning one), or "none, because"."""
    person = admit(work, by, Act.FOLLOW_UP, subject=f"INC-{incident_id}")
    incident = _not_ended(work, incident_id)
    text = text.strip()[:TEXT_LIMIT]
    if not text:
        raise Refused(
            "Say what is to be done: `/inc followup alert on the disk at 80 %`, or why "
            "nothing is: `/inc followup none because …`."
        )
    if team is not None and team not in work.org.teams:
        known = ", ".join(sorted(work.org.teams))
        raise Refused(f"There is no team called {team}. Known: {known}.")
    service = work.org.services.get(incident.service) if incident.service else None
    owner = team or (service.team if service else None)
    added = follow_ups.add(
        work.tx,
        incident=incident_id,
        text=text,
        by=person,
        at=work.now,
        kind=FollowUpKind.NONE_BECAUSE if none_because else FollowUpKind.WORK,
        team=owner,
        due=None if none_because else _due(work, incident, owner),
    )
    work.note(incident_id, "follow_up", by=person, text=text, team=added.team, none=none_because)
    speak.refresh_posts(work, work.incident(incident_id))
    return added


def _due(work: Work, incident: Incident, team: TeamId | None) -> datetime | None:
    """After an out-of-hours incident: by the end of the team's next working day, at whose start
    it is told (product.md 19)."""
    owner = work.org.teams.get(team) if team else None
    if owner is None or not incident.out_of_hours:
        return None
    hours = owner.working_hours
    is_open = calendar.is_working(hours, work.now)
    return calendar.next_change(
        hours, work.now if is_open else calendar.next_opening(hours, work.now)
    )


def _not_ended(work: Work, incident_id: IncidentId) -> Incident:
    incident = work.incident(incident_id)
    if incident.state in (State.CLOSED, State.CANCELLED, State.MERGED):
        raise Refused(f"{incident.key} is {incident.state}; `/inc reopen` it to change its record.")
    return incident
