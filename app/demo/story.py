"""The story: at night the nightly load fails, the one on call sleeps, and anybody may step in.

It only goes on by itself while nobody does. Whoever the visitor has been is the visitor's from
then on: the story never writes, answers or presses as them again.
"""

import asyncio
import logging
from dataclasses import dataclass

import aiohttp

from app.demo.hands import Fumbled
from app.demo.stage import Stage
from app.demo.workspace.values import Channel
from app.rules.incident import Incident, State

log = logging.getLogger("baton.demo")

SLEEPER = "sean"
LOOK = 0.2
"""Seconds between two looks at how things stand."""
ALARM = "EltLate"
TITLE = "The nightly load is stuck"
COUNTED = "eltlate-nightly"
"""The alert's fingerprint, so that its end is told as the end of the same trouble."""


@dataclass(frozen=True, kw_only=True)
class Line:
    """What somebody says, and so many seconds after the line before. `{clock}` is the time where
    it is night."""

    who: str
    text: str
    after: float


SMALL_TALK = (
    Line(who="gus", text="The noodle place round the corner is open again.", after=2),
    Line(who="yuki", text="Finally. In ten minutes?", after=4),
)
WONDERING = (
    Line(who="chi", text="I see this too. It is {clock} where Seán is, so give him a moment.",
         after=9),
    Line(who="chi", text="If nobody answers, Baton pages the managers by itself.", after=5),
)  # fmt: skip
FINDINGS = (
    Line(who="yuki", text="I can help, it is day here. I am looking at the warehouse.", after=6),
    Line(who="yuki", text="The load waits for a lock on `orders`. An export from last night still "
         "holds it.", after=9),
    Line(who="chi", text="That is the monthly export. It is safe to stop, it starts again by "
         "itself.", after=7),
    Line(who="yuki", text="Stopped. The load moves again: 40 % and climbing.", after=8),
)  # fmt: skip
ENDING = (
    Line(who="yuki", text="The row counts match. From my side this can be resolved.", after=5),
)


class Story:
    """One telling. `pace` is how long its seconds are; 1 is for people."""

    def __init__(self, stage: Stage, *, pace: float = 1.0) -> None:
        self._stage = stage
        self._hands = stage.hands
        self._pace = pace
        self._began = stage.now().timestamp()
        self._answered_as = ""

    async def tell(self) -> None:
        """From small talk to the last finding. What goes wrong ends the story, not the demo."""
        try:
            await self._tell()
        except (Fumbled, LookupError, aiohttp.ClientError) as reason:
            log.warning("the story ends here: %s", reason)

    async def _tell(self) -> None:
        for line in SMALL_TALK:
            await self._say(line, "random")
        await self._pause(5)
        number = await self._hands.alert(ALARM, title=TITLE, fingerprint=COUNTED)
        if number is None:
            raise Fumbled("the alert opened no incident")
        room = await self._channel(number)
        await self._until_answered(number, room)
        for line in FINDINGS:
            await self._find(number, room, line)
        await self._hands.alert(ALARM, status="resolved", fingerprint=COUNTED)
        for line in ENDING:
            await self._find(number, room, line)

    async def _until_answered(self, number: int, room: Channel) -> None:
        """Colleagues wonder; the last manager answers if nobody has."""
        for line in WONDERING:
            if await self._rings(number):
                await self._say(line, room.id)
        while await self._rings(number):
            await asyncio.sleep(LOOK * self._pace)
            if self._hands.ringing("noor") and not self._is_visitor("noor"):
                await self._pause(20)
                await self._answer("noor", number)
        if self._answered_as:
            await self._say(Line(who=self._answered_as, text="I have it.", after=3), room.id)

    async def _answer(self, who: str, number: int) -> None:
        if await self._rings(number) and not self._is_visitor(who):
            await self._hands.answer(who)
            self._answered_as = who

    async def _find(self, number: int, room: Channel, line: Line) -> None:
        """A finding, as long as there is something to find."""
        if (await self._incident(number)).state.is_open:
            await self._say(line, room.id)

    async def _say(self, line: Line, channel: str) -> None:
        await self._pause(line.after)
        if not self._is_visitor(line.who):
            clock = f"{self._stage.now().astimezone(self._stage.company.night):%H:%M}"
            await self._hands.say(line.who, channel, line.text.replace("{clock}", clock))

    async def _rings(self, number: int) -> bool:
        return (await self._incident(number)).state is State.TRIGGERED

    async def _incident(self, number: int) -> Incident:
        return await self._stage.baton.parts.kit.read(lambda work: work.incident(number))

    async def _channel(self, number: int) -> Channel:
        """The incident's channel, once Baton has made it."""
        while True:
            for room in self._stage.workspace.state.channels.values():
                if room.name.startswith(f"inc-{number}-"):
                    return room
            await asyncio.sleep(LOOK * self._pace)

    async def _pause(self, seconds: float) -> None:
        await asyncio.sleep(seconds * self._pace)

    def _is_visitor(self, who: str) -> bool:
        """Whether this person has written something, or pressed on their phone, by themselves."""
        state = self._stage.workspace.state
        person = state.user_called(who)
        if person is None:
            raise LookupError(f"nobody at Acme is called {who}")
        wrote = any(
            said.user == person.id and not said.subtype and said.ts not in self._hands.said
            for room in state.channels.values()
            for said in room.messages.values()
            if float(said.ts) >= self._began
        )
        pressed = any(
            push.state == "acted" and push.at >= self._began for push in state.phones.get(who, ())
        )
        return wrote or (pressed and who != self._answered_as)
