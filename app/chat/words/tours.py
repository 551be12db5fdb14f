"""Volunteers' tours, told to the volunteers themselves (product.md 22)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.chat import actions
from app.chat.blocks import button, compose
from app.chat.message import Block, Message
from app.chat.words.dates import moment
from app.chat.words.escape import escape
from app.chat.words.people import Who, named

NAME = 60
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
        f":white_check_mark: {thanks} a volunteer of {escape(facts.rota, NAME)} from "
        f"{moment(facts.start)} to {moment(facts.end)}.",
        _first(facts),
        _missing(facts.wakes),
    ]
    return compose(
        lines,
        small=["`/oncall tour` shows your tour, `/oncall leave` ends it."],
        buttons=_contacts(facts.wakes),
    )


def meaning(facts: TourFacts) -> list[str]:
    """How long, from when, how often; what comes first, and what is missing."""
    lines = [
        f"A tour of {_weeks(facts.weeks)}, from {moment(facts.start)} to {moment(facts.end)}; it "
        "ends by itself.",
        _first(facts),
        f"With you there are {shared(facts.people, facts.every)}"
        + (", which is not how many there should be." if facts.outside else "."),
    ]
    if facts.shadow is not None:
        lines.append(
            f"Before it you can look over {named(facts.shadow.who)}'s shoulder, "
            f"{_span((facts.shadow.start, facts.shadow.end))}; nothing rings you then."
        )
    return [*lines, _missing(facts.wakes)]


def shared(people: int, every: timedelta | None) -> str:
    """ "6 volunteers, each with a shift every 6 weeks"."""
    if every is None:
        return "no volunteers: every page out of hours goes to the managers"
    crowd = "1 volunteer" if people == 1 else f"{people} volunteers, each"
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
