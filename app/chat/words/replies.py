"""What a person is told privately after an act: what happened, and who does what next.

Commands are written as `/inc` and `/oncall`; the door puts in the names they really have.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from app.chat import actions
from app.chat.blocks import button, compose
from app.chat.message import Block, Message
from app.chat.words.dates import clock, how_long, moment
from app.chat.words.escape import bold, escape
from app.chat.words.missing import how_to_give
from app.chat.words.people import Who, all_named, named
from app.chat.words.ringing import Asked
from app.rules.incident import FollowUp, FollowUpKind, Incident, Missing, State

TITLE = 120
QUOTE = 600
NOBODY = "nobody could be found; the engineering channel is told"


def title(incident: Incident) -> str:
    """*INC-12* orders are failing."""
    return f"*{incident.key}* {bold(incident.title, TITLE)}"


def place(incident: Incident) -> str:
    """The channel as a link that notifies nobody, or the key while there is none."""
    return f"<#{incident.channel_id}>" if incident.channel_id else incident.key


def declared(incident: Incident, *, new: bool, ringing: Sequence[Who], owner: str) -> Message:
    """`owner` names the channel that is told where nobody is woken."""
    head = f"{title(incident)} is open."
    if not new:
        head = f"{title(incident)} was open already; what you wrote is on its timeline."
    lines = [head, escape(incident.reason, 300)]
    if not incident.severity.wakes:
        lines.append(f"It wakes nobody. It goes to {escape(owner, 80)}, at their opening time.")
    elif new:
        lines.append(f"Paged first: {all_named(ringing) or NOBODY}. The channel is on its way.")
    return compose(lines, small=_where(incident))


def acknowledged(
    incident: Incident, *, holder: Who, yours: bool, first: bool, expires: timedelta
) -> Message:
    if not yours:
        since = f" since {clock(incident.acknowledged_at)}" if incident.acknowledged_at else ""
        return compose(
            [f"{named(holder)} has {title(incident)}{since}. You need do nothing."],
            small=[
                "To help: `/inc join`. If they do not answer: `/inc escalate why`.",
                *_where(incident),
            ],
            buttons=[button("Join", actions.JOIN, str(incident.id))],
        )
    head = f"You have {title(incident)}."
    wakes = incident.severity.wakes
    again = "the pages start again" if wakes else "its owner is told again"
    return compose(
        [f"{head} Nobody else is rung for it any more." if first and wakes else head],
        small=[
            f"Next: say what you know with `/inc update`. Without a sign of progress within "
            f"{how_long(expires)} {again}.",
            *_where(incident),
        ],
        buttons=[
            button("Update", actions.UPDATE, str(incident.id)),
            button("Still on it", actions.STILL_ON_IT, str(incident.id)),
        ],
    )


def answered(incident: Incident, *, holder: Who, asked: Asked) -> Message:
    """Somebody answered a page that was asked for by hand; the incident stays whose it was."""
    by = named(asked.asked_by) if asked.asked_by else "Somebody"
    return compose(
        [
            f"You answered; nobody is rung for that any more. {named(holder)} has "
            f"{title(incident)}. {by} asked:",
            _quote(asked.why),
        ],
        small=_where(incident),
    )


def still_on_it(incident: Incident, expires: timedelta) -> Message:
    return compose([f"Thank you. {title(incident)} stays yours for another {how_long(expires)}."])


def passed_on(incident: Incident) -> Message:
    return compose([f"Passed on. The next person is rung for {title(incident)} now; rest."])


def passed_too_late(incident: Incident) -> Message:
    return compose([f"Nobody is rung for {title(incident)} any more; there is nothing to pass on."])


def not_actionable(incident: Incident, *, holder: Who, yours: bool) -> Message:
    has = "You have it" if yours else f"{named(holder)} has it"
    return compose(
        [f"{title(incident)}: {has}, and its alarm is on the owner's review list."],
        small=["If it turns out to need work after all: `/inc update`, or `/inc escalate why`."],
    )


def joined(incident: Incident, holder: Who | None) -> Message:
    who = f"{named(holder)} has it." if holder else "Nobody has it yet: `/inc ack` takes it."
    return compose(
        [f"You are listed as helping with {title(incident)}. {who}"],
        small=[
            "Post what you find in the channel; `/inc note` puts it on the timeline.",
            *_where(incident),
        ],
    )


def followed(incident: Incident) -> Message:
    """Reading along needs no seat: nothing is recorded about it."""
    if incident.channel_id is None:
        return compose([f"{title(incident)} has no channel yet; it will be in the announcement."])
    return compose(
        [f"{title(incident)} is in {place(incident)}. Read along there; you are not listed."]
    )


def updated(incident: Incident, text: str) -> Message:
    due = incident.update_due
    return compose(
        [f"Update on {title(incident)}:", _quote(text)],
        small=[f"The next one is due {moment(due)}."] if due else [],
    )


def noted(incident: Incident, text: str) -> Message:
    return compose([f"On the timeline of {title(incident)}:", _quote(text)])


def paged(incident: Incident, people: Sequence[Who], why: str) -> Message:
    return compose(
        [
            f"{all_named(people)} is rung for {title(incident)} now, until they answer, with:",
            _quote(why),
        ],
        small=["The card says when they have answered."],
    )


def escalated(incident: Incident, people: Sequence[Who], why: str) -> Message:
    return compose(
        [
            f"The managers are rung for {title(incident)}: {order_of(people)}. They read:",
            _quote(why),
        ],
        small=["It rings until one of them answers; the card says who."],
    )


def order_of(people: Sequence[Who]) -> str:
    """Who rings first, and who after them."""
    if not people:
        return "nobody is on the manager rota"
    first, *others = people
    if not others:
        return f"first {named(first)}, who is the only one"
    return f"first {named(first)}, then {all_named(others)}"


def resolved(incident: Incident, missing: Missing, *, owner: str | None) -> Message:
    """At night the rest is the owner's, and a short note is all that is asked (product.md 19)."""
    head = f"{title(incident)} is resolved.{_quiet(incident)}"
    if not (incident.out_of_hours and owner and missing):
        return compose([head, *_owed(missing)], buttons=_closing(incident, missing))
    return compose(
        [
            head,
            f"Root cause and follow-up are for {escape(owner, 60)}, on their next working day. "
            "Leave them a short note if you can; nothing else is asked of you.",
        ],
        buttons=[
            button("Leave a note", actions.KNOW_SOMETHING, str(incident.id), style="primary"),
            *_closing(incident, missing),
        ],
    )


def root_cause_set(incident: Incident, text: str, missing: Missing) -> Message:
    return compose(
        [
            f"Root cause of {title(incident)}:",
            _quote(text),
            *(_owed(missing) if incident.state is State.RESOLVED else []),
        ],
        buttons=_closing(incident, missing),
    )


def follow_up_added(
    incident: Incident, added: FollowUp, *, team: str | None, missing: Missing
) -> Message:
    if added.kind is FollowUpKind.NONE_BECAUSE:
        head = f"{title(incident)} has no follow-up, because:"
    else:
        owner = f" for {escape(team, 60)}" if team else ""
        head = f"Follow-up{owner} from {title(incident)}:"
    return compose(
        [
            head,
            _quote(added.text),
            *(_owed(missing) if incident.state is State.RESOLVED else []),
        ],
        buttons=_closing(incident, missing),
    )


def closed(incident: Incident) -> Message:
    return compose([f"{title(incident)} is closed. Thank you."])


def cancelled(incident: Incident) -> Message:
    return compose(
        [
            f"{title(incident)} is cancelled as a false alarm.{_quiet(incident)}",
            _quote(incident.end_reason or ""),
        ]
    )


def reopened(incident: Incident) -> Message:
    if incident.state is State.ACKNOWLEDGED:
        return compose([f"{title(incident)} is open, and somebody has it."])
    if not incident.severity.wakes:
        return compose([f"{title(incident)} is open again; its owner is told."])
    return compose([f"{title(incident)} is open again. Whoever is on the rota is rung now."])


def follow_up_done(key: str, text: str) -> Message:
    return compose([f":white_check_mark: Done: {key}, {_quote(text)}."])


def pager_taken(until: datetime, *, holder: Who | None) -> Message:
    """`holder` is whose pager it is, when somebody else said so for them."""
    end = f"until {moment(until)}"
    if holder is not None:
        return compose([f"Noted for {named(holder)}, who has the pager {end}."])
    return compose([f"You have the pager {end}. Thank you; have a quiet week."])


def _quiet(incident: Incident) -> str:
    """Only where somebody could have been rung."""
    return " Nobody is rung for it any more." if incident.severity.wakes else ""


def _quote(text: str) -> str:
    return f"“{escape(text, QUOTE)}”"


def _owed(missing: Missing) -> list[str]:
    if not missing:
        return ["Nothing is missing any more: `/inc close` closes it."]
    return [f"To close it, it still needs {' and '.join(how_to_give(missing))}."]


def _closing(incident: Incident, missing: Missing) -> list[Block]:
    number = str(incident.id)
    if incident.state is not State.RESOLVED:
        return []
    if not missing:
        return [button("Close", actions.CLOSE, number, style="primary")]
    return [
        *([button("Root cause", actions.ROOT_CAUSE, number)] if missing.root_cause else []),
        *([button("Follow-up", actions.FOLLOW_UP, number)] if missing.follow_up else []),
    ]


def _where(incident: Incident) -> list[str]:
    return [f"Work goes on in {place(incident)}."] if incident.channel_id else []
