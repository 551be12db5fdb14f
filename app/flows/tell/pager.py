"""Who has the pager in the middle of a turn, told as the rota stands."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from app.chat.message import Message
from app.chat.words import pager as words
from app.flows.tell.names import who_if
from app.flows.work import Work
from app.rules import handover as rules


def pager_changed(work: Work, facts: Mapping[str, Any]) -> Message | None:
    """Of the turn in which it changed hands; None when the rota has no such turn any more."""
    since = datetime.fromisoformat(facts["since"])
    parts = list(_parts(work, facts["rota"], since))
    now = next((each for each in parts if each.start <= since < each.end), None)
    if now is None:
        return None
    return words.pager(
        facts["rota"],
        now,
        earlier=[each for each in parts if each.end <= now.start],
        later=[each for each in parts if each.start >= now.end],
    )


def _parts(work: Work, rota_id: str, at: datetime) -> Iterator[words.Part]:
    """What follows one another of one person's is one part."""
    shifts = list(rules.parts_of_turn(work.schedule, rota_id, at))
    while shifts:
        first, end = shifts[0], shifts[0].end
        while shifts and shifts[0].person == first.person:
            end = shifts.pop(0).end
        yield words.Part(
            who=who_if(work, first.person),
            start=first.start,
            end=end,
            instead_of=who_if(work, first.instead_of),
        )
