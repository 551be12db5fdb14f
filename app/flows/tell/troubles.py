"""Gaps in the rota and Baton's own trouble, told in the engineering channel."""

from collections.abc import Mapping
from typing import Any

from app.chat.message import Message
from app.chat.words import gap as gap_words
from app.chat.words import trouble as trouble_words
from app.flows.kinds import Kind
from app.flows.tell.names import everyone
from app.flows.work import Work
from app.rules import routing
from app.rules.incident import State
from app.rules.organisation import PersonId
from storage import escalations, incidents

MOST_TO_CALL = 2


def gap(work: Work, facts: Mapping[str, Any]) -> Message | None:
    """`gap`: what is missing; `incident`, optionally: the one that was being paged for."""
    return gap_words.gap(facts["gap"], incident=_key(facts))


def alarm(work: Work, facts: Mapping[str, Any]) -> Message | None:
    """`what` failed: a kind of effect, or a sentence; optionally the `problem` in the words of
    what failed, its `incident`, and the `page` that did not get out.

    Where a page did not get out and nobody has the incident, it names managers to telephone.
    """
    page = escalations.get_page(work.tx, facts["page"]) if facts.get("page") else None
    unreached = [page.person] if page else []
    return trouble_words.trouble(
        trouble_words.TroubleFacts(
            what=facts["what"],
            problem=facts.get("problem", ""),
            incident=_key(facts),
            unreached=everyone(work, unreached),
            call=everyone(work, _to_call(work, facts, unreached)),
        )
    )


def _to_call(work: Work, facts: Mapping[str, Any], unreached: list[PersonId]) -> list[PersonId]:
    incident = incidents.get(work.tx, facts["incident"]) if facts.get("incident") else None
    if facts["what"] != Kind.RING or incident is None or incident.state is not State.TRIGGERED:
        return []
    order = routing.manager_order(work.org, work.schedule, work.now)
    return [person for person in order if person not in unreached][:MOST_TO_CALL]


def _key(facts: Mapping[str, Any]) -> str | None:
    return f"INC-{facts['incident']}" if facts.get("incident") else None
