"""Hands to act with, over the same doors as everybody: the workspace's levers and the intake."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from app.demo.workspace.state import State
from app.demo.workspace.values import Push

QUIET = 3
"""The priority of a push that wakes nobody; pages have more."""


class Fumbled(Exception):
    """The workspace or the intake refused what the story wanted; the message says what."""


@dataclass
class Hands:
    """Acts as Acme's people and as its monitoring. `said` are the messages written this way."""

    http: aiohttp.ClientSession
    state: State
    workspace: str
    intake: str
    token: str
    said: set[str] = field(default_factory=set)

    async def alert(self, alarm: str, **facts: str) -> int | None:
        """Send an alert as monitoring would; the incident's number, if it now has one."""
        async with self.http.post(
            self.intake,
            json={"alarm": alarm, **facts},
            headers={"Authorization": f"Bearer {self.token}"},
        ) as answer:
            told = await answer.json()
        if answer.status != 200:
            raise Fumbled(f"the intake answered {answer.status} to {alarm}: {told}")
        for key in told["incidents"]:
            return int(key.removeprefix("INC-"))
        return None

    async def say(self, who: str, channel: str, text: str) -> None:
        """Write a message; whoever is not in the channel joins it first."""
        room, person = self.state.channel_called(channel), self.state.user_called(who)
        if room is not None and person is not None and person.id not in room.members:
            await self._pull("act/join", user=who, channel=channel)
        told = await self._pull("act/message", user=who, channel=channel, text=text)
        self.said.add(told["ts"])

    async def answer(self, who: str) -> bool:
        """Press *Acknowledge* on somebody's phone; False when it does not ring."""
        push = self.ringing(who)
        if push is None:
            return False
        labels = [action["label"] for action in push.actions]
        if "Acknowledge" not in labels:
            raise Fumbled(f"the phone of {who} shows no way to acknowledge")
        await self._pull(f"phone/{who}/act", id=push.id, action=labels.index("Acknowledge"))
        return True

    async def silence(self) -> None:
        """Put away whatever still rings, as people do once it is answered."""
        for who, pushes in self.state.phones.items():
            for push in pushes:
                if push.state == "ringing":
                    await self._pull(f"phone/{who}/read", id=push.id)

    def ringing(self, who: str) -> Push | None:
        """What rings on somebody's phone, newest first; what lies there quietly does not."""
        pushes = self.state.phones.get(who, [])
        return next(
            (
                each
                for each in reversed(pushes)
                if each.state == "ringing" and each.priority > QUIET
            ),
            None,
        )

    async def _pull(self, lever: str, **facts: Any) -> Mapping[str, Any]:
        async with self.http.post(f"{self.workspace}/_workspace/{lever}", json=facts) as answer:
            told: Mapping[str, Any] = await answer.json()
        if not told.get("ok"):
            raise Fumbled(f"{lever} was refused: {told.get('error') or told}")
        return told
