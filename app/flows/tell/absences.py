"""Absences, told as they stand."""

from collections.abc import Mapping
from typing import Any

from app.chat.message import Message
from app.chat.words import away as words
from app.flows.tell.names import who
from app.flows.work import Work
from storage import leaves


def away_for_you(work: Work, facts: Mapping[str, Any]) -> Message | None:
    """To whoever is away, where somebody else entered it or took it back."""
    leave = leaves.get(work.tx, facts["leave"])
    if leave is None:
        return None
    return words.entered_for_you(
        who(work, facts["by"]), leave.start_at, leave.end_at, stands=leave.withdrawn_at is None
    )
