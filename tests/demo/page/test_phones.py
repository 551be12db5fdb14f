"""Phones and levers on the page."""

from collections.abc import AsyncIterator

import pytest
from aiohttp import web

from tests.demo.page.conftest import COMPOSER, Stage

pytestmark = pytest.mark.anyio
PUSH = "[data-testid=push]"


@pytest.fixture
async def door() -> AsyncIterator[tuple[str, list[str]]]:
    """Where the page's Acknowledge goes: an address, and who came."""
    came: list[str] = []

    async def acknowledge(request: web.Request) -> web.Response:
        came.append(request.method)
        styles = f"<style>{'p { margin: 0 } ' * 500}</style>"
        return web.Response(text=f"{styles}<p>You have INC-12.</p>", content_type="text/html")

    application = web.Application()
    application.router.add_post("/acknowledge/abc", acknowledge)
    runner = web.AppRunner(application)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}/acknowledge/abc", came
    await runner.cleanup()


async def test_a_phone_rings_and_one_press_acknowledges(
    stage: Stage, door: tuple[str, list[str]]
) -> None:
    address, came = door
    page = await stage.page()
    await page.wait_gone("[data-testid=phone]")
    await stage.ring("ana", title="P1: loads are late", message=f"Answer at {address}")
    await page.wait_for(".phone.rings")
    assert "P1: loads are late" in await page.text(PUSH)
    await page.click("[data-testid=push-action-1]")
    await page.wait_text("[data-testid=push-result]", "You have INC-12.")
    assert came == ["POST"]
    await page.wait_for(f"{PUSH}[data-state=acted]")
    await page.wait_gone(".phone.rings")


async def test_a_phone_nobody_answers_falls_quiet_and_keeps_its_page(stage: Stage) -> None:
    page = await stage.page()
    await stage.ring("ana", title="P1: loads are late")
    await page.wait_for(".phone.rings")
    await stage.pull("clock", advance=31)
    await page.wait_gone(".phone.rings")
    await page.wait_for(f"{PUSH}[data-state=unread]")
    assert await page.text("[data-testid=phone-waiting]") == "1"
    await page.click("[data-testid=push-silence]")
    await page.wait_for(f"{PUSH}[data-state=read]")
    await page.wait_gone("[data-testid=phone-waiting]")


async def test_a_form_on_the_screen_does_not_cover_the_phone(stage: Stage) -> None:
    await stage.ring("ana", title="P1", message="Look")
    page = await stage.page()
    await page.type(COMPOSER, "/form")
    await page.press("Enter")
    await page.wait_for("[data-testid=modal]")
    await page.click("[data-testid=push-silence]")
    await page.wait_for(f"{PUSH}[data-state=read]")


async def test_somebody_elses_ringing_phone_can_be_looked_at(stage: Stage) -> None:
    page = await stage.page()
    await stage.ring("mia", title="Ana has not answered")
    await page.click("[data-testid=ringing-mia]")
    assert "Ana has not answered" in await page.text("[data-testid=phone]")
    await page.click("[data-testid=push-silence]")
    await page.wait_gone("[data-testid=ringing-mia]")


async def test_a_press_that_fails_says_so(stage: Stage) -> None:
    await stage.ring("ana", title="P1", message="http://127.0.0.1:9/acknowledge/x")
    page = await stage.page()
    await page.click("[data-testid=push-action-1]")
    await page.wait_text("[data-testid=push-result]", "It did not work")


async def test_going_dark_is_seen_by_everybody(stage: Stage) -> None:
    page = await stage.page("?as=ana&channel=engineering&levers=calls")
    await page.click("[data-testid=dark]")
    await page.wait_text(".dark-banner", "Slack is dark")
    await page.click("[data-testid=dark]")
    await page.wait_gone(".dark-banner")


async def test_the_levers_list_every_call(stage: Stage) -> None:
    page = await stage.page("?as=ana&channel=engineering&levers=calls")
    await stage.say("hello")
    await page.wait_text("[data-testid=levers] tbody", "chat.postMessage")
