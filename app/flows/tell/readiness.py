"""Readiness for a shift, told as it stands when it is said."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from app.chat.message import Message
from app.chat.words import oncall
from app.chat.words import readiness as words
from app.flows.readiness import readiness_of, shift_named
from app.flows.tell.names import who
from app.flows.work import Work


def not_ready(work: Work, facts: Mapping[str, Any]) -> Message | None:
    """To whoever has the shift; nothing where it is not theirs any more."""
    shift = shift_named(work, facts)
    if shift is None:
        return None
    found = readiness_of(work, shift.person, shift)
    return words.not_ready(found, shift.rota, shift.span.start)


def not_ready_manager(work: Work, facts: Mapping[str, Any]) -> Message | None:
    shift = shift_named(work, facts)
    if shift is None:
        return None
    found = readiness_of(work, shift.person, shift)
    person = who(work, shift.person)
    return words.not_ready_manager(
        found, person, shift.rota, datetime.fromisoformat(facts["start"])
    )


def pager_test(work: Work, facts: Mapping[str, Any]) -> Message:
    """To somebody whose pager another person tests."""
    return oncall.test_was_asked(who(work, facts["by"]))
