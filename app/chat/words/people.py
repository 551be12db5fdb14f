"""How people are named: by a name that rings nobody, or by a mention that Slack tells them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from app.chat.words.escape import escape

SLACK_ID = re.compile(r"[UW][A-Z0-9]{2,20}")
NAME_LIMIT = 40
MOST_NAMES = 6


@dataclass(frozen=True, kw_only=True)
class Who:
    """Somebody of ours, as a text may show them."""

    name: str
    slack_id: str | None = None


def named(who: Who) -> str:
    """The name alone: it notifies nobody, so it may stand in any post."""
    return escape(who.name, NAME_LIMIT) or "somebody"


def mention(who: Who) -> str:
    """A mention where Slack knows them, else the name. Slack notifies people whom a new post
    mentions, so it is for the one person whom the text is about."""
    if who.slack_id and SLACK_ID.fullmatch(who.slack_id):
        return f"<@{who.slack_id}>"
    return named(who)


def all_named(people: Sequence[Who], *, most: int = MOST_NAMES, more: int = 0) -> str:
    """Names in a row: "Ana, Ben and Chi"; beyond `most` "Ana, Ben and 9 more".

    `more` counts people who are not given by name at all.
    """
    shown = people if len(people) <= most and not more else people[: most - 1]
    names = [named(who) for who in shown]
    more += len(people) - len(shown)
    if more:
        names.append(f"{more} more")
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} and {names[-1]}"
