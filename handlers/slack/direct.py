"""Bolt with a straight way to the listeners that a person waits for."""

import inspect
import logging
import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeAlias

from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncBoltRequest
from slack_bolt.response import BoltResponse

log = logging.getLogger(__name__)

Name: TypeAlias = str | re.Pattern[str]
Listener: TypeAlias = Callable[..., Awaitable[Any]]
Asked: TypeAlias = tuple[str, str]
"""The kind of a request, and the name that its listener is known by."""


class DirectBolt(AsyncApp):
    """Bolt asks each of its listeners in turn whether a request is theirs, and finds out anew
    what that one wants to be given. With all of ours that takes longer than everything else.

    So commands, presses, forms and shortcuts go straight to the listener of their name, or of the
    first pattern that fits, which is the one that Bolt would find; it gets `ack` and `body`, and
    is waited for. Events, and whatever is of no shape that is known here, take Bolt's own way.
    """

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self._by_name: dict[Asked, Listener] = {}
        self._by_pattern: list[tuple[str, re.Pattern[str], Listener]] = []

    def command(self, command: Name, *further: Any, **others: Any) -> Callable[..., Any]:
        return self._also("command", command, super().command(command, *further, **others))

    def action(self, constraints: Any, *further: Any, **others: Any) -> Callable[..., Any]:
        return self._also("action", constraints, super().action(constraints, *further, **others))

    def view(self, constraints: Any, *further: Any, **others: Any) -> Callable[..., Any]:
        return self._also("view", constraints, super().view(constraints, *further, **others))

    def shortcut(self, constraints: Any, *further: Any, **others: Any) -> Callable[..., Any]:
        return self._also(
            "shortcut", constraints, super().shortcut(constraints, *further, **others)
        )

    def _also(self, kind: str, name: Name, listen: Callable[..., Any]) -> Callable[..., Any]:
        def register(listener: Listener) -> Any:
            called = _given_what_it_wants(listener)
            if isinstance(name, str):
                self._by_name.setdefault((kind, name), called)
            else:
                self._by_pattern.append((kind, name, called))
            return listen(listener)

        return register

    async def async_dispatch(self, req: AsyncBoltRequest) -> BoltResponse:
        """What the listener acknowledged; 500 where it raised, so that Slack tells of it."""
        asked = what_is_asked(req.body)
        listener = self._listener(asked) if asked is not None else None
        if listener is None:
            return await super().async_dispatch(req)
        ack: AsyncAck = AsyncAck()  # type: ignore[no-untyped-call]
        try:
            await listener(ack, req.body)
        except Exception:
            log.exception("A listener failed.", extra={"asked": asked})
            return BoltResponse(status=500)
        return ack.response or BoltResponse(status=500)

    def _listener(self, asked: Asked) -> Listener | None:
        found = self._by_name.get(asked)
        if found is not None:
            return found
        kind, name = asked
        fits = (each[2] for each in self._by_pattern if each[0] == kind and each[1].search(name))
        return next(fits, None)


def what_is_asked(body: Mapping[str, Any]) -> Asked | None:
    """None for what is left to Bolt."""
    if "command" in body:
        return _named("command", body["command"])
    match body:
        case {"type": "block_actions", "actions": [{"action_id": name}, *_]}:
            return _named("action", name)
        case {"type": "view_submission", "view": {"callback_id": name}}:
            return _named("view", name)
        case {"type": "shortcut" | "message_action", "callback_id": name}:
            return _named("shortcut", name)
    return None


def _named(kind: str, name: object) -> Asked | None:
    return (kind, name) if isinstance(name, str) else None


def _given_what_it_wants(listener: Listener) -> Listener:
    """Found out once."""
    wants = frozenset(inspect.signature(listener).parameters)
    if wants == {"ack", "body"}:
        return lambda ack, body: listener(ack=ack, body=body)
    assert wants == {"ack"}, f"{listener} wants {wants}, which only Bolt could give"
    return lambda ack, body: listener(ack=ack)
