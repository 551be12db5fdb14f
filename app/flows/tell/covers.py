"""Cover requests and taken shifts, told as they stand."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from app.chat.message import Message
from app.chat.words import cover as words
from app.flows.cover import open_parts
from app.flows.tell.names import who, who_if
from app.flows.work import Work
from storage import covers, overrides
from storage.covers import Answer, CoverState


def asked(work: Work, facts: Mapping[str, Any]) -> Message | None:
    """To somebody in the pool: take it, take a part, or say that one cannot."""
    found = told(work, facts["request"], reader=facts["reader"])
    return words.asked(found) if found else None


def reminder(work: Work, facts: Mapping[str, Any]) -> Message | None:
    """Nothing when it was taken in the meantime."""
    found = told(work, facts["request"], reader=facts["reader"])
    if found is None or not found.is_open or found.cannot:
        return None
    return words.reminder(found)


def taken(work: Work, facts: Mapping[str, Any]) -> Message | None:
    """To whoever asked: who has what, and what is left."""
    found = told(work, facts["request"])
    return words.taken(found) if found else None


def still_open(work: Work, facts: Mapping[str, Any]) -> Message | None:
    """To the managers, a day before."""
    found = told(work, facts["request"])
    return words.still_open(found) if found and found.is_open else None


def asked_for_you(work: Work, facts: Mapping[str, Any]) -> Message | None:
    """To somebody for whom a manager acted."""
    found = told(work, facts["request"])
    return words.asked_for_you(found) if found else None


def on_the_board(work: Work, facts: Mapping[str, Any]) -> Message | None:
    """In the on-call channel, where everybody sees how it stands."""
    found = told(work, facts["request"])
    return words.on_the_board(found) if found else None


def shift_taken(work: Work, facts: Mapping[str, Any]) -> Message | None:
    """To whoever had the shift."""
    return words.shift_taken(
        who(work, facts["person"]),
        before=who_if(work, facts["before"]),
        rota=facts["rota"],
        start=datetime.fromisoformat(facts["start"]),
        end=datetime.fromisoformat(facts["end"]),
        by=who(work, facts["by"]) if facts["by"] in work.org.people else None,
    )


def told(work: Work, request_id: int, *, reader: str | None = None) -> words.CoverFacts | None:
    """A request as it stands, for anybody; with what `reader` said of it."""
    request = covers.get(work.tx, request_id)
    if request is None:
        return None
    takers = overrides.of_request(work.tx, request.id)
    answers = covers.answers_of(work.tx, request.id) if reader else {}
    return words.CoverFacts(
        number=request.id,
        rota=request.rota,
        who=who(work, request.person),
        start=request.start_at,
        end=request.end_at,
        why=request.why,
        is_open=request.state is CoverState.OPEN and request.end_at > work.now,
        withdrawn=request.state is CoverState.WITHDRAWN,
        taken=[
            words.Part(who=who(work, each.person), start=each.start, end=each.end)
            for each in takers
        ],
        left=[(part.start, part.end) for part in open_parts(work, request)],
        cannot=bool(reader) and answers.get(reader or "") is Answer.CANNOT,
    )
