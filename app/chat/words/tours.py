"""Volunteers' tours, told to the volunteers themselves (product.md 22)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from app.chat import actions
from app.chat.blocks import button, compose, context
from app.chat.message import Block, Message
from app.chat.words.dates import moment
from app.chat.words.escape import escape
from app.chat.words.people import Who, named

NAME = 60
OUT_OF_HOURS = "the out-of-hours rota"
"""What the volunteers' rota is called where it is spoken of: there is one (product.md 1)."""
SHOWN = 8
"""So many shifts are listed."""
Span = tuple[datetime, datetime]


@dataclass(frozen=True, kw_only=True)
class Shadowed:
    """The shift to look on in, and whose it is."""

    who: Who
    start: datetime
    end: datetime


@dataclass(frozen=True, kw_only=True)
class TourFacts:
    """A tour and what it means; `value` is what its buttons carry.

    `people` share the rota then, and each of them starts a shift `every` so often; `outside`: that
    is not how many there should be. `wakes`: something verified can wake this volunteer.
    """

    rota: str
    value: str
    weeks: int
    start: datetime
    end: datetime
    first: Span | None
    people: int
    every: timedelta | None
    outside: bool
    shadow: Shadowed | None
    wakes: bool


def proposal(facts: TourFacts) -> Message:
    """Before anything is changed: what it means, and the press that does it."""
    joins = [button("Join", actions.JOIN_ROTA, facts.value, style="primary")]
    if facts.shadow is not None:
        joins = [
            button("Join, look on first", actions.JOIN_AND_SHADOW, facts.value, style="primary"),
            button("Join without", actions.JOIN_ROTA, facts.value),
        ]
    return compose(
        [f"*Volunteer for {escape(facts.rota, NAME)}?*", *meaning(facts)],
        small=["Nothing is changed until you press. You can leave at any time, without a reason."],
        buttons=[*joins, *_contacts(facts.wakes)],
    )


def joined(facts: TourFacts, *, new: bool) -> Message:
    """The answer to the press."""
    thanks = "Thank you: you are" if new else "You are"
    lines = [
        f":white_check_mark: {thanks} a volunteer on {escape(facts.rota, NAME)} from "
        f"{moment(facts.start)} to {moment(facts.end)}.",
        _first(facts),
        _missing(facts.wakes),
    ]
    return compose(
        lines,
        small=["`/oncall tour` shows your tour, `/oncall leave` ends it."],
        buttons=_contacts(facts.wakes),
    )


@dataclass(frozen=True, kw_only=True)
class MineFacts:
    """Somebody's tours that are not over, with their shifts to come; `extends` is what *Extend*
    carries, where they may. `left`: they have left, and their last tour ends early."""

    rota: str
    tours: Sequence[Span]
    shifts: Sequence[Span]
    looks_on: Sequence[Span]
    people: int
    every: timedelta | None
    extends: str | None
    left: bool


def mine(facts: MineFacts) -> Message:
    """My tour: its end, my shifts in it, and what can be done with it."""
    if not facts.tours:
        return compose(
            [f"You have no tour on {escape(facts.rota, NAME)}. It is open to everybody."],
            buttons=[button("Volunteer", actions.ASK_TO_VOLUNTEER, style="primary")],
        )
    lines = [
        f"*Your tour on {escape(facts.rota, NAME)}*: {_span(each)}."
        if number == 0
        else f"*The next one*: {_span(each)}."
        for number, each in enumerate(facts.tours)
    ]
    lines.append(f"Now {shared(facts.people, facts.every)}.")
    lines += [f"You look on, without being rung: {_span(each)}" for each in facts.looks_on]
    lines += ["*Your shifts*", *(f"• {_span(each)}" for each in facts.shifts)]
    if not facts.shifts:
        lines[-1] = "No shift of yours is to come."
    if facts.left:
        return compose(lines, small=["You have left; thank you for having been there."])
    buttons = [button("Leave", actions.ASK_TO_LEAVE)]
    if facts.extends is not None:
        buttons.insert(0, button("Extend", actions.EXTEND_TOUR, facts.extends))
    return compose(
        lines,
        small=["It ends by itself, and is extended by nobody but you."],
        buttons=buttons,
    )


def extended(facts: TourFacts, *, new: bool) -> Message:
    """The answer to *Extend*."""
    stays = "Thank you: you stay" if new else "You stay"
    return compose(
        [
            f":white_check_mark: {stays} another {_weeks(facts.weeks)} on "
            f"{escape(facts.rota, NAME)}, from {moment(facts.start)} to {moment(facts.end)}.",
            _missing(facts.wakes),
        ],
        small=["`/oncall tour` shows your tours, `/oncall leave` ends them."],
    )


@dataclass(frozen=True, kw_only=True)
class LeaveFacts:
    """What leaving means; `value` is what its button carries. `yours`: the reader's own."""

    rota: str
    value: str
    who: Who
    yours: bool
    since: datetime
    running: Span | None
    given_up: Sequence[tuple[Span, Who | None]]
    people: int
    every: timedelta | None


def leave(facts: LeaveFacts) -> Message:
    """Before anything is changed: what it does, and the press that does it."""
    whose = "Leave" if facts.yours else f"End {named(facts.who)}'s tour on"
    return compose(
        [f"*{whose} {escape(facts.rota, NAME)}?*", *_leaving(facts)],
        small=["Nothing is changed until you press. No reason is asked for, or kept."],
        buttons=[button("Leave", actions.LEAVE_ROTA, facts.value, style="danger")],
    )


def left(facts: LeaveFacts) -> Message:
    """The answer to the press."""
    who = "You have left" if facts.yours else f"{named(facts.who)} has left"
    thanks = "Thank you for having been there." if facts.yours else "They are told."
    return compose(
        [f"{who} {escape(facts.rota, NAME)}. {thanks}", *_leaving(facts)],
        small=["Whoever's shifts have moved is told. `/oncall volunteer` is open at any time."],
    )


def ended_for_you(who: Who, rota: str, since: datetime) -> Message:
    """To somebody whose tour a manager ended."""
    return compose(
        [
            f"{named(who)} has ended your tour on {escape(rota, NAME)}: you have no shift that "
            f"begins after {moment(since)}.",
        ],
        small=["If that is not what was agreed, tell them. `/oncall volunteer` is open to you."],
    )


def _leaving(facts: LeaveFacts) -> list[str]:
    yours, serve = ("yours", "You serve") if facts.yours else ("theirs", "They serve")
    kept = (
        f"The shift that runs stays {yours} until {moment(facts.running[1])}, unless somebody "
        "covers it."
        if facts.running
        else f"{serve} no more from {moment(facts.since)} on."
    )
    lines = [kept]
    lines += [
        f"• {_span(span)} goes to {named(to) if to else 'nobody'}"
        for span, to in facts.given_up[:SHOWN]
    ]
    more = len(facts.given_up) - SHOWN
    lines += [f"• and {more} more"] if more > 0 else []
    return [*lines, f"Then {shared(facts.people, facts.every)}."]


class Asked(StrEnum):
    """How an invitation stands, for whoever was invited."""

    WAITS = "waits"
    JOINED = "joined"
    DECLINED = "declined"
    OVER = "over"


def invitation(facts: TourFacts | None, by: Who | None, state: Asked, *, rota: str) -> Message:
    """The private letter; `by` is None where the organisation file asks."""
    name = escape(rota, NAME)
    match state:
        case Asked.JOINED:
            return compose([f":white_check_mark: You are a volunteer on {name}. Thank you."])
        case Asked.DECLINED:
            return compose(
                ["You said no, thanks. Nobody is told, and you are not asked again soon."],
                small=["`/oncall volunteer` is open to you at any time."],
            )
    if state is Asked.OVER or facts is None:
        return compose(
            [f"This invitation to {name} has ended. `/oncall volunteer` stays open to you."]
        )
    accepts = [button("Accept", actions.ACCEPT_TOUR, facts.value, style="primary")]
    if facts.shadow is not None:
        accepts = [
            button(
                "Accept, look on first", actions.ACCEPT_AND_SHADOW, facts.value, style="primary"
            ),
            button("Accept without", actions.ACCEPT_TOUR, facts.value),
        ]
    asks = f"{named(by)} asks" if by else "The organisation file asks"
    return compose(
        [f":wave: *{asks} whether you would volunteer for {name}.*", *meaning(facts)],
        small=[
            "You alone decide, and without *Accept* nothing changes. If you say no, nobody is told."
        ],
        buttons=[*accepts, button("No, thanks", actions.DECLINE_TOUR, facts.value)],
    )


def invited(who: Who, asked_at: datetime, *, new: bool) -> Message:
    """The answer to whoever invites."""
    if not new:
        return compose([f"{named(who)} was invited {moment(asked_at)} and has not answered yet."])
    return compose(
        [f"{named(who)} is invited, in private."],
        small=[
            "They alone decide. You hear of it when they have joined, or in two weeks when they "
            "have not."
        ],
    )


def taken_up(who: Who, rota: str) -> Message:
    """To whoever invited them."""
    return compose([f":tada: {named(who)} has joined {escape(rota, NAME)}. Thank them!"])


def not_taken_up(who: Who, rota: str) -> Message:
    """To whoever invited them, two weeks later; the same whatever the answer was."""
    return compose(
        [f"{named(who)} did not take up the invitation to {escape(rota, NAME)}. It has ended."]
    )


def declined() -> Message:
    """The answer to the press."""
    return Message(text="Fine. Nobody is told, and you are not asked again soon.")


class Ending(StrEnum):
    """How a tour that was told to end stands by now."""

    ASKS = "asks"
    LET = "let"
    STAYS = "stays"
    LEFT = "left"
    OVER = "over"


@dataclass(frozen=True, kw_only=True)
class EndFacts:
    """A tour that ends; `value` is what its buttons carry, `last` the shift that is their last."""

    rota: str
    value: str
    end: datetime
    weeks: int
    last: Span | None
    state: Ending


def tour_ends(facts: EndFacts) -> Message:
    """Four weeks and two weeks before, and at the end."""
    rota = escape(facts.rota, NAME)
    match facts.state:
        case Ending.STAYS:
            return compose([f":white_check_mark: You stay another tour on {rota}. Thank you!"])
        case Ending.LEFT:
            return compose([f"You have left {rota}. Thank you for having been there."])
        case Ending.OVER:
            return compose(
                [f":checkered_flag: *Your tour on {rota} is over.* Thank you!"],
                small=["It is extended by nobody. If you would like another one, it is yours."],
                buttons=[button("Volunteer again", actions.ASK_TO_VOLUNTEER)],
            )
    lines = [
        f":hourglass: *Your tour on {rota} ends in {_weeks(facts.weeks)}*, {moment(facts.end)}.",
        f"Your last shift: {_span(facts.last)}." if facts.last else "You have no shift before it.",
    ]
    if facts.state is Ending.LET:
        return compose(lines, small=["You let it end. `/oncall tour` can still extend it."])
    return compose(
        lines,
        small=["It ends by itself, and is extended by nobody but you."],
        buttons=[
            button("Extend", actions.EXTEND_TOUR, facts.value),
            button("Let it end", actions.LET_TOUR_END, facts.value),
        ],
    )


def let_end(rota: str, end: datetime) -> Message:
    """The answer to the press."""
    name = escape(rota, NAME)
    return compose([f"Your tour on {name} ends {moment(end)}. Thank you for having been there."])


def shadow_primary(who: Who, rota: str, span: Span, *, off: bool) -> Message:
    """To whoever serves in the shift that somebody looks on in; `off`: it will not be."""
    shift = f"your shift on {escape(rota, NAME)}, {_span(span)}"
    if off:
        return compose([f"{named(who)} does not look on in {shift}, after all."])
    return compose(
        [f":eyes: *{named(who)} looks over your shoulder* in {shift}."],
        small=["They are new, and rung by nothing: show them what you do when something happens."],
    )


def shadow_begins(primary: Who | None, rota: str, span: Span) -> Message:
    """To whoever looks on, as it begins."""
    has = f"{named(primary)} has" if primary else "Nobody has"
    return compose(
        [f":eyes: *You look on from now on*: {has} the pager of {escape(rota, NAME)}, "
         f"{_span(span)}."],
        small=["You get a copy of what is announced out of hours, and nothing rings you."],
    )  # fmt: skip


def copied(announcement: Message) -> Message:
    """The announcement of an incident, for whoever looks on."""
    small = "You look on, so this is a copy: nothing rings you, and you need do nothing."
    return Message(
        text=f"{announcement.text}\n{small}", blocks=[*announcement.blocks, context(small)]
    )


def meaning(facts: TourFacts) -> list[str]:
    """How long, from when, how often; what comes first, and what is missing."""
    lines = [
        f"A tour of {_weeks(facts.weeks)}, from {moment(facts.start)} to {moment(facts.end)}; it "
        "ends by itself.",
        _first(facts),
        f"With you {shared(facts.people, facts.every)}"
        + (", which is not how many there should be." if facts.outside else "."),
    ]
    if facts.shadow is not None:
        lines.append(
            f"Before it you can look over {named(facts.shadow.who)}'s shoulder, "
            f"{_span((facts.shadow.start, facts.shadow.end))}; nothing rings you then."
        )
    return [*lines, _missing(facts.wakes)]


def shared(people: int, every: timedelta | None) -> str:
    """ "there are 6 volunteers, each with a shift every 6 weeks"."""
    if every is None:
        return "there are no volunteers: every page out of hours goes to the managers"
    crowd = "there is 1 volunteer" if people == 1 else f"there are {people} volunteers, each"
    return f"{crowd} with a shift every {how_often(every)}"


def how_often(every: timedelta) -> str:
    """In weeks from two weeks on: "6 weeks", "2.5 weeks", "3 days", "16 hours"."""
    week, day, hour = timedelta(weeks=1), timedelta(days=1), timedelta(hours=1)
    if every % week == timedelta(0) or every >= 2 * week:
        return _count(every / week, "week")
    return _count(every / day, "day") if every >= 2 * day else _count(every / hour, "hour")


def _count(number: float, unit: str) -> str:
    rounded = round(number, 1)
    return unit if rounded == 1 else f"{rounded:g} {unit}s"


def _weeks(number: int) -> str:
    return "1 week" if number == 1 else f"{number} weeks"


def _first(facts: TourFacts) -> str:
    if facts.first is None:
        return "No shift of it is yours: it is too short for a turn."
    return f"Your first shift: {_span(facts.first)}."


def _missing(wakes: bool) -> str:
    if wakes:
        return ""
    return (
        ":warning: Nothing can wake you yet: Slack is silent in do-not-disturb. Until you have "
        "verified a push, SMS or call with `/oncall contact`, your pages go on to the managers."
    )


def _contacts(wakes: bool) -> Sequence[Block]:
    return () if wakes else [button("Contact methods", actions.CONTACTS)]


def _span(span: Span) -> str:
    return f"{moment(span[0])} to {moment(span[1])}"
