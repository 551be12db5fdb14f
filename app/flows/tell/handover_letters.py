"""Letters about a handover, told as things stand when they are said."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from app.chat.message import Message
from app.chat.words import handover as words
from app.chat.words import handover_letters as letters
from app.chat.words.handover_letters import Side
from app.flows.tell.handover import draft_of, facts_of, until_of
from app.flows.tell.names import who_if
from app.flows.work import Work
from app.rules import handover as rules
from app.rules.handover import Change
from app.rules.organisation import PersonId
from storage import handovers


def soon(work: Work, facts: Mapping[str, Any]) -> Message | None:
    """To both, two days before; to somebody who is neither any more, that it is not theirs."""
    found = _soon(work, facts)
    return letters.soon(found) if found else None


def manager_change(work: Work, facts: Mapping[str, Any]) -> Message | None:
    """To both managers, at their boundary."""
    found = _soon(work, facts)
    return letters.manager_change(found) if found else None


def draft(work: Work, facts: Mapping[str, Any]) -> Message | None:
    """To the outgoing person; afterwards that it is posted."""
    change, boundary = _change(work, facts)
    made = handovers.find(work.tx, facts["rota"], boundary)
    outgoing = made.outgoing if made else change.outgoing if change else None
    if outgoing != facts["reader"]:
        return words.not_yours(facts["rota"], boundary, outgoing=who_if(work, outgoing))
    if made is not None:
        return words.posted(facts_of(work, made))
    return words.draft(draft_of(work, change)) if change else None


def press(work: Work, facts: Mapping[str, Any]) -> Message | None:
    """To the incoming person."""
    found = _press(work, facts["handover"])
    return letters.press(found) if found else None


def missed(work: Work, facts: Mapping[str, Any]) -> Message | None:
    """To the managers."""
    found = _press(work, facts["handover"])
    return letters.missed(found) if found else None


def _soon(work: Work, facts: Mapping[str, Any]) -> letters.Soon | None:
    change, boundary = _change(work, facts)
    if change is None:
        return None
    return letters.Soon(
        rota=change.rota,
        boundary=boundary,
        until=change.until,
        outgoing=who_if(work, change.outgoing),
        incoming=who_if(work, change.incoming),
        side=_side(change, facts["reader"]),
        is_over=boundary <= work.now,
    )


def _press(work: Work, number: int) -> letters.Press | None:
    made = handovers.get(work.tx, number)
    if made is None:
        return None
    return letters.Press(
        number=made.id,
        rota=made.rota,
        boundary=made.boundary,
        until=until_of(work, made),
        incoming=who_if(work, made.incoming),
        accepted_by=who_if(work, made.accepted_by),
    )


def _change(work: Work, facts: Mapping[str, Any]) -> tuple[Change | None, datetime]:
    boundary = datetime.fromisoformat(facts["boundary"])
    return rules.change_at(work.schedule, facts["rota"], boundary), boundary


def _side(change: Change, reader: PersonId) -> Side:
    gives, takes = reader == change.outgoing, reader == change.incoming
    if gives and takes:
        return Side.BOTH
    return Side.OUTGOING if gives else Side.INCOMING if takes else Side.NONE
