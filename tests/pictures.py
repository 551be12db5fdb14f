"""`.venv/bin/python -m tests.pictures`: the README's pictures, of the demo in Chromium.

The clock is set to one night, so that pictures taken on another day tell the same story.
"""

import asyncio
import shutil
import sys
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import time_machine

from app.demo.past import live_through
from app.demo.stage import Stage, staged
from app.demo.story import ALARM, COUNTED, FINDINGS, SMALL_TALK, TITLE, WONDERING, Line
from tests.browser import NAMES, Browser, Page

PICTURES = Path(__file__).parents[1] / "app" / "demo" / "pictures"
NIGHT = datetime(2026, 11, 26, 3, 17, tzinfo=UTC)
"""A Thursday: night in Dublin, midday in Singapore, evening in Los Angeles."""
LARGEST = 250_000
"""Bytes of a picture: a README should open quickly."""
WAIT = "5m"
MESSAGES = "[data-testid=messages]"
SETTLE = 0.6
"""Seconds for pictures and fonts to be drawn and movements to end."""


@dataclass
class Photographer:
    """Tells the night and takes a picture of every scene."""

    stage: Stage
    browser: Browser

    async def take_all(self) -> None:
        for line in SMALL_TALK:
            await self._say(line, "random", after=timedelta(seconds=20))
        number = await self.stage.hands.alert(ALARM, title=TITLE, fingerprint=COUNTED)
        await self.stage.calm()
        room = self._room(f"inc-{number}-")
        await self._ringing()
        for line in WONDERING:
            await self._say(line, room, after=timedelta(seconds=35))
        await self._link()
        await self._incident(room)
        await self._handover()
        await self._oncall()
        await self._cover()
        await self._resolved(room)

    async def _ringing(self) -> None:
        """The announcement, and the phone of whoever is on call."""
        page = await self._open("?as=sean&channel=engineering&phone=sean")
        await page.wait_for(".phone.rings")
        await self._shoot(page, "ringing")

    async def _link(self) -> None:
        """What the link in the page leads to; its button is then really pressed."""
        push = self.stage.hands.ringing("sean")
        assert push is not None
        page = await self.browser.open(push.click, width=390, height=640)
        await self._shoot(page, "link")
        await page.click("button.go")
        await page.wait_text("main", "You have it")
        await page.close()
        await self.stage.calm()
        await self.stage.hands.silence()

    async def _incident(self, room: str) -> None:
        """Findings, an update, the end of the impact: the card tells how it stands."""
        for line in FINDINGS[:3]:
            await self._say(line, room, after=timedelta(minutes=2))
        await self._command("sean", room, "/inc", "update The load waits for a lock. Chi and Yuki "
                            "are stopping the export that holds it.")  # fmt: skip
        await self._say(FINDINGS[3], room, after=timedelta(minutes=1))
        await self.stage.hands.alert(ALARM, status="resolved", fingerprint=COUNTED)
        await self.stage.calm()
        page = await self._open(f"?as=yuki&channel={room}", height=860)
        await self._to_the_card(page)
        await self._shoot(page, "incident")

    async def _resolved(self, room: str) -> None:
        """The end of the impact, and what is owed before the incident may be closed."""
        await self._command("sean", room, "/inc", "resolve")
        await self._command("yuki", room, "/inc", "rootcause The monthly export held a lock on "
                            "the orders table all night.")  # fmt: skip
        await self._command("yuki", room, "/inc", "followup Let the export read from the replica")
        page = await self._open(f"?as=sean&channel={room}", height=620)
        await self._to_the_card(page)
        await self._shoot(page, "resolved")

    async def _to_the_card(self, page: Page) -> None:
        """Scrolls up to the channel's first message of Baton's, which is the card."""
        await page.wait_text(MESSAGES, "Runbook")
        card = "e => e.innerText.includes('Runbook')"
        await page.evaluate(
            f"[...document.querySelectorAll('[data-testid=message]')].find({card}).scrollIntoView()"
        )

    async def _handover(self) -> None:
        page = await self._open("?as=chi&channel=on-call")
        await self._shoot(page, "handover")

    async def _oncall(self) -> None:
        """The command is typed, as anybody would."""
        page = await self._open("?as=chi&channel=engineering")
        await page.type("[data-testid=composer]", "/oncall")
        await page.press("Enter")
        await page.wait_text(MESSAGES, "Only visible to you")
        await self._shoot(page, "oncall")

    async def _cover(self) -> None:
        """Somebody asks for cover, and another volunteer finds it on their Home."""
        page = await self._open("?as=gus&channel=random")
        await page.type("[data-testid=composer]", "/oncall cover me my sister marries")
        await page.press("Enter")
        await page.click("[data-block=shift] input")
        await page.click('[data-value$=":volunteers"]')
        await self._shoot(page, "cover")
        await page.click("[data-testid=modal-submit]")
        await page.wait_text(MESSAGES, "Asked for cover")
        await page.close()
        await self.stage.calm()
        await self._shoot(await self._open("?as=sean&view=home", height=900), "home")

    def _room(self, prefix: str) -> str:
        channels = self.stage.workspace.state.channels.values()
        return next(each.name for each in channels if each.name.startswith(prefix))

    async def _say(self, line: Line, channel: str, *, after: timedelta) -> None:
        await self.stage.move_to(self.stage.now() + after)
        clock = f"{self.stage.now().astimezone(self.stage.company.night):%H:%M}"
        await self.stage.hands.say(line.who, channel, line.text.replace("{clock}", clock))

    async def _command(self, who: str, channel: str, command: str, text: str) -> None:
        url = f"{self.stage.workspace.url}/_workspace/act/command"
        facts = {"user": who, "channel": channel, "command": command, "text": text}
        async with self.stage.hands.http.post(url, json=facts) as answer:
            told = await answer.json()
        assert told["ok"], told
        await self.stage.calm()

    async def _open(self, query: str, *, height: int = 800) -> Page:
        url = f"{self.stage.workspace.url}/{query}"
        page = await self.browser.open(url, width=1280, height=height)
        await page.wait_for(".app")
        return page

    async def _shoot(self, page: Page, name: str) -> None:
        await asyncio.sleep(SETTLE)
        path = PICTURES / f"{name}.png"
        await page.screenshot(path)
        print(f"{path.name}: {path.stat().st_size / 1000:.0f} kB")


async def take() -> None:
    """Starts the demo in a folder of its own, and leaves only the pictures behind."""
    with tempfile.TemporaryDirectory(prefix="baton-pictures-") as folder:
        async with staged(Path(folder), port=0) as stage, Browser.running() as browser:
            await live_through(stage)
            await stage.live_with(WAIT)
            await Photographer(stage, browser).take_all()


def main() -> int:
    if not any(map(shutil.which, NAMES)):
        print("The pictures are taken in Chromium, and none is installed.", file=sys.stderr)
        return 1
    PICTURES.mkdir(exist_ok=True)
    with time_machine.travel(NIGHT, tick=True):
        asyncio.run(take())
    heavy = [each.name for each in PICTURES.glob("*.png") if each.stat().st_size > LARGEST]
    if heavy:
        print(f"Too large for a README: {', '.join(heavy)}", file=sys.stderr)
    return 1 if heavy else 0


if __name__ == "__main__":
    sys.exit(main())
