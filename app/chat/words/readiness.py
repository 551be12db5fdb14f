"""Readiness for a shift: the lights, and what is missing with how to mend it (product.md 25)."""

from collections.abc import Sequence
from datetime import datetime

from app.chat import actions
from app.chat.blocks import button, compose
from app.chat.message import Message
from app.chat.words.dates import moment
from app.chat.words.escape import escape
from app.chat.words.people import Who, named
from app.rules.readiness import Checked, Light, Need, Readiness

NAME = 60
LIGHTS = {
    Light.OK: ":large_green_circle:",
    Light.MISSING: ":red_circle:",
    Light.UNKNOWN: ":white_circle:",
}


def lines(found: Readiness) -> list[str]:
    """One line a light, with how to mend what is missing."""
    return [f"{LIGHTS[each.light]} {_sentence(each)}" for each in found.checked]


def not_ready(found: Readiness, rota: str, start: datetime) -> Message | None:
    """To whoever has the shift; None when everything was mended meanwhile."""
    if found.ready:
        return None
    missing = [f"• {_sentence(each)}" for each in found.missing]
    return compose(
        [
            f":warning: *You are not ready for your shift* on {escape(rota, NAME)}, from "
            f"{moment(start)}.",
            *missing,
        ],
        small=["A shift of yours can also be covered: `/oncall cover me`."],
        buttons=[
            button("Test my pager", actions.TEST_PAGER),
            button("Contact methods", actions.CONTACTS),
        ],
    )


def not_ready_manager(found: Readiness, who: Who, rota: str, start: datetime) -> Message | None:
    """To a manager; None when everything was mended meanwhile."""
    if found.ready:
        return None
    missing = [f"• {_of_theirs(each)}" for each in found.missing]
    return compose(
        [
            f":warning: *{named(who)} is not ready for their shift* on {escape(rota, NAME)}, from "
            f"{moment(start)}.",
            *missing,
        ],
        small=["They were told how to mend it. Somebody else can have the shift: `/oncall take`."],
    )


def unready(found: Sequence[tuple[Who, Readiness]]) -> list[str]:
    """A line for each, for the weekly digest."""
    return [
        f"• {named(who)}, {escape(each.rota or '', NAME)} from "
        f"{moment(each.shift.start) if each.shift else 'now'}: "
        + "; ".join(_of_theirs(missing).rstrip(".") for missing in each.missing)
        for who, each in found
    ]


def _sentence(checked: Checked) -> str:
    """To the person themself."""
    match checked.need, checked.light:
        case Need.WAKING, Light.OK:
            return "Something verified can wake you."
        case Need.WAKING, _:
            return (
                "Nothing verified can wake you: Slack is silent in do-not-disturb. "
                "`/oncall contact` adds a push, a text message or a call."
            )
        case Need.TESTED, Light.OK if checked.at:
            return f"A test page reached you {moment(checked.at)}."
        case Need.TESTED, _:
            last = f"; the last one {moment(checked.at)}" if checked.at else ""
            return (
                f"You have answered no test page within 30 days{last}. `/oncall test` sends one; "
                "press *I got it* when your phone rings."
            )
        case Need.ACCOUNT, Light.OK:
            return "Your Slack account is active."
        case Need.ACCOUNT, Light.MISSING:
            return "Your Slack account is deactivated, so no answer of yours is taken."
        case Need.ACCOUNT, _:
            return "Slack has not told about your account lately; it is asked again."
        case Need.WHOLE, Light.OK:
            return "Your next shift has no gap."
    return (
        f"Your shift has a gap from {moment(checked.at)}: nobody has it then. "
        if checked.at
        else "Your shift has a gap. "
    ) + "`/oncall cover me` asks the others, and a manager can mend it."


def _of_theirs(checked: Checked) -> str:
    """To others: of their ways only that there is none."""
    match checked.need:
        case Need.WAKING:
            return "nothing verified can wake them"
        case Need.TESTED:
            return "no test page answered within 30 days"
        case Need.ACCOUNT:
            return "their Slack account is deactivated"
    return f"a gap from {moment(checked.at)}" if checked.at else "a gap in the shift"
