"""The weekly handover: who hands to whom, and what the incoming person must know (product.md 28).

Empty parts are left out, so that a quiet week is two lines.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from app.chat import actions
from app.chat.blocks import button, compose, in_short, section
from app.chat.message import Block, Message
from app.chat.words.dates import how_long, in_utc, moment
from app.chat.words.escape import escape, paragraph
from app.chat.words.headline import Head, headline
from app.chat.words.inputs import View, modal, text_input
from app.chat.words.missing import still_wanted
from app.chat.words.people import Who, all_named, mention, named
from app.chat.words.standing import Standing, standing
from app.rules.incident import Missing

MOST_LISTED = 8
MOST_COMING = 3
MOST_KEYS = 20
TEXT_LIMIT = 300
NOTE_LIMIT = 1500
ALARM_LIMIT = 60
VALUE_LIMIT = 1900
NOTE = "note"
"""The block of the form."""


@dataclass(frozen=True, kw_only=True)
class Open:
    """`missing`: what a resolved one still needs to be closed."""

    head: Head
    standing: Standing
    lead: Who | None = None
    second: Who | None = None
    next_step: str | None = None
    missing: Missing | None = None


@dataclass(frozen=True, kw_only=True)
class Owed:
    key: str
    text: str
    team: str | None


@dataclass(frozen=True, kw_only=True)
class Serving:
    """Somebody's part of a shift; `who` is None where nobody serves."""

    who: Who | None
    start: datetime
    end: datetime


@dataclass(frozen=True, kw_only=True)
class Gap:
    rota: str
    start: datetime
    end: datetime


@dataclass(frozen=True, kw_only=True)
class TourEnd:
    """`day` is the first that is not in the tour."""

    who: Who
    day: date


@dataclass(frozen=True, kw_only=True)
class Coming:
    """Who needs cover, when nobody is on duty, whose tour ends."""

    cover: Sequence[Serving] = ()
    gaps: Sequence[Gap] = ()
    tours: Sequence[TourEnd] = ()


@dataclass(frozen=True, kw_only=True)
class ShiftNumbers:
    """Of the shift that ends: each figure is one query over `[shift start, boundary)`, and names
    the incidents behind it. `asleep`: rang somebody between 23:00 and 07:00 of their own time."""

    paged: Sequence[int] = ()
    out_of_hours: Sequence[int] = ()
    asleep: Sequence[int] = ()
    escalated: Sequence[int] = ()
    self_cleared: Sequence[int] = ()
    acknowledged_in: timedelta | None = None
    top_alarms: Sequence[tuple[str, int]] = ()


@dataclass(frozen=True, kw_only=True)
class HandoverFacts:
    """Everything but `accepted_…` and the note as it was at `counted_to`: the boundary or, of a
    draft (whose `number` is 0), now. `late` is how long after the boundary the post is said, when
    that is worth a word. `then`: who has the rest of the turn."""

    number: int
    rota: str
    incoming: Who | None
    outgoing: Who | None
    shift_start: datetime
    boundary: datetime
    until: datetime
    counted_to: datetime
    manager: Who | None
    awake: Sequence[Who]
    open: Sequence[Open]
    came_back: Sequence[Head]
    numbers: ShiftNumbers
    budget: int
    budget_used: int
    owed: Sequence[Owed]
    note: str | None
    note_by: Who | None
    accepted_by: Who | None
    accepted_at: datetime | None
    late: timedelta | None
    manager_before: Who | None = None
    beside: Sequence[Who] = ()
    then: Sequence[Serving] = ()
    flapping: Sequence[tuple[str, int]] = ()
    coming: Coming = field(default_factory=Coming)


def handover(facts: HandoverFacts) -> Message:
    """One post, edited when the incoming person has the pager or the note changes."""
    buttons = []
    if facts.accepted_by is None and facts.incoming is not None:
        take = actions.HAVE_THE_PAGER
        buttons.append(button("I have the pager", take, str(facts.number), style="primary"))
    lines, after = _sections(facts)
    small = [_accepted(facts), _late(facts), _counted(facts)]
    return _with_reviews(lines, facts, after, small=small, buttons=buttons)


def shown(facts: HandoverFacts, *, buttons: Sequence[Block] = ()) -> Message:
    """The same sections for one person, where a mention rings nobody."""
    lines, after = _sections(facts)
    small = [_accepted(facts), _late(facts), _counted(facts)]
    return _with_reviews(lines, facts, after, small=small, buttons=buttons)


def draft(facts: HandoverFacts) -> Message:
    """To the outgoing person, a day before."""
    to = f" to {named(facts.incoming)}" if facts.incoming else ""
    lines, after = _sections(facts)
    title = f":memo: *Draft of your handover{to}*, {moment(facts.boundary)}. As things stand now:"
    return _with_reviews(
        [title, *lines],
        facts,
        after,
        small=["It is posted by itself. What should they know that no number tells?"],
        buttons=[note_button(facts)],
    )


def posted(facts: HandoverFacts) -> Message:
    """What the draft becomes after the boundary."""
    note = f" Your note: “{escape(facts.note, NOTE_LIMIT)}”" if facts.note else ""
    return compose(
        [f":memo: Your handover of {moment(facts.boundary)} is posted.{note}"],
        small=["What you note now is added to the post."],
        buttons=[note_button(facts)],
    )


def not_yours(rota: str, boundary: datetime, *, outgoing: Who | None) -> Message:
    """What the draft becomes when somebody else hands over."""
    by = f"{named(outgoing)} hands it on" if outgoing else "nobody has it before"
    return compose([f"The handover of {escape(rota, TEXT_LIMIT)} {moment(boundary)}: {by}."])


def note_button(facts: HandoverFacts) -> Block:
    label = "Change the note" if facts.note else "Add a note"
    return button(label, actions.NOTE_HANDOVER, str(int(facts.boundary.timestamp())))


def note_form(boundary: datetime, note: str, *, carry: Mapping[str, Any]) -> View:
    """The note of the outgoing person, as it is so far."""
    return modal(
        "Note for the handover",
        [
            text_input(
                NOTE,
                f"Handover of {in_utc(boundary)}",
                initial=note,
                limit=NOTE_LIMIT,
                lines=True,
                optional=True,
                hint="What is fragile, what was tried, whom to ask. Empty takes the note away.",
            )
        ],
        callback=actions.NOTE_HANDOVER_FORM,
        submit="Keep it",
        carry=carry,
    )


def noted(boundary: datetime, *, is_posted: bool, note: str | None) -> Message:
    """The private answer."""
    if note is None:
        return compose(["The handover has no note any more."])
    where = "It is in the post now" if is_posted else f"It is in the handover {moment(boundary)}"
    return compose([f":white_check_mark: Noted. {where}."])


def none_yet(rota: str) -> Message:
    """No handover was made, and none is to come."""
    return compose([f"The rota {escape(rota, TEXT_LIMIT)} does not change hands."])


def reviewed(alarm: str) -> Message:
    return compose(
        [f"{escape(alarm, ALARM_LIMIT)} is on the review list: is it worth waking somebody for?"]
    )


# ── sections, in the order of product.md 28 ───────────────────────────────────────────────────
def _sections(facts: HandoverFacts) -> tuple[list[str], list[str]]:
    """What stands before the top alarms, and after them."""
    behind, numbers = _behind(facts), _numbers(facts.numbers)
    open_ones, watch = _open(facts), _watch(facts)
    if not facts.numbers.paged and not open_ones and not watch:
        behind, numbers = " ".join(filter(None, (behind, numbers))), ""
    before = [_who(facts), behind, *open_ones, *watch, numbers]
    after = [_budget(facts), *_owed(facts), *_coming(facts), *_note(facts)]
    return before, after


def _with_reviews(
    before: Sequence[str],
    facts: HandoverFacts,
    after: Sequence[str],
    *,
    small: Sequence[str],
    buttons: Sequence[Block],
) -> Message:
    """Each of the top alarms has its own line, with a button to review it."""
    alarms = [(name, f"• {_alarm(name, count)}") for name, count in facts.numbers.top_alarms]
    first, last = compose(before), compose(after, small=small, buttons=buttons)
    blocks = [
        section(line, accessory=button("Review", actions.REVIEW_ALARM, name[:VALUE_LIMIT]))
        for name, line in alarms
    ]
    text = "\n".join(filter(None, [first.text, *(line for _, line in alarms), last.text]))
    return Message(text=in_short(text), blocks=[*first.blocks, *blocks, *last.blocks])


def _alarm(name: str, count: int) -> str:
    return f"{escape(name, ALARM_LIMIT)} ({count})"


def _who(facts: HandoverFacts) -> str:
    rota = escape(facts.rota, TEXT_LIMIT)
    if facts.incoming is None:
        return (
            f":warning: *Handover of {rota}.* Nobody is on it from {moment(facts.boundary)}: "
            "the managers are paged until somebody is."
        )
    said = f":pager: *Handover of {rota}.* {mention(facts.incoming)} has the pager"
    if facts.counted_to < facts.boundary:
        said += f" from {moment(facts.boundary)}"
    said += f" until {moment(facts.until)}"
    if facts.beside:
        said += f", together with {all_named(facts.beside)}"
    if facts.outgoing is not None and facts.outgoing != facts.incoming:
        said += f", after {named(facts.outgoing)}"
    return ". ".join([said, *_then(facts)]) + "."


def _then(facts: HandoverFacts) -> list[str]:
    parts = [
        f"{named(each.who) if each.who else 'nobody'} until {moment(each.end)}"
        for each in facts.then[:MOST_COMING]
    ]
    return [f"Then {', then '.join(parts)}"] if parts else []


def _behind(facts: HandoverFacts) -> str:
    behind = ""
    if facts.manager:
        behind = f"Behind them: {named(facts.manager)}."
        if facts.manager_before:
            behind = (
                f"Behind them: {mention(facts.manager)}, manager on duty from now on, after "
                f"{named(facts.manager_before)}."
            )
    awake = f"Awake now: {all_named(facts.awake)}." if facts.awake else ""
    return " ".join(filter(None, (behind, awake)))


def _open(facts: HandoverFacts) -> list[str]:
    if not facts.open:
        return []
    listed = [
        " · ".join(
            [
                f"• {headline(each.head)}",
                standing(each.standing),
                *filter(None, [_pair(each), _next(each)]),
            ]
        )
        for each in facts.open[:MOST_LISTED]
    ]
    return [f"*Open ({len(facts.open)})*", *listed, *_more(len(facts.open))]


def _pair(open: Open) -> str:
    parts = [("lead", open.lead), ("second", open.second)]
    return ", ".join(f"{role} {named(who)}" for role, who in parts if who)


def _next(open: Open) -> str:
    """What it waits for: once resolved the gates of its close, before that as the update says."""
    if open.missing is None:
        return f"“{escape(open.next_step, TEXT_LIMIT)}”" if open.next_step else ""
    wanted = still_wanted(open.missing)
    return f"still owed: {' and '.join(wanted)}" if wanted else "ready to be closed"


def _watch(facts: HandoverFacts) -> list[str]:
    came_back = [f"• came back: {headline(each)}" for each in facts.came_back[:MOST_LISTED]]
    came_back += _more(len(facts.came_back))
    flapping = [
        f"• flapping: {escape(name, ALARM_LIMIT)} fired {times} times"
        for name, times in facts.flapping[:MOST_LISTED]
    ]
    flapping += _more(len(facts.flapping))
    listed = [*came_back, *flapping]
    return ["*Watch*", *listed] if listed else []


def _numbers(numbers: ShiftNumbers) -> str:
    if not numbers.paged:
        return "This shift: nobody was paged."
    said = [f"{_count(len(numbers.paged), 'incident')} paged"]
    said.append(f"{len(numbers.out_of_hours)} out of hours")
    if numbers.asleep:
        said.append(f"{len(numbers.asleep)} in asleep hours")
    if numbers.acknowledged_in is not None:
        said.append(f"median answer after {how_long(numbers.acknowledged_in)}")
    if numbers.escalated:
        said.append(f"{len(numbers.escalated)} went to the managers")
    if numbers.self_cleared:
        said.append(f"{len(numbers.self_cleared)} cleared by themselves")
    most = " Most:" if numbers.top_alarms else ""
    return f"This shift: {', '.join(said)}.{most}"


def _budget(facts: HandoverFacts) -> str:
    if not facts.budget_used:
        return ""
    over = " :warning:" if facts.budget_used >= facts.budget else ""
    return f"Budget: {facts.budget_used} of {facts.budget} out-of-hours pages this month.{over}"


def _owed(facts: HandoverFacts) -> list[str]:
    if not facts.owed:
        return []
    listed = []
    for each in facts.owed[:MOST_LISTED]:
        team = f" ({escape(each.team, 60)})" if each.team else ""
        listed.append(f"• {each.key}: {escape(each.text, TEXT_LIMIT)}{team}")
    return ["*Owed*", *listed, *_more(len(facts.owed))]


def _coming(facts: HandoverFacts) -> list[str]:
    coming = facts.coming
    cover = [
        f"• {named(each.who)} needs cover from {moment(each.start)} to {moment(each.end)}"
        for each in coming.cover[:MOST_COMING]
        if each.who
    ]
    cover += _more(len(coming.cover), MOST_COMING)
    gaps = [
        f"• nobody on {escape(each.rota, ALARM_LIMIT)} from {moment(each.start)} to "
        f"{moment(each.end)}"
        for each in coming.gaps[:MOST_COMING]
    ]
    gaps += _more(len(coming.gaps), MOST_COMING)
    tours = [
        f"• {named(each.who)}'s tour ends on {each.day:%a %d %b}"
        for each in coming.tours[:MOST_LISTED]
    ]
    tours += _more(len(coming.tours))
    listed = [*cover, *gaps, *tours]
    return ["*Coming*", *listed] if listed else []


def _note(facts: HandoverFacts) -> list[str]:
    if not facts.note:
        return []
    by = named(facts.note_by) if facts.note_by else "the outgoing person"
    return [f"*A note from {by}*", paragraph(facts.note, NOTE_LIMIT)]


def _accepted(facts: HandoverFacts) -> str:
    if facts.accepted_by is None or facts.accepted_at is None:
        return ""
    return f"{named(facts.accepted_by)} has the pager since {moment(facts.accepted_at)}."


def _late(facts: HandoverFacts) -> str:
    if facts.late is None:
        return ""
    return (
        f"This is said {how_long(facts.late)} late: it was due {moment(facts.boundary)}. "
        "The pager moved on time."
    )


def _counted(facts: HandoverFacts) -> str:
    """How a reader comes to the same numbers."""
    if not (facts.open or facts.came_back or facts.owed or facts.numbers.paged):
        return ""
    said = f"As of {moment(facts.counted_to)}; what came later is not in it."
    paged = [f"INC-{number}" for number in facts.numbers.paged]
    if not paged:
        return said
    more = f" and {len(paged) - MOST_KEYS} more" if len(paged) > MOST_KEYS else ""
    return (
        f"{said} Counted since {moment(facts.shift_start)}: {', '.join(paged[:MOST_KEYS])}{more}; "
        f"`/inc timeline {paged[0]}` shows who was rung when. `/oncall handover` shows this again; "
        f"the operator's `handover --at {facts.counted_to:%Y-%m-%dT%H:%M}+00:00 --sql` every query."
    )


def _more(count: int, most: int = MOST_LISTED) -> list[str]:
    return [f"… and {count - most} more"] if count > most else []


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
