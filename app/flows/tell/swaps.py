"""Swaps, told as they stand."""

from collections.abc import Mapping
from typing import Any

from app.chat.message import Message
from app.chat.words import swap as words
from app.flows.tell.names import who, who_if
from app.flows.work import Work
from app.rules.organisation import Anchor, RotaId
from app.rules.swap import span_of
from storage import swaps
from storage.swaps import SwapState


def swap_asked(work: Work, facts: Mapping[str, Any]) -> Message | None:
    """To whoever is asked: accept, or say that one cannot."""
    found = swap_facts(work, facts["swap"])
    return words.asked(found) if found else None


def swap_told(work: Work, facts: Mapping[str, Any]) -> Message | None:
    """To either of the two: what became of it."""
    found = swap_facts(work, facts["swap"])
    return words.told(found) if found else None


def swap_undo_asked(work: Work, facts: Mapping[str, Any]) -> Message | None:
    """To the other of the two: back to how it was, or not."""
    found = swap_facts(work, facts["swap"])
    return words.undo_asked(found) if found else None


def swap_kept(work: Work, facts: Mapping[str, Any]) -> Message | None:
    """To whoever wanted it undone."""
    found = swap_facts(work, facts["swap"])
    return words.kept(found) if found else None


def swap_on_the_board(work: Work, facts: Mapping[str, Any]) -> Message | None:
    """In the on-call channel, of a swap that was made."""
    found = swap_facts(work, facts["swap"])
    return words.on_the_board(found) if found else None


def swap_facts(work: Work, swap_id: int) -> words.SwapFacts | None:
    """A swap with its shifts where the rota has them now."""
    swap = swaps.get(work.tx, swap_id)
    if swap is None:
        return None
    return words.SwapFacts(
        number=swap.id,
        rota=swap.rota,
        one=_half(work, swap.rota, Anchor(person=swap.person, day=swap.day)),
        other=_half(work, swap.rota, Anchor(person=swap.with_person, day=swap.with_day)),
        why=swap.why,
        standing=words.Standing(swap.state),
        undo_by=who_if(work, swap.undo_by if swap.state is SwapState.ACCEPTED else None),
    )


def _half(work: Work, rota: RotaId, anchor: Anchor) -> words.Half:
    span = span_of(work.schedule, rota, anchor)
    return words.Half(
        who=who(work, anchor.person),
        start=span.start if span else None,
        end=span.end if span else None,
    )
