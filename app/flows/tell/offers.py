"""What moved with the pager, told to whoever had it."""

from collections.abc import Mapping
from typing import Any

from app.chat.message import Message
from app.chat.words import offer as words
from app.flows.tell.names import who
from app.flows.work import Work
from storage import incidents


def taken_over(work: Work, facts: Mapping[str, Any]) -> Message | None:
    """None for no such incident."""
    incident = incidents.get(work.tx, facts["incident"])
    return words.taken_over(incident, who(work, facts["by"])) if incident else None
