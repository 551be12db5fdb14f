"""Swaps in Slack: the command, the form, the presses (product.md 24)."""

from collections.abc import Callable, Iterator
from datetime import timedelta

from app.chat.words import swap as words
from app.chat.words.cover import Choosable
from app.flows import swap as swapping
from app.flows.admit import Act, admit
from app.flows.tell.names import who
from app.flows.tell.swaps import swap_facts
from app.flows.work import Refused, Work
from app.rules.organisation import PersonId, RotaId
from app.rules.swap import WholeTurn, whole_turns
from handlers.slack.ask import Ask, Reply
from handlers.slack.naming import find_person
from handlers.slack.parse import read_seconds, readable, take_target
from handlers.slack.rota_names import rota_names
from handlers.slack.zones import short_span, zone_of
from storage.swaps import Swap

AHEAD = timedelta(weeks=16)
MOST_MINE, MOST_THEIRS = 20, 80
"""So many shifts can be chosen from."""


def run_swap(work: Work, ask: Ask, rest: str) -> Reply:
    """`/oncall swap [for @somebody] [with] [@somebody] [why]`; `for` is a manager's."""
    person, rest = _named(work, rest, "for")
    other, rest = _named(work, rest, "with")
    return swap_form(work, ask, person=person, other=other, why=readable(rest))


def swap_form(
    work: Work,
    ask: Ask,
    *,
    person: PersonId | None = None,
    other: PersonId | None = None,
    why: str = "",
) -> Reply:
    """Which of one's shifts for which of somebody else's."""
    giver = person or admit(work, ask.by, Act.ROTA)
    admit(work, ask.by, Act.ROTA)
    turns = list(_turns(work))
    mine = [(rota, turn) for rota, turn in turns if turn.person == giver][:MOST_MINE]
    rotas = {rota for rota, _ in mine}
    theirs = [
        (rota, turn)
        for rota, turn in turns
        if rota in rotas and turn.person != giver and other in (None, turn.person)
    ]
    if not mine:
        raise Refused(
            f"{'You have' if person is None else f'{person} has'} no whole shift in the next "
            f"{AHEAD.days // 7} weeks to swap. Cover can be asked for a part: `/oncall cover me`."
        )
    if not theirs:
        raise Refused(
            f"{other or 'Nobody else'} has no whole shift on the same rota in the next "
            f"{AHEAD.days // 7} weeks, so there is nothing to swap for. `/oncall cover me` asks "
            "everybody else."
        )
    return Reply(
        view=words.swap_form(
            [_choosable(work, giver, rota, turn, named=False) for rota, turn in mine],
            [
                _choosable(work, giver, rota, turn, named=True)
                for rota, turn in theirs[:MOST_THEIRS]
            ],
            why=why,
            carry=ask.carry(person=person),
        )
    )


def propose(
    work: Work, ask: Ask, mine: str, theirs: str, *, why: str, person: PersonId | None
) -> Reply:
    """The filled form: the other is asked."""
    rota, own = _chosen(work, mine)
    same, wanted = _chosen(work, theirs)
    if rota != same:
        raise Refused("The two shifts are on different rotas. Choose two of one rota.")
    giver = person or admit(work, ask.by, Act.ROTA)
    if own.person != giver:
        raise Refused(f"That shift is {own.person}'s now. Open the form again.")
    swap = swapping.propose_swap(
        work, rota, own.day, wanted.anchor, by=ask.by, person=person, why=why
    )
    return Reply(message=words.proposed(_facts(work, swap)))


def accept(work: Work, ask: Ask, number: int) -> Reply:
    return Reply(message=words.accepted(_done(work, ask, number, swapping.accept_swap)))


def decline(work: Work, ask: Ask, number: int) -> Reply:
    return Reply(message=words.declined(_done(work, ask, number, swapping.decline_swap)))


def withdraw(work: Work, ask: Ask, number: int) -> Reply:
    _done(work, ask, number, swapping.withdraw_swap)
    return Reply(message=words.withdrawn())


def undo(work: Work, ask: Ask, number: int) -> Reply:
    return Reply(message=words.undoing(_done(work, ask, number, swapping.undo_swap)))


def keep(work: Work, ask: Ask, number: int) -> Reply:
    _done(work, ask, number, swapping.keep_swap)
    return Reply(message=words.keeping())


def _done(work: Work, ask: Ask, number: int, act: Callable[..., Swap]) -> words.SwapFacts:
    return _facts(work, act(work, number, by=ask.by))


def _facts(work: Work, swap: Swap) -> words.SwapFacts:
    found = swap_facts(work, swap.id)
    assert found is not None
    return found


def _named(work: Work, rest: str, word: str) -> tuple[PersonId | None, str]:
    """Somebody who is named, after `word` or by themselves where that is `with`."""
    first, _, after = rest.strip().partition(" ")
    told = after if first.lower() == word else rest.strip()
    if told is not after and word != "with":
        return None, rest
    if not told.startswith(("@", "<@")) and "@" not in told.partition(" ")[0]:
        return None, rest
    target, after = take_target(told)
    assert target is not None
    return find_person(work, target), after


def _turns(work: Work) -> Iterator[tuple[RotaId, WholeTurn]]:
    """Every whole turn to come, by its start."""
    found = [
        (rota, turn)
        for rota in work.org.rotas
        for turn in whole_turns(work.schedule, rota, work.now, work.now + AHEAD)
        if turn.span.start > work.now
    ]
    return iter(sorted(found, key=lambda each: (each[1].span.start, each[0], each[1].slot)))


def _choosable(
    work: Work, reader: PersonId, rota: RotaId, turn: WholeTurn, *, named: bool
) -> Choosable:
    span = short_span(turn.span, zone_of(work, reader))
    name = f"{who(work, turn.person).name} · " if named else ""
    return Choosable(
        value=f"{int(turn.span.start.timestamp())}:{turn.slot}:{rota}",
        label=f"{name}{span} · {rota_names(work)[rota]}",
    )


def _chosen(work: Work, value: str) -> tuple[RotaId, WholeTurn]:
    start, _, rest = value.partition(":")
    slot, _, rota = rest.partition(":")
    begins = read_seconds(start)
    for name, turn in _turns(work):
        if (name, turn.span.start, str(turn.slot)) == (rota, begins, slot):
            return name, turn
    raise Refused("That shift is not as it was any more. Open the form again.")
