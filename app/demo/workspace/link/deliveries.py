"""Hands events and interactions to the app, again where Slack would, and keeps a list of it."""

import asyncio
import logging
import time

from app.demo.workspace.link.envelope import Envelope, Outcome, Transport
from app.demo.workspace.values import Delivery, Json
from app.demo.workspace.world import Answer, World, milliseconds_since

log = logging.getLogger(__name__)
RETRY_AFTER = (
    1.0,
    60.0,
    300.0,
)  # almost at once, after a minute, after five (slack-platform.md 2.1)
_NAMES = {"events_api": "event", "slash_commands": "command", "interactive": "interactive"}


class Deliveries:
    """`ask` waits for an answer; `send_event` returns at once, and tries four times."""

    def __init__(self, world: World, transport: Transport) -> None:
        self.transport = transport
        self._world = world
        self._tasks: set[asyncio.Task[None]] = set()

    async def ask(self, kind: str, payload: Json) -> Answer:
        """One attempt, as for commands and interactions: nobody presses twice for the app."""
        outcome = await self._attempt(Envelope(kind=kind, payload=payload), payload)
        if outcome.acked:
            return Answer(acked=True, status="acked", payload=outcome.payload)
        slow = outcome.status == "timeout"
        return Answer(acked=False, status="operation_timeout" if slow else "dispatch_failed")

    def send_event(self, event: Json, shared: bool) -> None:
        task = asyncio.get_running_loop().create_task(self._deliver(self._outer(event, shared)))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _outer(self, event: Json, shared: bool) -> Json:
        world, state = self._world, self._world.state
        return {
            "token": "verification-token",
            "team_id": state.team.id,
            "context_team_id": state.team.id,
            "context_enterprise_id": None,
            "api_app_id": state.app.id,
            "event": event,
            "type": "event_callback",
            "event_id": state.new_id("Ev"),
            "event_time": int(world.now()),
            "authorizations": [
                {
                    "enterprise_id": None,
                    "team_id": state.team.id,
                    "user_id": state.app.bot_user_id,
                    "is_bot": True,
                    "is_enterprise_install": False,
                }
            ],
            "is_ext_shared_channel": shared,
            "event_context": f"4-{state.app.id}-{state.counter}",
        }

    async def _deliver(self, payload: Json) -> None:
        """Up to four attempts; while Slack is dark its queue stands still."""
        reason = ""
        for attempt in range(len(RETRY_AFTER) + 1):
            if attempt:
                await self._world.clock.sleep_until(self._world.now() + RETRY_AFTER[attempt - 1])
            await self._world.light.wait()
            envelope = Envelope(
                kind="events_api", payload=payload, attempt=attempt, retry_reason=reason
            )
            outcome = await self._attempt(envelope, payload)
            if outcome.acked or not outcome.retry:
                return
            reason = outcome.status
        log.warning("The app never acknowledged event %s.", payload["event_id"])

    async def _attempt(self, envelope: Envelope, payload: Json) -> Outcome:
        delivery = Delivery(
            at=self._world.now(),
            id=payload.get("event_id") or envelope.id,
            type=_NAMES[envelope.kind],
            attempt=envelope.attempt,
            transport=self.transport.name,
        )
        self._world.remember_delivery(delivery)
        start = time.monotonic()
        outcome = await self.transport.deliver(envelope)
        delivery.status, delivery.response = outcome.status, outcome.payload
        if outcome.acked:
            delivery.acked_ms = milliseconds_since(start)
        self._world.touch()
        return outcome

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
