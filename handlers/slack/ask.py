"""What somebody asked for in Slack, and what they are told: plain values between two worlds."""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from app.chat.message import Message
from app.chat.words.inputs import View
from app.flows.admit import SlackCaller
from app.flows.work import Work
from app.paging.seal import Seal

Body: TypeAlias = Mapping[str, Any]
"""A payload as Slack sends it."""


@dataclass(frozen=True, kw_only=True)
class Ask:
    """Who asked, and where. Everything in it is a hint until a flow has looked (S16).

    `back` is the address for private answers: good five times in half an hour, and absent
    where Slack gives none (Home, forms, global shortcuts).
    """

    by: SlackCaller
    channel: str | None = None
    back: str | None = None
    public_url: str | None = None
    """Not theirs but ours: where the links in an answer lead, if anywhere."""
    seal: Seal | None = field(default=None, repr=False)
    """Ours too: closes what they give and nobody else may read."""

    def carry(self, **facts: Any) -> dict[str, Any]:
        """What a form has to bring back with its submission."""
        kept = {"channel": self.channel, "back": self.back, **facts}
        return {name: value for name, value in kept.items() if value is not None}


@dataclass(frozen=True, kw_only=True)
class Reply:
    """A private answer, or a form that opens. `refused`: nothing was changed."""

    message: Message | None = None
    view: View | None = None
    refused: bool = False


Deed: TypeAlias = Callable[[Work], Reply]
"""One flow with everything it was asked, and its answer in words."""


def who_asks(body: Body, *, home: str | None) -> SlackCaller:
    """The account behind a command, a press or a form; `home` is our own workspace, if known."""
    user = body.get("user")
    if isinstance(user, Mapping):
        team = user.get("team_id") or (body.get("team") or {}).get("id")
        return caller(user.get("id"), team, home=home, unnamed=True)
    return caller(body.get("user_id"), body.get("team_id"), home=home, unnamed=True)


def who_did(event: Body, *, home: str | None) -> SlackCaller:
    """The account behind an event; not every event names its workspace, and then the directory
    alone says whose it is."""
    team = event.get("user_team") or event.get("source_team") or event.get("team")
    return caller(event.get("user"), team, home=home, unnamed=False)


def caller(slack_id: object, team: object, *, home: str | None, unnamed: bool) -> SlackCaller:
    """`unnamed`: whether an account without a workspace counts as one of another.

    Before Slack has told us who we are, only the directory can tell ours from others (a page must
    find its answer).
    """
    external = home is not None and (team != home if team else unnamed)
    return SlackCaller(
        slack_id=str(slack_id or ""), team=str(team) if team else None, external=external
    )


def read_ask(body: Body, *, home: str | None) -> Ask:
    """A payload's caller, channel and address for answers; a form brings them back with it."""
    kept = carried(body)
    channel = body.get("channel")
    found = channel.get("id") if isinstance(channel, Mapping) else body.get("channel_id")
    return Ask(
        by=who_asks(body, home=home),
        channel=found or kept.get("channel"),
        back=body.get("response_url") or kept.get("back"),
    )


def carried(body: Body) -> dict[str, Any]:
    """What the form was given when it was opened; empty where there is none."""
    view = body.get("view")
    text = view.get("private_metadata") if isinstance(view, Mapping) else ""
    try:
        kept = json.loads(text or "{}")
    except ValueError:
        return {}
    return kept if isinstance(kept, dict) else {}


def request_key(body: Body) -> str:
    """The same for every delivery of one request, and for no other.

    Slack tells an event again under its `event_id`, and gives every press its own `trigger_id`;
    what has neither is known by all that it says.
    """
    kind = body.get("type") or body.get("command") or ""
    name = body.get("event_id") or body.get("trigger_id")
    said = [kind, name] if name else body
    told = json.dumps(said, sort_keys=True, separators=(",", ":"), default=str)
    return "slack:" + hashlib.sha256(told.encode()).hexdigest()
