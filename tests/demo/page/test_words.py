"""mrkdwn and attachments as a person reads them."""

from typing import Any

import pytest

from tests.browser import Page
from tests.demo.page.conftest import MESSAGES, Stage

pytestmark = pytest.mark.anyio
LAST = f"{MESSAGES} article:last-of-type"


async def drawn(stage: Stage, text: str, **more: Any) -> Page:
    ts = await stage.say(text, **more)
    page = await stage.page()
    await page.wait_for(f'[data-ts="{ts}"]')
    return page


async def test_styles_links_and_code(stage: Stage) -> None:
    page = await drawn(
        stage,
        "*bold* _it_ ~gone~ `a *b* &lt;c&gt;` <https://x.test/a_b|my_own_label> "
        "snake_case_name 3*4*5",
    )
    inside = f"document.querySelector('{LAST} .mrkdwn')"
    for tag, text in [("b", "bold"), ("i", "it"), ("s", "gone"), ("code", "a *b* <c>")]:
        assert await page.evaluate(f"{inside}.querySelector('{tag}').textContent") == text
    assert await page.evaluate(f"{inside}.querySelector('a').textContent") == "my_own_label"
    assert await page.evaluate(f"{inside}.querySelectorAll('b').length") == 1
    assert "snake_case_name 3*4*5" in await page.text(LAST)


async def test_quotes_lists_and_code_blocks(stage: Stage) -> None:
    page = await drawn(
        stage, "&gt; said\n• one\n• two\n```\nselect *x*\n  from y\n```\n# not a title"
    )
    inside = f"document.querySelector('{LAST} .mrkdwn')"
    assert await page.evaluate(f"{inside}.querySelector('blockquote').textContent") == "said"
    assert await page.evaluate(f"{inside}.querySelectorAll('li').length") == 2
    pre = await page.evaluate(f"{inside}.querySelector('pre').textContent")
    assert pre == "select *x*\n  from y"
    assert "# not a title" in await page.text(LAST)


async def test_mentions_are_names_and_mine_stands_out(stage: Stage) -> None:
    ana, ben = stage.user("ana"), stage.user("ben")
    page = await drawn(stage, f"<@{ana}> <@{ben}> <!here> :tada: :no_such_emoji:")
    assert "@Ana Duarte @Ben Okafor @here 🎉 :no_such_emoji:" in await page.text(LAST)
    assert await page.texts(f"{LAST} .mention.me") == ["@Ana Duarte", "@here"]


async def test_days_are_written_small_inside_a_sentence_and_the_british_way(stage: Stage) -> None:
    now, then = int(stage.workspace.world.now()), 1767258000
    pretty = "{date_short_pretty}"
    page = await drawn(
        stage,
        f"<!date^{now}^{pretty}|x>, since <!date^{now}^{pretty}|x> and *<!date^{now}^{pretty}|x>*\n"
        f"<!date^{now}^{pretty}|x>. <!date^{then}^{pretty}|x>, <!date^{then}^{{date_long}}|x>, "
        f"<!date^{then}^{{date}}|x>",
    )
    said = await page.text(f"{LAST} .mrkdwn")
    assert said == (
        "Today, since today and today\nToday. 1 Jan 2026, Thursday 1 January 2026, 1 January 2026"
    )


async def test_markup_in_a_message_stays_text(stage: Stage) -> None:
    page = await drawn(
        stage, "<img src=x onerror=alert(1)> &lt;b&gt;not bold&lt;/b&gt; <javascript:x|y>"
    )
    assert "<b>not bold</b>" in await page.text(LAST)
    assert (
        await page.evaluate(f"document.querySelectorAll('{LAST} :is(img, .mrkdwn a)').length") == 0
    )


async def test_attachments_have_their_colour_and_fields(stage: Stage) -> None:
    attachment = {
        "color": "#e01e5a", "title": "FIRING", "title_link": "https://x.test", "text": "*late*",
        "fields": [{"title": "Severity", "value": "critical", "short": True}], "footer": "Monitor",
    }  # fmt: skip
    page = await drawn(stage, "An alert", attachments=[attachment])
    said = await page.text(f"{LAST} .attachment")
    assert said.split("\n") == ["FIRING", "late", "Severity", "critical", "Monitor"]
    colour = f"getComputedStyle(document.querySelector('{LAST} .attachment')).borderLeftColor"
    assert await page.evaluate(colour) == "rgb(224, 30, 90)"


async def test_blocks_from_the_library_are_drawn_when_they_first_appear(stage: Stage) -> None:
    page = await stage.page()
    await page.wait_text(MESSAGES, "The release went out")
    table = {"type": "table", "rows": [
        [{"type": "raw_text", "text": "Service"}, {"type": "raw_text", "text": "State"}],
        [{"type": "raw_text", "text": "Loads"}, {"type": "raw_text", "text": "late"}],
    ]}  # fmt: skip
    await stage.say("a table", blocks=[table])
    await page.wait_text(f"{LAST} table", "Loads")
    assert page.errors == []


async def test_it_follows_the_systems_dark(stage: Stage) -> None:
    light, dark = await stage.page(), await stage.page(dark=True)
    ground = "getComputedStyle(document.querySelector('.main')).backgroundColor"
    assert await light.evaluate(ground) == "rgb(255, 255, 255)"
    assert await dark.evaluate(ground) == "rgb(26, 29, 33)"
