"""What delivery found out while speaking, recorded in the transaction that ends the effect."""

from collections.abc import Sequence

from app.chat.client import Posted
from app.flows import speak
from app.flows.kinds import Kind
from app.flows.work import Work
from app.rules.incident import IncidentId
from app.rules.organisation import PersonId
from storage import escalations, handovers, held, incidents, participants, people, posts
from storage.effects import Lane


def channel_made(work: Work, incident_id: IncidentId, *, channel_id: str, name: str) -> None:
    """The incident has its channel, once and for ever; now it is dressed."""
    if incidents.adopt_channel(work.tx, incident_id, channel_id=channel_id, name=name):
        work.note(incident_id, "channel", channel=channel_id, name=name)
        speak.dress_channel(work, work.incident(incident_id))


def post_stands(
    work: Work, key: str, *, channel: str, ts: str, incident: IncidentId | None
) -> None:
    """From now on `key` is edited there; a card that stands is pinned."""
    posts.remember(work.tx, key, channel=channel, ts=ts, at=work.now, incident=incident)
    if key.startswith("card:"):
        work.ask(
            Kind.PIN,
            f"pin:{ts}",
            lane=Lane.ROOM,
            incident=incident,
            facts={"v": 1, "post": key},
        )


def delivered_digest(
    work: Work, key: str, incident_ids: Sequence[IncidentId], *, posted: Posted
) -> None:
    """What was held is delivered; the row says so, and the post says where."""
    posts.remember(work.tx, key, channel=posted.channel, ts=posted.ts, at=work.now, incident=None)
    held.delivered(work.tx, list(incident_ids), at=work.now)
    for incident_id in incident_ids:
        work.note(incident_id, "delivered_to_owner", channel=posted.channel)


def handover_posted(work: Work, handover_id: int, key: str, *, posted: Posted) -> None:
    posts.remember(work.tx, key, channel=posted.channel, ts=posted.ts, at=work.now, incident=None)
    handovers.change(work.tx, handover_id, posted_at=work.now)


def invited(work: Work, incident_id: IncidentId) -> frozenset[str]:
    """The Slack accounts that belong in the incident's channel: in it, or paged for it."""
    wanted: set[PersonId] = {each.person for each in participants.list_of(work.tx, incident_id)}
    wanted |= {page.person for page in escalations.list_pages(work.tx, incident_id)}
    found = (slack_account(work, person) for person in wanted)
    return frozenset(each for each in found if each)


def slack_account(work: Work, person: PersonId) -> str | None:
    """A person's Slack id: as the directory says, or as the organisation file names it."""
    account = people.get(work.tx, person)
    if account is not None and account.slack_id:
        return account.slack_id
    named = work.org.people.get(person)
    return named.slack_id if named else None
