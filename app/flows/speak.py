"""What an incident must say in Slack: asked here, spoken by delivery, each repeatable."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from app.chat.words.escape import is_web_address
from app.flows import correspond
from app.flows.kinds import Kind
from app.flows.work import Work
from app.rules.incident import Incident, IncidentId, State
from storage import effects, escalations
from storage.effects import Lane

CARD_SECONDS = 3
"""So long a card waits for more alerts before it tells of them."""


def open_channel(work: Work, incident: Incident) -> None:
    """Channel and announcement are siblings: neither waits for the other, nor a page for them."""
    work.ask(
        Kind.CHANNEL, f"channel:{incident.id}", lane=Lane.ROOM, incident=incident.id, facts={"v": 1}
    )
    refresh_announcement(work, incident)


def open_channel_again(work: Work, incident: Incident) -> None:
    """For one that had none when it ended, because Slack was away; no second one is ever made."""
    if incident.channel_id is None:
        _tell(work, incident, Kind.CHANNEL, lane=Lane.ROOM)


def call_team(work: Work, incident: Incident) -> None:
    """Call the channel of the owning team, which has no rota (product.md 2)."""
    work.ask(Kind.CALL, f"call:{incident.id}", lane=Lane.CHAT, incident=incident.id, facts={"v": 1})


def refresh(work: Work, incident: Incident) -> None:
    """Its state, severity or holder changed: everything that stands in Slack about it follows."""
    refresh_posts(work, incident)
    if incident.channel_id is not None:
        _tell(work, incident, Kind.TOPIC, lane=Lane.ROOM)


def refresh_posts(work: Work, incident: Incident) -> None:
    """Something else changed: what we edit follows, and the last telling wins.

    The topic says nothing of that, and setting it would write a line in the channel all the same
    (product.md 15).
    """
    if not incident.severity.wakes and incident.channel_id is None:
        refresh_notice(work, incident)
        return
    refresh_announcement(work, incident)
    refresh_silence(work, incident)
    refresh_card(work, incident)


def refresh_notice(work: Work, incident: Incident) -> None:
    """A notice that was posted is edited; what is held for the morning stays unsaid until then."""
    if effects.was_asked(work.tx, f"{Kind.NOTICE}:{incident.id}"):
        _tell(work, incident, Kind.NOTICE)


def refresh_silence(work: Work, incident: Incident) -> None:
    """ "Nobody has answered" becomes who did, once somebody has."""
    if incident.state is State.TRIGGERED:
        return
    escalation = escalations.newest_of(work.tx, incident.id)
    if escalation is None:
        return
    key = f"nobody_answered:{escalation.id}"
    if effects.was_asked(work.tx, key):
        work.ask_again(
            Kind.NOBODY_ANSWERED,
            key,
            lane=Lane.CHAT,
            incident=incident.id,
            facts=effects.facts_of(work.tx, key),
        )


def refresh_card(work: Work, incident: Incident) -> None:
    if incident.channel_id is not None:
        _tell(work, incident, Kind.CARD)


def refresh_cards(work: Work, incidents: Sequence[IncidentId]) -> None:
    """`refresh_card` for several incidents that have their channels, soon rather than at once: in
    a storm one edit tells what many alerts changed."""
    due = work.now + timedelta(seconds=CARD_SECONDS)
    work.ask_again_all(Kind.CARD, incidents, lane=Lane.CHAT, due=due, facts={"v": 1})


def refresh_announcement(work: Work, incident: Incident) -> None:
    """And its copies: whoever looks on in the out-of-hours shift is told what is announced, and
    rung by nothing (product.md 22)."""
    _tell(work, incident, Kind.ANNOUNCEMENT)
    if not incident.out_of_hours:
        return
    for person in work.schedule.shadowing(work.org.out_of_hours_rota, work.now):
        about = f"INC-{incident.id}"
        correspond.write(work, person, "incident_copy", about=about, incident=incident.id)


def dress_channel(work: Work, incident: Incident) -> None:
    """Once the channel exists: the people paged, card (which is then pinned), topic, bookmarks.

    Slack bookmarks only what a browser opens; a runbook that is a path stands on the card.
    """
    invite(work, incident)
    refresh(work, incident)
    for name, link in (("Runbook", incident.runbook), ("Dashboard", incident.dashboard)):
        if link and is_web_address(link):
            work.ask(
                Kind.BOOKMARK,
                f"bookmark:{incident.id}:{name.lower()}",
                lane=Lane.ROOM,
                incident=incident.id,
                facts={"v": 1, "title": name, "link": link},
            )


def invite(work: Work, incident: Incident) -> None:
    """Bring everybody who is in it or was paged into the channel."""
    if incident.channel_id is not None:
        _tell(work, incident, Kind.INVITE, lane=Lane.ROOM)


def say(
    work: Work, incident: Incident, what: str, *, key: str, thread: bool = False, **facts: Any
) -> None:
    """One message in the incident's channel, once; `what` names the text in app.chat.words."""
    work.ask(
        Kind.SAY,
        f"say:{incident.id}:{key}",
        lane=Lane.CHAT,
        incident=incident.id,
        facts={"v": 1, "what": what, "thread": thread, **facts},
    )


def _tell(work: Work, incident: Incident, kind: Kind, *, lane: Lane = Lane.CHAT) -> None:
    """One thing of each kind stands for an incident; its last telling wins."""
    work.ask_again(kind, f"{kind}:{incident.id}", lane=lane, incident=incident.id, facts={"v": 1})
