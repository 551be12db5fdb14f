"""What follows the rota in Slack by itself: our part of a topic, and what to say when it cannot."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from app.chat.blocks import compose
from app.chat.message import Message
from app.chat.words.escape import escape
from app.chat.words.people import Who, all_named, named

LIMIT = 250
"""Signs of a topic that Slack takes."""
BEGIN, END = ":pager: On call:", "|"
"""Our part of a topic is what stands from the one to the other, or to the end."""
_OURS = re.compile(r"(?::pager:|\U0001f4df)\s*On call:[^|]*")
PROBLEM, LINE = 600, 200


@dataclass(frozen=True, kw_only=True)
class TopicFacts:
    """`until` is told in `zone`: a topic translates no times."""

    people: Sequence[Who]
    until: datetime | None
    manager: Who | None
    zone: ZoneInfo


def oncall_topic(facts: TopicFacts, before: str) -> str | None:
    """`before` with our part as it is now; None when there is no room for it.

    What people wrote is kept to the letter; where our part is not there, it comes last.
    """
    for part in _parts(facts):
        topic = _joined(before, part)
        if len(topic) <= LIMIT:
            return topic
    return None


def no_account(lacking: Sequence[Who]) -> str:
    if not lacking:
        return "Nobody is on call, and no manager is known. Slack lets no user group be empty."
    return (
        f"{all_named(lacking)} has no Slack account that Baton knows. `doctor` names everybody "
        "without one."
    )


def no_group(name: str) -> str:
    return (
        f"There is no user group @{escape(name, 80)}. Make one in Slack (People → User groups), or "
        "leave oncall_handle out of baton.toml."
    )


def group_is_disabled(name: str) -> str:
    return (
        f"The user group @{escape(name, 80)} is disabled. Enable it in Slack, or leave "
        "oncall_handle out of baton.toml."
    )


def no_room() -> str:
    return f"What people wrote in the topic leaves no room for it: Slack takes {LIMIT} signs."


def out_of_step(what: str, problem: str) -> Message:
    return compose(
        [f":warning: *{escape(what, 80)} does not follow the rota*", escape(problem, PROBLEM)],
        small=["`/oncall` shows who is on call all the same. It is tried again every hour."],
    )


def in_a_line(what: str, problem: str) -> str:
    """For the answer that shows who is on call."""
    return f":warning: {escape(what, 80)} does not follow the rota. {escape(problem, LINE)}"


def _parts(facts: TopicFacts) -> list[str]:
    """Longest first."""
    people = _plain(all_named(facts.people)) if facts.people else "nobody"
    until = f" until {facts.until.astimezone(facts.zone):%a %d %b %H:%M %Z}" if facts.until else ""
    manager = f" · manager: {_plain(named(facts.manager))}" if facts.manager else ""
    short = f"{BEGIN} {people}"
    return [f"{short}{until}{manager}", f"{short}{until}", short]


def _plain(name: str) -> str:
    return name.replace(END, "/")


def _joined(before: str, part: str) -> str:
    ours = _OURS.search(before)
    if ours is None:
        return f"{before.rstrip()} {END} {part}" if before.strip() else part
    after = before[ours.end() :]
    return before[: ours.start()] + part + (f" {after}" if after else "")
