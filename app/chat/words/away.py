"""Absences: what they do to who is paged, before they are saved and after."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.chat import actions
from app.chat.blocks import button, compose, context, section
from app.chat.message import Block, Message
from app.chat.words.dates import moment
from app.chat.words.escape import escape
from app.chat.words.inputs import View, instant_input, modal, text_input
from app.chat.words.people import Who, named

NAME = 60
NOTE = 200
HINT = 120
SHOWN = 5
"""So many lines of a kind are written out."""
MOST = 15
"""So many absences have a button in the form."""
FROM, TO, WHY = "from", "to", "why"
"""The blocks of the form."""


@dataclass(frozen=True, kw_only=True)
class Absence:
    """`calendar`: it was read from a calendar of theirs, else it was entered."""

    id: int
    start: datetime
    end: datetime
    note: str
    calendar: bool


@dataclass(frozen=True, kw_only=True)
class Change:
    """`after` None is a hole."""

    rota: str
    start: datetime
    end: datetime
    before: Who | None
    after: Who | None


@dataclass(frozen=True, kw_only=True)
class Stay:
    rota: str
    start: datetime
    end: datetime
    running: bool


@dataclass(frozen=True, kw_only=True)
class Outlook:
    """`who` is None where it is the reader's own; `back`: the absence is removed."""

    who: Who | None
    start: datetime
    end: datetime
    changes: Sequence[Change]
    stays: Sequence[Stay]
    back: bool = False


# ── forms ─────────────────────────────────────────────────────────────────────────────────────
def form(
    who: Who | None,
    absences: Sequence[Absence],
    *,
    start: datetime,
    end: datetime,
    carry: Mapping[str, Any],
    more: Sequence[Block] = (),
) -> View:
    """What stands, and what to add; `start` and `end` are where the choice begins."""
    blocks: list[Block] = []
    if who is not None:
        blocks.append(section(f"*For {named(who)}*"))
    for each in absences[:MOST]:
        remove = button("Remove", actions.REMOVE_ABSENCE, str(each.id))
        blocks.append(section(_absence(each), accessory=remove))
    if len(absences) > MOST:
        blocks.append(section(f"… and {len(absences) - MOST} later ones"))
    blocks += more
    blocks += [
        instant_input(FROM, "Away from", initial=start),
        instant_input(TO, "Until", initial=end),
        text_input(WHY, "Note, if you like", limit=NOTE, optional=True),
        context(
            "Shifts that begin while you are away go to the next in turn. You see what changes "
            "before it is saved. A note is shown to you and the managers."
        ),
    ]
    return modal(
        "Away",
        blocks,
        callback=actions.AWAY_FORM,
        submit="Show what changes",
        carry=carry,
    )


def confirm(outlook: Outlook, *, carry: Mapping[str, Any]) -> View:
    """What it does, before it is done."""
    lines = [_heading(outlook), *_changes(outlook), *_stays(outlook)]
    return modal(
        "Not away after all?" if outlook.back else "Away: what changes",
        compose(lines).blocks,
        callback=actions.BACK_CONFIRM if outlook.back else actions.AWAY_CONFIRM,
        submit="Remove it" if outlook.back else "Confirm",
        carry=carry,
    )


# ── calendars ─────────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True, kw_only=True)
class Found:
    """What stands in somebody's calendar, and what it would do."""

    calendar: int
    hint: str
    absences: Sequence[tuple[datetime, datetime]]
    changes: Sequence[Change]


@dataclass(frozen=True, kw_only=True)
class Calendar:
    """As its owner may see it: the address is shown nowhere."""

    id: int
    hint: str
    confirmed: bool
    problem: str


def calendars(held: Sequence[Calendar]) -> list[Block]:
    """For the form: each with what can be done about it."""
    return [
        section(
            f":calendar: {escape(each.hint, HINT)}: {_state(each)}",
            accessory=button("Remove", actions.REMOVE_CALENDAR, str(each.id)),
        )
        for each in held
    ]


def calendar_added(hint: str, *, rule: str) -> Message:
    return compose(
        [
            f":calendar: The calendar at {escape(hint, HINT)} is being read. You are told what it "
            "would change, and nothing of it counts before you confirm that."
        ],
        small=[rule, "Its address is kept encrypted and shown to nobody."],
    )


def calendar_found(found: Found, *, rule: str) -> Message:
    """To its person, before any of it counts."""
    lines = [f":calendar: *Your calendar at {escape(found.hint, HINT)}* has been read."]
    if not found.absences:
        lines.append("It has no absence in the next year.")
    else:
        lines += [f"• {moment(start)} to {moment(end)}" for start, end in found.absences[:SHOWN]]
        more = len(found.absences) - SHOWN
        lines += [f"• and {more} more"] if more > 0 else []
        lines += _lines_of(found.changes, done=False)
    return compose(
        lines,
        small=[rule, "Once confirmed, it is read again every day."],
        buttons=[
            button("Confirm", actions.CONFIRM_CALENDAR, str(found.calendar), style="primary"),
            button("Remove it", actions.REMOVE_CALENDAR, str(found.calendar)),
        ],
    )


def calendar_failed(calendar: int, hint: str, problem: str) -> Message:
    """To its person, once."""
    return compose(
        [
            f":warning: *Your calendar at {escape(hint, HINT)} could not be read.* "
            f"{escape(problem, NOTE)}",
            "What is known of it stays. It is tried again by itself; you are not told of it again "
            "until it was read.",
        ],
        buttons=[button("Remove it", actions.REMOVE_CALENDAR, str(calendar))],
    )


def calendar_confirmed(count: int) -> Message:
    absences = "1 absence" if count == 1 else f"{count} absences"
    return Message(
        text=f"Saved: {absences}. Whoever has a shift instead is told, and the calendar is read "
        "again every day."
    )


def calendar_removed(hint: str) -> Message:
    return Message(text=f"Removed, with its absences to come: {escape(hint, HINT)}.")


def _state(held: Calendar) -> str:
    if held.problem:
        return f"could not be read: {escape(held.problem, NOTE)} What is known stays."
    return "read every day" if held.confirmed else "waits for your word, in a message of mine"


# ── what was done ─────────────────────────────────────────────────────────────────────────────
def saved(outlook: Outlook, absence: int) -> Message:
    return compose(
        [f":palm_tree: Saved: {_span(outlook)}.", *_changes(outlook, done=True), *_stays(outlook)],
        small=["Whoever has a shift instead is told."] if outlook.changes else [],
        buttons=[button("Remove it", actions.REMOVE_ABSENCE, str(absence))],
    )


def removed(outlook: Outlook) -> Message:
    return compose(
        [f"Removed: {_whose(outlook)} not away {_span(outlook)}.", *_changes(outlook, done=True)]
    )


def entered_for_you(by: Who, start: datetime, end: datetime, *, stands: bool) -> Message:
    """To somebody for whom another acted."""
    done = "entered that you are away" if stands else "removed your absence"
    return compose(
        [f":palm_tree: {named(by)} {done}: {moment(start)} to {moment(end)}."],
        small=["Not what was agreed? `/oncall away` shows and changes it."],
    )


# ── parts ─────────────────────────────────────────────────────────────────────────────────────
def _heading(outlook: Outlook) -> str:
    if outlook.back:
        return f"*{_whose(outlook).capitalize()} not away* {_span(outlook)}."
    return f"*{_whose(outlook).capitalize()} away* {_span(outlook)}."


def _whose(outlook: Outlook) -> str:
    return f"{named(outlook.who)} is" if outlook.who else "you are"


def _span(outlook: Outlook) -> str:
    return f"from {moment(outlook.start)} to {moment(outlook.end)}"


def _changes(outlook: Outlook, *, done: bool = False) -> list[str]:
    return _lines_of(outlook.changes, done=done)


def _lines_of(changes: Sequence[Change], *, done: bool) -> list[str]:
    if not changes:
        return ["Nobody's shifts change."]
    lines = [
        f"• {escape(each.rota, NAME)}, {moment(each.start)} to {moment(each.end)}: {_instead(each)}"
        for each in changes[:SHOWN]
    ]
    more = len(changes) - SHOWN
    if more > 0:
        lines.append(f"• and {more} more")
    if any(each.after is None for each in changes):
        lines.append(
            ":warning: Where nobody serves, the managers are rung at once. Find somebody first: "
            "`/oncall cover me`."
        )
    return ["Who is paged then:" if not done else "Who is paged now:", *lines]


def _instead(change: Change) -> str:
    before, after = (named(each) if each else "nobody" for each in (change.before, change.after))
    return f"*{after}* instead of {before}"


def _stays(outlook: Outlook) -> list[str]:
    if not outlook.stays:
        return []
    whose = "theirs" if outlook.who else "yours"
    lines = [
        f"• {escape(each.rota, NAME)}, {moment(each.start)} to {moment(each.end)}"
        + ("" if each.running else ", taken by an override")
        for each in outlook.stays[:SHOWN]
    ]
    more = len(outlook.stays) - SHOWN
    return [
        f":pager: Still {whose}, for a shift that runs and one that was taken are not moved; "
        "`/oncall cover me` asks the others:",
        *lines,
        *([f"• and {more} more"] if more > 0 else []),
    ]


def _absence(absence: Absence) -> str:
    told = f"{moment(absence.start)} to {moment(absence.end)}"
    if absence.calendar:
        told += " · from your calendar"
    note = escape(absence.note, NOTE)
    return f"{told} · {note}" if note else told
