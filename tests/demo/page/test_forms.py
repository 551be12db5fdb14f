"""Buttons, modals, Home and shortcuts on the page."""

from collections.abc import Sequence

import anyio
import pytest

from tests.browser import Page
from tests.demo.page.conftest import COMPOSER, MESSAGES, Stage
from tests.demo.page.small_app import CARD

pytestmark = pytest.mark.anyio
MODAL, SEND, ERROR = (
    "[data-testid=modal]",
    "[data-testid=modal-submit]",
    "[data-testid=input-error]",
)


async def opened(stage: Stage) -> Page:
    page = await stage.page()
    await page.type(COMPOSER, "/form")
    await page.press("Enter")
    await page.wait_for(MODAL)
    return page


async def fill(page: Page) -> None:
    await page.type("[data-action=what]", "The loads are late")
    await page.click("[data-block=service] input")
    await page.click("[data-value=reports]")
    await page.click("[data-block=sure] input[value=yes]")


async def heard(what: Sequence[object]) -> None:
    with anyio.fail_after(5):
        while not what:
            await anyio.sleep(0.01)


async def test_a_button_reaches_the_app_with_its_value(stage: Stage) -> None:
    await stage.say("card", blocks=CARD)
    page = await stage.page()
    await page.click("[data-action=take-it]")
    await heard(stage.heard.actions)
    assert stage.heard.actions[0]["value"] == "take-it"


async def test_a_confirmed_button_asks_first(stage: Stage) -> None:
    await stage.say("card", blocks=CARD)
    page = await stage.page()
    await page.click("[data-action=wake]")
    assert "Her phone rings at once." in await page.text("[data-testid=confirm]")
    await page.click("[data-testid=confirm-no]")
    await page.wait_gone("[data-testid=confirm]")
    await page.click("[data-action=wake]")
    await page.click("[data-testid=confirm-yes]")
    await heard(stage.heard.actions)
    assert stage.heard.pressed() == ["wake"]


async def test_a_button_nobody_answers_says_so(stage: Stage) -> None:
    await stage.say("card", blocks=CARD)
    page = await stage.page()
    await page.click("[data-action=hang]")
    await page.wait_text(f"{MESSAGES} [role=alert]", "did not answer in time")


async def test_required_fields_are_asked_for_before_anything_is_sent(stage: Stage) -> None:
    page = await opened(stage)
    await page.click(SEND)
    await page.wait_for(ERROR)
    asked = "Please complete this required field."
    assert await page.texts(ERROR) == [asked] * 3
    assert stage.heard.forms == []


async def test_the_apps_errors_stand_at_their_fields(stage: Stage) -> None:
    page = await opened(stage)
    await page.type("[data-action=what]", "short")
    await page.click("[data-block=service] input")
    await page.click("[data-value=loads]")
    await page.click("[data-block=sure] input[value=no]")
    await page.click(SEND)
    await page.wait_text(f"[data-block=what] {ERROR}", "Ten letters at least")
    await page.type("[data-action=what]", " but long enough")
    assert await page.texts(ERROR) == []
    await page.click(SEND)
    await page.wait_gone(MODAL)
    assert stage.heard.forms[0]["what"]["what"]["value"] == "short but long enough"


async def test_every_value_arrives_as_slack_writes_it(stage: Stage) -> None:
    page = await opened(stage)
    await fill(page)
    await page.click("[data-block=alarm] input")
    await page.write("disk")
    await page.click("[data-value='disk is late']")
    await page.click("[data-block=people] input")
    await page.write("ben")
    await page.click(f"[data-value={stage.user('ben')}]")
    await page.press("Escape")
    await page.click("[data-block=flags] input")
    await page.click(SEND)
    await page.wait_gone(MODAL)
    values = stage.heard.forms[0]
    assert values["service"]["service"]["selected_option"]["value"] == "reports"
    assert values["alarm"]["alarm"]["selected_option"]["value"] == "disk is late"
    assert values["people"]["people"]["selected_users"] == [stage.user("ben")]
    assert values["sure"]["sure"]["selected_option"]["value"] == "yes"
    assert [o["value"] for o in values["flags"]["flags"]["selected_options"]] == ["loud"]
    assert values["day"]["day"]["selected_date"] is None


async def test_a_second_view_lies_on_the_first_and_keeps_what_was_typed(stage: Stage) -> None:
    page = await opened(stage)
    await page.type("[data-action=what]", "half a sentence")
    await page.click("[data-action=more]")
    await page.wait_text(MODAL, "Runbook")
    await page.type("[data-action=link]", "nowhere")
    await page.click(SEND)
    assert "valid URL" in await page.text(ERROR)
    await page.press("Escape")
    await page.wait_for("[data-action=what]")
    assert await page.evaluate("document.querySelector('[data-action=what]').value") == (
        "half a sentence"
    )


async def test_escape_closes_the_form_and_the_app_is_told(stage: Stage) -> None:
    page = await opened(stage)
    await page.press("Escape")
    await page.wait_gone(MODAL)
    await heard(stage.heard.closed)
    assert stage.heard.closed == ["form"]


async def test_the_keyboard_stays_inside_the_form(stage: Stage) -> None:
    page = await opened(stage)
    for _ in range(20):
        await page.press("Tab")
        assert await page.evaluate(f"!!document.activeElement.closest('{MODAL}')")


async def test_home_is_published_when_it_is_opened(stage: Stage) -> None:
    page = await stage.page("?as=ben&view=home")
    await page.wait_text("[data-testid=home]", "You are on call.")
    await page.click("[data-action=declare]")
    await heard(stage.heard.actions)
    assert stage.heard.pressed() == ["declare"]


async def test_a_message_shortcut_takes_its_message_along(stage: Stage) -> None:
    ts = await stage.say("look at this")
    page = await stage.page()
    place = f'{MESSAGES} [data-ts="{ts}"]'
    await page.hover(place)
    await page.click(f"{place} [data-testid=more-actions]")
    await page.click(f"{place} .menu-item")
    await page.wait_for(MODAL)
    assert stage.heard.shortcuts[0]["message"]["ts"] == ts
