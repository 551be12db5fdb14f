"""Nobody said *I have the pager*: the incoming person is reminded, then the managers are told.
The pager moved on time in any case (product.md 27)."""

from collections.abc import Mapping
from typing import Any

from app.chat.words import handover_letters as words
from app.flows import correspond
from app.flows.tell_quietly import tell_quietly
from app.flows.work import Work
from storage import handovers
from storage.handovers import Handover


def remind_of_press(work: Work, facts: Mapping[str, Any]) -> None:
    """A quarter of an hour after the boundary."""
    made = _missed(work, facts)
    if made is not None and made.incoming is not None:
        correspond.write(
            work, made.incoming, "handover_press", about=str(made.id), handover=made.id
        )
        tell_quietly(
            work, made.incoming, f"press:{made.id}", title=words.PRESS_TITLE, what=words.PRESS_TEXT
        )


def tell_missed_press(work: Work, facts: Mapping[str, Any]) -> None:
    """Half an hour after it, to the manager tier."""
    made = _missed(work, facts)
    if made is None:
        return
    work.audit("press_missed", f"handover:{made.id}", by="baton", incoming=made.incoming)
    for each in work.org.people.values():
        if each.manager:
            correspond.write(work, each.id, "handover_missed", about=str(made.id), handover=made.id)


def _missed(work: Work, facts: Mapping[str, Any]) -> Handover | None:
    """The handover, if its press is still wanted: not when somebody else took the shift by their
    own act meanwhile, nor when there was another boundary since."""
    made = handovers.get(work.tx, facts["handover"])
    if made is None or made.accepted_at is not None:
        return None
    latest = handovers.latest(work.tx, made.rota)
    serving = work.schedule.on_duty(made.rota, work.now).person
    is_over = latest is not None and latest.id != made.id
    return None if is_over or serving != made.incoming else made
