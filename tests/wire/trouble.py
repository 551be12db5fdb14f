"""A stage on which Slack is made to fail, with the clock of this machine and many services."""

import contextlib
import itertools
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from app import build
from app.chat import client, reach
from app.chat.limits import Limits
from app.delivery import comeback
from app.demo.workspace.link.envelope import Envelope, Outcome
from app.flows.work import Work
from app.rules.incident import Incident
from storage import timeline
from storage.tables import effects
from tests.crash.company import organisation
from tests.wire.stage import Stage, give_phone, staged

SERVICES = 30
PEOPLE = ("chi", "mia", "noor")
CALL_TIMEOUT = 1
"""Seconds a call may take, so that a test need not wait for the five of the real thing."""
SHUT_EVERY = 2.0
"""Seconds between looks at a token that was refused; the real thing takes ten."""


@dataclass
class Trouble:
    """Levers of the workspace, and looks at what became of it."""

    stage: Stage
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(0))

    async def put(self, method: str, **fault: Any) -> None:
        await self._lever("PUT", f"faults/{method}", fault)

    async def heal(self) -> None:
        await self._lever("DELETE", "faults/*", {})
        await self._lever("POST", "dark", {"on": False})

    async def dark(self, *, on: bool) -> None:
        await self._lever("POST", "dark", {"on": on})

    async def drop(self, how: str) -> None:
        await self._lever("POST", "sockets/drop", {"how": how})

    async def calls(self, method: str) -> list[Mapping[str, Any]]:
        url = f"{self.stage.workspace.url}/_workspace/calls"
        async with self.stage.http.get(url, params={"method": method}) as answer:
            return list((await answer.json())["calls"])

    async def _lever(self, verb: str, what: str, body: Mapping[str, Any]) -> None:
        url = f"{self.stage.workspace.url}/_workspace/{what}"
        async with self.stage.http.request(verb, url, json=body) as answer:
            assert answer.status == 200, await answer.text()

    async def alert(self, title: str) -> int:
        """A P1 of a service of its own; the incident's number."""
        told = await self.stage.alert(alarm=f"Late{next(self.numbers)}", title=title)
        return int(told["incidents"][0].removeprefix("INC-"))

    async def incident(self, number: int) -> Incident:
        return await self.stage.baton.parts.kit.read(lambda work: work.incident(number))

    async def happened(self, number: int, kind: str) -> list[Mapping[str, Any]]:
        """What the timeline tells of this kind."""
        lines = await self.stage.baton.parts.kit.read(lambda w: timeline.list_of(w.tx, number))
        return [each.facts for each in lines if each.kind == kind]

    async def pages(self, handle: str, number: int) -> list[Mapping[str, Any]]:
        """What rang on a phone for this incident."""
        rang = await self.stage.phone(handle)
        return [each for each in rang if f"INC-{number} " in each["title"]]

    async def rooms(self, number: int) -> list[str]:
        state = await self.stage.state()
        start = f"inc-{number}-"
        return [each["name"] for each in state["channels"] if each["name"].startswith(start)]

    async def posts(self, number: int) -> Counter[str]:
        """How often the card and the announcement stand in Slack."""
        wanted = (f"card:{number}", f"announcement:{number}")
        keys = [key_of(each) for each in await self.messages()]
        return Counter(key for key in keys if key in wanted)

    async def stands_once(self, number: int) -> bool:
        """One channel, one card, one announcement. More of any is wrong at once."""
        rooms, posts = await self.rooms(number), await self.posts(number)
        assert len(rooms) <= 1, rooms
        assert all(count <= 1 for count in posts.values()), posts
        return len(rooms) == 1 and len(posts) == 2

    async def heard(self, handle: str, words: str) -> bool:
        """Whether a phone shows a message of Baton's own trouble that says so."""
        rang = await self.stage.phone(handle)
        return any(words in each["message"] for each in rang if "has trouble" in each["title"])

    async def knows_it_is_away(self) -> bool:
        """It has looked for it in vain."""
        chat = self.stage.baton.parts.chat
        return chat is not None and chat.reach.silent_for > reach.AWAY_AFTER + comeback.PROBE_EVERY

    async def wait_minutes_for_the_next_try(self) -> None:
        """As if Slack had been away for hours."""

        def put_off(work: Work) -> None:
            change = update(effects).where(
                effects.c.lane.in_(["chat", "room", "direct"]),
                effects.c.outcome.in_(["due", "unknown"]),
                effects.c.problem.is_not(None),
            )
            work.tx.execute(change.values(due=work.now + timedelta(minutes=5), attempts=12))

        await self.stage.baton.parts.kit.do(put_off)

    async def messages(self) -> list[Mapping[str, Any]]:
        state = await self.stage.state()
        return [message for each in state["channels"] for message in each["messages"]]

    async def told(self, channel: str, *words: str) -> bool:
        """Whether one message of a channel holds all these words."""
        said = await self.stage.messages(channel)
        return any(all(word in text for word in words) for text in said)

    async def until(self, look: Any, *args: Any, within: float = 40.0) -> Any:
        return await self.stage.until(lambda: look(*args), within=within)

    async def room(self, number: int) -> str:
        """The incident's channel, once everything in it stands and Chi is in it."""
        await self.until(self.stands_once, number)
        room = (await self.rooms(number))[0]
        await self.until(self._is_in, "chi", room)
        return room

    async def _is_in(self, handle: str, room: str) -> bool:
        people = self.stage.workspace.state.users.values()
        [user] = [each.id for each in people if each.name == handle]
        return user in ((await self.stage.channel(room)) or {})["members"]

    async def direct(self, handle: str, number: int) -> Mapping[str, Any] | None:
        """The Slack page of somebody about this incident."""
        found = await self.stage.direct(handle)
        return next((each for each in found if f"INC-{number}" in each["text"]), None)

    def listen(self) -> list[Envelope]:
        """From now on everything the app is handed is kept, to be handed to it again."""
        transport: Any = self.stage.workspace.transport
        deliver, heard = transport.deliver, list[Envelope]()

        async def deliver_and_keep(envelope: Envelope) -> Outcome:
            heard.append(envelope)
            outcome: Outcome = await deliver(envelope)
            return outcome

        transport.deliver = deliver_and_keep
        return heard

    async def deliver(self, envelope: Envelope) -> Outcome:
        """Hand it to the app once more, as Slack does when it missed the acknowledgement."""
        again = Envelope(
            kind=envelope.kind,
            payload=envelope.payload,
            attempt=1,
            retry_reason="timeout",
            id=envelope.id,
        )
        return await self.stage.workspace.transport.deliver(again)


@contextlib.asynccontextmanager
async def troubled(
    database_url: str,
    folder: Path,
    *,
    wait: str = "5m",
    change: Mapping[str, str] | None = None,
    mode: str = "socket",
) -> AsyncIterator[Trouble]:
    """A Baton that speaks to a Slack in trouble; `change` edits the organisation file."""
    text = organisation(wait=wait) + "\n".join(map(service, range(SERVICES)))
    for old, new in (change or {}).items():
        text = text.replace(old, new)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(client, "TIMEOUT", CALL_TIMEOUT)
        patch.setattr(build, "STOP_WITHIN", 0.5)
        patch.setattr(comeback, "SHUT_EVERY", SHUT_EVERY)
        async with staged(
            database_url, folder, organisation=text, phones=False, mode=mode
        ) as stage:
            for name in PEOPLE:
                if f"{name}@acme.test" in text:
                    await give_phone(stage, name)
            assert stage.baton.parts.chat is not None
            # Slack's limits ten times as wide: one stage serves many incidents of one minute.
            stage.baton.parts.chat.limits = Limits(lambda: time.monotonic() * 10)
            yield Trouble(stage=stage)


def key_of(message: Mapping[str, Any]) -> str:
    """The key that Baton put into a post's metadata."""
    payload = (message.get("metadata") or {}).get("event_payload") or {}
    return str(payload.get("key", ""))


def service(number: int) -> str:
    """A service of Data Infrastructure's with a core SLA and its one alarm, for the file."""
    return f"""
[[service]]
id = "loader-{number}"
name = "Loader {number}"
team = "data-infra"

[[service.sla]]
id = "fresh-{number}"
text = "fresh by 07:00"
core = true

[[alarm]]
key = "Late{number}"
service = "loader-{number}"
threatens = "fresh-{number}"
runbook = "https://runbooks.acme.test/late"
action = "Restart it"
proposed_by = "chi@acme.test"
approved_by = "mia@acme.test"
"""
