"""Gaps that were seen ahead, told as they stand."""

from collections.abc import Mapping
from typing import Any

from app.chat.message import Message
from app.chat.words import gaps as words
from app.flows.tell.names import everyone
from app.flows.work import Work
from storage import gaps
from storage.gaps import Gap


def gap_ahead(work: Work, facts: Mapping[str, Any]) -> Message | None:
    found = gaps.get(work.tx, facts["gap"])
    return words.gap_ahead(gap_facts(work, found)) if found else None


def gap_facts(work: Work, gap: Gap) -> words.GapFacts:
    names = [
        work.org.services[each].name for each in gap.services or () if each in work.org.services
    ]
    ended = gap.closed_at is not None
    return words.GapFacts(
        rota=gap.rota,
        tier=gap.tier,
        lack=gap.lack,
        services=names,
        people=everyone(work, gap.people),
        note=gap.note,
        start=gap.start_at,
        end=gap.end_at,
        closed=ended,
        over=bool(gap.closed_at and gap.end_at and gap.end_at <= gap.closed_at),
    )
