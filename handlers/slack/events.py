"""What happens in Slack without a button: messages, pins, joins, people who come and go.

Bolt acknowledges an event once its listener has returned; one that raises is delivered again.
"""

import functools
from collections.abc import Callable

from slack_bolt.async_app import AsyncApp

from app.flows.admit import SlackCaller
from app.flows.join import join
from app.flows.know_people import look_up
from app.flows.progress import progress
from app.flows.update import note
from app.flows.work import Refused, Work
from handlers.slack.ask import Body, request_key
from handlers.slack.desk import Desk
from handlers.slack.home import Home
from handlers.slack.naming import person_of
from handlers.slack.parse import readable
from storage import incidents

SPOKEN = frozenset({None, "file_share", "thread_broadcast", "me_message"})
"""Subtypes of a message that somebody wrote; the others tell of edits, joins and topics."""


def register(bolt: AsyncApp, desk: Desk, home: Home) -> None:
    """Listen to the events of the manifest."""
    _listen_in_channels(bolt, desk)

    @bolt.event("app_home_opened")
    async def on_home(body: Body) -> None:
        if body["event"].get("tab") == "home":
            desk.later.spawn(home.publish(desk.actor(body["event"])))

    @bolt.event("app_mention")
    async def on_mention(body: Body) -> None:
        event = body["event"]
        if event.get("user") and not event.get("bot_id"):
            desk.later.spawn(desk.outbox.hint(event["channel"], event["user"]))

    @bolt.event("user_change")
    @bolt.event("team_join")
    async def on_person(body: Body) -> None:
        user = body["event"].get("user") or {}
        if user.get("id"):
            await desk.kit.once(request_key(body), look_up, str(user["id"]))


def _listen_in_channels(bolt: AsyncApp, desk: Desk) -> None:
    @bolt.event("message")
    async def on_message(body: Body) -> None:
        event = body["event"]
        if event.get("subtype") not in SPOKEN or event.get("bot_id") or not event.get("user"):
            return
        if event.get("channel_type") == "im":
            # Whoever writes to the bot itself is told how to be heard.
            desk.later.spawn(desk.outbox.hint(event["channel"], event["user"]))
        else:
            await _in_channel(desk, body, event.get("channel"), _heard)

    @bolt.event("pin_added")
    async def on_pin(body: Body) -> None:
        message = (body["event"].get("item") or {}).get("message") or {}
        if not message.get("bot_id") and message.get("text"):
            pinned = functools.partial(_pinned, message=message)
            await _in_channel(desk, body, body["event"].get("channel_id"), pinned)

    @bolt.event("member_joined_channel")
    async def on_join(body: Body) -> None:
        event = body["event"]
        # Whoever we invited was called, and has not come by their own will yet.
        if not desk.is_me(event.get("user")) and not desk.is_me(event.get("inviter")):
            await _in_channel(desk, body, event.get("channel"), _joined)


async def _in_channel(
    desk: Desk,
    body: Body,
    channel: str | None,
    flow: Callable[..., None],
) -> None:
    """Run a flow on the incident whose channel it is; most channels are none's."""
    caller = desk.actor(body["event"])
    if channel is None or await desk.kit.read(_incident_of, channel) is None:
        return
    try:
        await desk.kit.once(request_key(body), flow, channel, caller)
    except Refused as refusal:
        desk.meet(caller, refusal)


def _incident_of(work: Work, channel: str) -> int | None:
    found = incidents.find_by_channel(work.tx, channel)
    return found.id if found else None


def _heard(work: Work, channel: str, caller: SlackCaller) -> None:
    """A message of whoever has the incident is progress (product.md 9)."""
    number, person = _incident_of(work, channel), person_of(work, caller)
    if number is not None and person is not None and not caller.external:
        progress(work, number, person)


def _pinned(work: Work, channel: str, caller: SlackCaller, *, message: Body) -> None:
    number = _incident_of(work, channel)
    if number is None:
        return
    author = person_of(work, SlackCaller(slack_id=str(message.get("user") or "")))
    text = readable(str(message["text"]))
    own = author is not None and author == person_of(work, caller)
    note(work, number, text if own or author is None else f"{author}: {text}", by=caller)


def _joined(work: Work, channel: str, caller: SlackCaller) -> None:
    number = _incident_of(work, channel)
    if number is not None:
        join(work, number, by=caller)
