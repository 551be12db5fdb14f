"""Moved shifts, told as they were moved."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from app.chat.message import Message
from app.chat.words import moved as words
from app.flows.work import Work


def shifts_moved(work: Work, facts: Mapping[str, Any]) -> Message:
    """To whoever loses or gains them, each with its place in their own zone."""
    return words.shifts_moved(
        words.Cause(facts["cause"]), lost=_spans(facts["lost"]), gained=_spans(facts["gained"])
    )


def _spans(told: Sequence[Sequence[str]]) -> list[words.Span]:
    return [
        words.Span(rota=rota, start=datetime.fromisoformat(start), end=datetime.fromisoformat(end))
        for rota, start, end in told
    ]
