"""Swap: two people exchange a whole shift each, and the swap follows the shifts when the rota is
edited (product.md 24). Nothing changes before the other has accepted."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from app.flows import correspond
from app.flows.admit import Act, Caller, Operator, admit, is_manager
from app.flows.serving import acting_for, expect_able, rota_of
from app.flows.work import Refused, Work
from app.rules.organisation import Anchor, PersonId, Rota, RotaId
from app.rules.swap import WholeTurn, span_of, whole_turns
from storage import covers, overrides, schedule_marks, swaps
from storage.swaps import Swap, SwapState

AHEAD = timedelta(weeks=26)
"""So far ahead shifts are swapped."""
MOST_WHY = 300


def propose_swap(
    work: Work,
    rota_id: RotaId,
    mine: date,
    theirs: Anchor,
    *,
    by: Caller,
    person: PersonId | None = None,
    why: str = "",
) -> Swap:
    """Ask somebody to take one's shift that begins on the day `mine`, for `theirs`. They alone are
    asked, in private."""
    subject = f"rota:{rota_id}"
    who, giver = acting_for(work, by, person, subject=subject)
    rota = rota_of(work, rota_id, by=who)
    own = Anchor(person=giver, day=mine)
    turns = _expect_possible(work, rota, own, theirs)
    wanted = {(rota.id, own.person, own.day), (rota.id, theirs.person, theirs.day)}
    if any(each.turns == wanted for each in swaps.list_proposed(work.tx)):
        raise Refused("This swap is proposed already and waits for an answer. Nothing was changed.")
    swap = swaps.add(
        work.tx,
        rota=rota.id,
        person=giver,
        day=mine,
        with_person=theirs.person,
        with_day=theirs.day,
        why=why.strip()[:MOST_WHY],
        made_at=work.now,
        made_by=who,
    )
    work.audit("swap_proposed", _subject(swap.id), by=who, why=swap.why, **_told(swap))
    _write(work, swap.with_person, "swap_asked", swap)
    if who != giver:
        _write(work, giver, "swap_told", swap)
    until = min(turn.span.start for turn in turns)
    correspond.remind_at(work, until, "swap", about=str(swap.id), swap=swap.id)
    return swap


def accept_swap(work: Work, swap_id: int, *, by: Caller) -> Swap:
    """Both shifts change hands at once. Pressed twice it is one swap; a shift that is not its
    owner's any more is a refusal, and nothing of it is done."""
    swap, who = _hold(work, swap_id, by, answering=True)
    if swap.state is SwapState.ACCEPTED:
        return swap
    _expect_waiting(swap)
    rota = rota_of(work, swap.rota, by=who)
    given, taken = _expect_possible(work, rota, _first(swap), _second(swap))
    swaps.answer(work.tx, swap.id, SwapState.ACCEPTED, at=work.now, by=who)
    for taker, turn in ((swap.with_person, given), (swap.person, taken)):
        overrides.add(
            work.tx,
            rota=swap.rota,
            slot=turn.slot,
            person=taker,
            start=turn.span.start,
            end=turn.span.end,
            why=f"swapped with {turn.person}",
            at=work.now,
            by=who,
            of=turn.anchor,
            swap=swap.id,
        )
    made = replace(swap, state=SwapState.ACCEPTED)
    work.audit("swap_accepted", _subject(swap.id), by=who, **_told(swap))
    _end_the_others(work, made)
    _tell(work, made, but=who)
    correspond.post(work, "swap", about=str(swap.id), swap=swap.id)
    return made


def decline_swap(work: Work, swap_id: int, *, by: Caller) -> Swap:
    """Nothing changes, and whoever asked is told so."""
    swap, who = _hold(work, swap_id, by, answering=True)
    if swap.state is SwapState.DECLINED:
        return swap
    return _end(work, swap, SwapState.DECLINED, who)


def withdraw_swap(work: Work, swap_id: int, *, by: Caller) -> Swap:
    """Before there is an answer; what was made is undone instead."""
    swap, who = _hold(work, swap_id, by, answering=False)
    if swap.state is SwapState.WITHDRAWN:
        return swap
    return _end(work, swap, SwapState.WITHDRAWN, who)


def undo_swap(work: Work, swap_id: int, *, by: Caller) -> Swap:
    """A swap that was made goes back when both of them say so, or a manager does; not once one of
    the shifts has begun. The first of the two who asks has asked the other."""
    who = admit(work, by, Act.ROTA, subject=_subject(swap_id))
    swap = _current(work, swap_id)
    if swap.state is SwapState.UNDONE:
        return swap
    if swap.state is not SwapState.ACCEPTED:
        raise Refused("This swap was not made, so there is nothing to undo. Nothing was changed.")
    party = who in (swap.person, swap.with_person)
    if not party and not isinstance(by, Operator) and not is_manager(work, who):
        raise Refused(
            f"Only {swap.person}, {swap.with_person} or a manager can undo this swap. Nothing was "
            "changed."
        )
    _refuse_begun(work, swap)
    if party and swap.undo_by in (None, who):
        return _ask_undo(work, swap, who)
    _refuse_cover(work, swap.rota, swap.with_person, _first(swap))
    _refuse_cover(work, swap.rota, swap.person, _second(swap))
    overrides.call_off(work.tx, overrides.of_swap(work.tx, swap.id), by=who)
    swaps.undo(work.tx, swap.id)
    undone = replace(swap, state=SwapState.UNDONE)
    work.audit("swap_undone", _subject(swap.id), by=who, **_told(swap))
    _tell(work, undone, but=who)
    correspond.post(work, "swap", about=str(swap.id), swap=swap.id)
    return undone


def keep_swap(work: Work, swap_id: int, *, by: Caller) -> Swap:
    """The other wanted it undone; it stands."""
    who = admit(work, by, Act.ROTA, subject=_subject(swap_id))
    swap = _current(work, swap_id)
    asked_by = swap.undo_by
    if asked_by is None or swap.state is not SwapState.ACCEPTED:
        return swap
    acting_for(work, by, swap.other(asked_by), subject=_subject(swap_id))
    swaps.ask_undo(work.tx, swap.id, by=None)
    work.audit("swap_kept", _subject(swap.id), by=who)
    _write(work, asked_by, "swap_kept", swap)
    _refresh(work, replace(swap, undo_by=None))
    return swap


def end_swaps_of(work: Work, rota_id: RotaId, person: PersonId, *, by: PersonId) -> None:
    """Somebody leaves the rota: what waits for an answer is over, and of what was made each shift
    that has not begun goes back, for the one that it was swapped for may never come."""
    for swap in swaps.list_of(work.tx, rota_id, person):
        if swap.state is SwapState.PROPOSED:
            _end(work, swap, SwapState.PASSED, "baton")
            continue
        given = overrides.of_swap_by_turn(work.tx, swap.id)
        spans = {anchor: span_of(work.schedule, rota_id, anchor) for anchor in given}
        coming = [a for a, span in spans.items() if span is None or span.start > work.now]
        overrides.call_off(work.tx, [given[each] for each in coming], by=by)
        if coming and len(coming) == len(given) and swaps.undo(work.tx, swap.id):
            work.audit("swap_undone", _subject(swap.id), by=by, **_told(swap))
            _tell(work, replace(swap, state=SwapState.UNDONE), but=by)
            correspond.post(work, "swap", about=str(swap.id), swap=swap.id)


def remind_of_swap(work: Work, facts: Mapping[str, Any]) -> None:
    """The first of the two shifts begins: what was not answered by then is over."""
    swap = swaps.get(work.tx, facts["swap"], hold=True)
    if swap is not None and swap.state is SwapState.PROPOSED:
        _end(work, swap, SwapState.PASSED, "baton")


# ── what stands in the way ────────────────────────────────────────────────────────────────────
def _expect_possible(
    work: Work, rota: Rota, one: Anchor, other: Anchor
) -> tuple[WholeTurn, WholeTurn]:
    """Both turns as they stand now; refused unless each can be the other's."""
    if one.person == other.person:
        raise Refused("Both shifts are the same person's. A swap is between two people.")
    first, second = _turn(work, rota.id, one), _turn(work, rota.id, other)
    for turn, taker, given in ((first, other.person, second), (second, one.person, first)):
        expect_able(work, rota, taker, turn.span.start)
        _refuse_twice(work, rota, turn, taker, given)
        _refuse_cover(work, rota.id, turn.person, turn.anchor)
    return first, second


def _turn(work: Work, rota_id: RotaId, wanted: Anchor) -> WholeTurn:
    found = whole_turns(work.schedule, rota_id, work.now, work.now + AHEAD)
    for turn in found:
        if turn.anchor == wanted and turn.span.start > work.now:
            return turn
    raise Refused(
        f"{wanted.person} has no whole shift of {rota_id} to come that begins on "
        f"{wanted.day:%d %B}. One that runs, or is covered, taken or swapped in part, cannot be "
        "swapped: `/oncall cover` asks for cover of it, `/oncall take` takes it. Nothing was "
        "changed."
    )


def _refuse_twice(
    work: Work, rota: Rota, turn: WholeTurn, taker: PersonId, given: WholeTurn
) -> None:
    """Nobody has two places of a rota at once."""
    for shift in work.schedule.everyones_shifts(rota.id, turn.span.start, turn.span.end):
        is_given = (shift.turn, shift.slot) == (given.span, given.slot)
        if shift.person == taker and not is_given:
            raise Refused(
                f"{taker} serves on {rota.id} in that time already, in another place. Nothing was "
                "changed."
            )


def _refuse_cover(work: Work, rota_id: RotaId, person: PersonId, anchor: Anchor) -> None:
    span = span_of(work.schedule, rota_id, anchor)
    for each in covers.list_open(work.tx):
        mine = span is not None and (each.rota, each.person) == (rota_id, person)
        if mine and span and each.start_at < span.end and span.start < each.end_at:
            raise Refused(
                f"{person} asks for cover of this shift. Withdraw that first; nothing was changed."
            )


def _refuse_begun(work: Work, swap: Swap) -> None:
    spans = [span_of(work.schedule, swap.rota, each) for each in (_first(swap), _second(swap))]
    if any(span is not None and span.start <= work.now for span in spans):
        raise Refused(
            "One of the two shifts has begun, so the swap stands. `/oncall take` and `/oncall "
            "cover` change who has the pager now. Nothing was changed."
        )


def _expect_waiting(swap: Swap) -> None:
    if swap.state is SwapState.ACCEPTED:
        raise Refused("This swap was accepted already. *Undo* asks the other. Nothing was changed.")
    if swap.state is not SwapState.PROPOSED:
        raise Refused("This swap is over. Nothing was changed.")


# ── how ───────────────────────────────────────────────────────────────────────────────────────
def _hold(work: Work, swap_id: int, by: Caller, *, answering: bool) -> tuple[Swap, PersonId]:
    """The swap as nobody else changes it now, and who acts: for the one who was asked, or for the
    one who proposed."""
    admit(work, by, Act.ROTA, subject=_subject(swap_id))
    swap = _current(work, swap_id)
    whose = swap.with_person if answering else swap.person
    return swap, acting_for(work, by, whose, subject=_subject(swap_id))[0]


def _current(work: Work, swap_id: int) -> Swap:
    """One swap is answered after another, and each sees what the one before has changed."""
    schedule_marks.rise(work.tx)
    work.renew()
    swap = swaps.get(work.tx, swap_id, hold=True)
    if swap is None:
        raise Refused("That swap is not known. `/oncall me` shows your shifts.")
    return swap


def _end(work: Work, swap: Swap, state: SwapState, who: PersonId) -> Swap:
    _expect_waiting(swap)
    swaps.answer(work.tx, swap.id, state, at=work.now, by=who)
    work.audit(f"swap_{state}", _subject(swap.id), by=who)
    ended = replace(swap, state=state)
    _refresh(work, ended)
    if who != swap.person:
        _write(work, swap.person, "swap_told", ended)
    return ended


def _end_the_others(work: Work, made: Swap) -> None:
    """Other proposals about one of these shifts, which is somebody else's now."""
    for each in swaps.list_proposed(work.tx):
        if each.turns & made.turns:
            _end(work, each, SwapState.PASSED, "baton")


def _ask_undo(work: Work, swap: Swap, who: PersonId) -> Swap:
    swaps.ask_undo(work.tx, swap.id, by=who)
    work.audit("swap_undo_asked", _subject(swap.id), by=who)
    asked = replace(swap, undo_by=who)
    _write(work, swap.other(who), "swap_undo_asked", asked)
    return asked


def _tell(work: Work, swap: Swap, *, but: PersonId) -> None:
    """A letter to both, but not to whoever did it; and what was written before says how it is."""
    _refresh(work, swap)
    for person in (swap.person, swap.with_person):
        if person != but:
            _write(work, person, "swap_told", swap)


def _refresh(work: Work, swap: Swap) -> None:
    for person in (swap.person, swap.with_person):
        for what, about in _written(swap):
            correspond.rewrite(work, person, what, about=about, swap=swap.id, reader=person)


def _written(swap: Swap) -> list[tuple[str, str]]:
    """Every letter that there may be about it."""
    told = [("swap_told", f"{swap.id}:{state}") for state in SwapState]
    return [("swap_asked", str(swap.id)), ("swap_undo_asked", str(swap.id)), *told]


def _write(work: Work, to: PersonId, what: str, swap: Swap) -> None:
    about = f"{swap.id}:{swap.state}" if what == "swap_told" else str(swap.id)
    correspond.write(work, to, what, about=about, swap=swap.id, reader=to)


def _first(swap: Swap) -> Anchor:
    return Anchor(person=swap.person, day=swap.day)


def _second(swap: Swap) -> Anchor:
    return Anchor(person=swap.with_person, day=swap.with_day)


def _subject(swap_id: int) -> str:
    return f"swap:{swap_id}"


def _told(swap: Swap) -> dict[str, str]:
    return {
        "rota": swap.rota,
        "person": swap.person,
        "day": swap.day.isoformat(),
        "with_person": swap.with_person,
        "with_day": swap.with_day.isoformat(),
    }
