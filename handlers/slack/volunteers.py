"""Volunteers in Slack: the commands that join, and the presses (product.md 22)."""

from collections.abc import Callable, Mapping
from datetime import date

from app.chat import actions
from app.chat.words import tours as words
from app.flows.admit import Act, admit
from app.flows.extend_tour import extend_tour
from app.flows.invite import accept_invitation, decline_invitation, invite
from app.flows.leave_rota import Leaving, leave_rota, would_leave
from app.flows.own_tours import ends_at, volunteers_rota
from app.flows.tell.names import who
from app.flows.tell.tours import leave_facts, mine_facts, tour_facts
from app.flows.tour_notices import let_tour_end
from app.flows.volunteer import Wish, volunteer, would_volunteer
from app.flows.work import Refused, Work
from app.rules.organisation import PersonId
from handlers.slack.ask import Ask, Reply
from handlers.slack.naming import find_person, person_of
from handlers.slack.parse import Target, readable, take_target
from handlers.slack.values import OLD, numbers
from storage import people

HOW = "`/oncall volunteer [from 2026-12-04] [weeks 26]`"
LONGEST = 100
"""So many letters of what was typed are read."""


def run_volunteer(work: Work, ask: Ask, rest: str) -> Reply:
    """`/oncall volunteer [from DATE] [weeks N] [in OFFICE]`: what it would mean; with somebody's
    name before it, they are invited."""
    first = rest.split(None, 1)[0] if rest.split() else ""
    if not (first.startswith("<@") or "@" in first):
        return propose(work, ask, _read_wish(rest))
    target, after = take_target(rest)
    person, wish = _somebody(work, target), _read_wish(after)
    if person == person_of(work, ask.by):
        return propose(work, ask, wish)
    done = invite(work, person, wish, by=ask.by)
    return Reply(message=words.invited(who(work, person), done.asked_at, new=done.new))


def propose(work: Work, ask: Ask, wish: Wish) -> Reply:
    found = would_volunteer(work, wish, by=ask.by)
    return Reply(message=words.proposal(tour_facts(work, found)))


def join(work: Work, ask: Ask, value: str, *, shadowing: bool = False) -> Reply:
    done = volunteer(work, _read_value(value), by=ask.by, shadowing=shadowing)
    return Reply(message=words.joined(tour_facts(work, done.prospect), new=done.new))


def accept(work: Work, ask: Ask, value: str, *, shadowing: bool = False) -> Reply:
    done = accept_invitation(work, numbers(value)[0], by=ask.by, shadowing=shadowing)
    return Reply(message=words.joined(tour_facts(work, done.prospect), new=done.new))


def decline(work: Work, ask: Ask, value: str) -> Reply:
    decline_invitation(work, numbers(value)[0], by=ask.by)
    return Reply(message=words.declined())


def run_tour(work: Work, ask: Ask, rest: str = "") -> Reply:
    """`/oncall tour`: my tour, its end, my shifts in it."""
    person = admit(work, ask.by, Act.LOOK)
    return Reply(message=words.mine(mine_facts(work, volunteers_rota(work), person)))


def run_leave(work: Work, ask: Ask, rest: str) -> Reply:
    """`/oncall leave`: what it would do; a manager may name somebody."""
    target, _ = take_target(rest)
    person = None if target is None or target.word == "me" else _somebody(work, target)
    return ask_to_leave(work, ask, person)


def ask_to_leave(work: Work, ask: Ask, person: PersonId | None = None) -> Reply:
    found = would_leave(work, by=ask.by, person=person)
    return Reply(message=words.leave(_leave_facts(work, ask, found)))


def leave(work: Work, ask: Ask, value: str) -> Reply:
    done = leave_rota(work, by=ask.by, person=value or None)
    return Reply(message=words.left(_leave_facts(work, ask, done)))


def extend(work: Work, ask: Ask, value: str) -> Reply:
    done = extend_tour(work, _read_day(value), by=ask.by)
    return Reply(message=words.extended(tour_facts(work, done.prospect), new=done.new))


def let_end(work: Work, ask: Ask, value: str) -> Reply:
    tour = let_tour_end(work, _read_day(value), by=ask.by)
    rota = volunteers_rota(work)
    return Reply(message=words.let_end(words.OUT_OF_HOURS, ends_at(rota, tour)))


def _read_day(value: str) -> date:
    try:
        return date.fromisoformat(value)
    except ValueError as error:
        raise Refused(OLD) from error


def _somebody(work: Work, target: Target | None) -> PersonId:
    """Anybody whom the file or the directory knows."""
    word = target.word.lower() if target else ""
    if word and people.get(work.tx, word) is not None:
        return word
    try:
        return find_person(work, target or Target())
    except Refused as unknown:
        if target is not None and target.slack_id is not None:
            raise
        raise Refused(
            f"I know nobody called “{word}”. Mention them with @, or write their e-mail address. "
            "Nothing was changed."
        ) from unknown


def _leave_facts(work: Work, ask: Ask, found: Leaving) -> words.LeaveFacts:
    return leave_facts(work, found, reader=person_of(work, ask.by) or "")


def _read_wish(text: str) -> Wish:
    """The words in any order; each name has its value after it, or before it for weeks."""
    found: dict[str, str] = {}
    words_left = readable(text)[:LONGEST].lower().split()
    while words_left:
        word = words_left.pop(0)
        if word.isdigit() and words_left and words_left[0] in ("weeks", "week", "w"):
            found["weeks"] = word
            words_left.pop(0)
        elif word in ("from", "weeks", "in") and words_left:
            found[word] = words_left.pop(0)
        else:
            raise Refused(
                f"I do not understand “{word}” here: {HOW}, or name somebody to invite. Nothing "
                "was changed."
            )
    day = _day(found["from"]) if "from" in found else None
    weeks = _number(found["weeks"]) if "weeks" in found else Wish.weeks
    return Wish(starts=day, weeks=weeks, office=found.get("in"))


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise Refused(
            f"“{text}” is no date. Write it as 2026-12-04: {HOW}. Nothing was changed."
        ) from error


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 5):
        raise Refused(f"“{text}” is no number of weeks: {HOW}. Nothing was changed.")
    return int(text)


def _read_value(value: str) -> Wish:
    """What `tour_facts` wrote into a button."""
    day, _, rest = value.partition(" ")
    weeks, _, office = rest.partition(" ")
    try:
        return Wish(starts=date.fromisoformat(day), weeks=int(weeks), office=office or None)
    except ValueError as error:
        raise Refused(OLD) from error


COMMANDS: Mapping[str, Callable[[Work, Ask, str], Reply]] = {
    "volunteer": run_volunteer,
    "tour": run_tour,
    "leave": run_leave,
}
"""By the word of the rota command."""
PRESSES: Mapping[str, Callable[[Work, Ask, str], Reply]] = {
    actions.JOIN_ROTA: join,
    actions.ASK_TO_VOLUNTEER: lambda work, ask, value: propose(work, ask, Wish()),
    actions.EXTEND_TOUR: extend,
    actions.LET_TOUR_END: let_end,
    actions.ACCEPT_TOUR: accept,
    actions.ACCEPT_AND_SHADOW: lambda work, ask, value: accept(work, ask, value, shadowing=True),
    actions.DECLINE_TOUR: decline,
    actions.ASK_TO_LEAVE: lambda work, ask, value: ask_to_leave(work, ask),
    actions.LEAVE_ROTA: leave,
    actions.JOIN_AND_SHADOW: lambda work, ask, value: join(work, ask, value, shadowing=True),
}
"""By the button's action."""
