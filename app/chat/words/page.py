"""A page as a Slack message: why you, what it is, what to press; then how it ended."""

from dataclasses import dataclass
from datetime import datetime

from app.chat import actions
from app.chat.blocks import button, compose
from app.chat.message import Block, Message
from app.chat.words.about import About, about_lines, runbook_button
from app.chat.words.announcement import channel_link, is_channel
from app.chat.words.dates import clock, moment
from app.chat.words.escape import escape
from app.chat.words.headline import Head, headline, reason
from app.chat.words.people import Who, named

WHY_LIMIT = 600
UNREACHABLE = (
    ":warning: Baton knows no way to wake you at this hour, so the next in line is paged with "
    "you. Add one with `/oncall contact`."
)
CHANNEL_ADDRESS = "https://slack.com/app_redirect?channel="


@dataclass(frozen=True, kw_only=True)
class Ended:
    """How a page ended. Exactly one of these is so: you passed it on, you answered, somebody
    else did, or the incident itself ended (`over` names its state)."""

    at: datetime
    passed: bool = False
    yours: bool = False
    by: Who | None = None
    over: str = ""


@dataclass(frozen=True, kw_only=True)
class PageFacts:
    """`because` is why it is this person; `why` is what somebody who called by hand wrote;
    `next_at` is when the next step is taken, if this page is of the present one."""

    page: int
    head: Head
    about: About
    because: str
    round: int
    tier: int
    reachable: bool = True
    by_hand: bool = False
    asked_by: Who | None = None
    why: str = ""
    next_at: datetime | None = None
    channel_id: str | None = None
    ended: Ended | None = None


def page_message(facts: PageFacts) -> Message:
    """With buttons while it rings; without any once it ended."""
    if facts.ended is not None:
        return compose([headline(facts.head), how_it_ended(facts) + _where(facts)])
    lines = [headline(facts.head)]
    if facts.round > 1:
        lines.append(f":repeat: Repeat {facts.round}: nobody has answered yet")
    lines.append(reason(facts.head))
    if facts.by_hand:
        lines.append(_called(facts))
    if not _by_name(facts):
        lines.append(f"*Why you:* {escape(facts.because, WHY_LIMIT)}")
    if not facts.reachable:
        lines.append(UNREACHABLE)
    if facts.next_at is not None:
        lines.append(_unless_answered(facts, facts.next_at))
    return compose(lines, small=about_lines(facts.about), buttons=_buttons(facts))


def how_it_ended(facts: PageFacts) -> str:
    """One calm sentence; empty while the page rings."""
    ended = facts.ended
    if ended is None:
        return ""
    at = moment(ended.at)
    if ended.passed and _by_name(facts):
        return f":arrow_right: You passed on it {at}; whoever has had it goes on."
    if ended.passed:
        return f":arrow_right: You passed it on {at}; somebody else is being paged."
    if ended.yours:
        return f":white_check_mark: You answered {at}. This page is over."
    if ended.by is not None:
        did = "answered" if facts.by_hand else "has it since"
        return f":white_check_mark: {named(ended.by)} {did} {at}. There is nothing you need to do."
    over = f"it was {ended.over}" if ended.over else "it is no longer needed"
    return f":white_check_mark: This page is over since {at}: {over}."


def _called(facts: PageFacts) -> str:
    by = named(facts.asked_by) if facts.asked_by else "Somebody"
    why = escape(facts.why, WHY_LIMIT)
    wants = "needs a manager" if facts.tier == 2 else "asked for you"
    return f":speech_balloon: *{by} {wants}:* {why}"


def _by_name(facts: PageFacts) -> bool:
    """Somebody asked for exactly this person; then their words say why."""
    return facts.by_hand and facts.tier == 1


def _unless_answered(facts: PageFacts, at: datetime) -> str:
    if _by_name(facts):
        return f"Baton rings you again at {clock(at)} unless you answer."
    if facts.tier == 1:
        return f"Without an answer the manager tier is paged at {clock(at)}."
    return f"Without an answer Baton rings again at {clock(at)}."


def _where(facts: PageFacts) -> str:
    return f" {channel_link(facts.channel_id)}" if is_channel(facts.channel_id) else ""


def _buttons(facts: PageFacts) -> list[Block]:
    value = f"{facts.head.number}:{facts.page}"
    buttons = [
        button("Acknowledge", actions.ACKNOWLEDGE, value, style="primary"),
        button("I can't, pass on", actions.PASS_ON, value),
    ]
    if is_channel(facts.channel_id):
        address = f"{CHANNEL_ADDRESS}{facts.channel_id}"
        buttons.append(button("Open channel", actions.OPEN_CHANNEL, url=address))
    return [
        *buttons,
        *runbook_button(facts.about.runbook),
        button("Escalate to manager", actions.ESCALATE, value),
        button("Not actionable", actions.NOT_ACTIONABLE, value),
    ]
