"""Channels on the page: reading, writing, threads, being somebody else."""

import pytest

from tests.demo.page.conftest import COMPOSER, MESSAGES, Stage

pytestmark = pytest.mark.anyio


async def test_the_page_shows_the_channel_its_address_names(stage: Stage) -> None:
    page = await stage.page("?as=ana&channel=engineering")
    assert await page.text("[data-testid=channel-title]") == "engineering"
    assert "The release went out" in await page.text(MESSAGES)
    assert "Today" in "".join(await page.texts(".day-label"))
    assert page.errors == []


async def test_nothing_outside_the_machine_is_ever_asked_for(stage: Stage) -> None:
    picture = {"type": "image", "image_url": "https://pictures.test/a.png", "alt_text": "A graph"}
    quote = {"type": "rich_text", "elements": [
        {"type": "rich_text_quote", "elements": [{"type": "text", "text": "quoted words"}]},
    ]}  # fmt: skip
    await stage.say("with blocks", blocks=[picture, quote])
    page = await stage.page()
    await page.wait_text(MESSAGES, "quoted words")
    assert "A graph" in await page.text(MESSAGES)
    own = (stage.workspace.url, "data:", "about:")
    assert [url for url in page.requests if not url.startswith(own)] == []
    assert page.errors == []


async def test_enter_sends_and_shift_enter_starts_a_line(stage: Stage) -> None:
    page = await stage.page()
    await page.type(COMPOSER, "first line")
    await page.press("Enter", shift=True)
    await page.write("a < b & *bold*")
    await page.press("Enter")
    await page.wait_text(f"{MESSAGES} article:last-of-type", "first line\na < b & bold")
    assert await page.evaluate(f"document.querySelector('{COMPOSER}').value") == ""


async def test_completion_offers_commands_with_their_hints(stage: Stage) -> None:
    page = await stage.page()
    await page.type(COMPOSER, "/s")
    offered = await page.text("[data-testid=completions]")
    assert "/say" in offered
    assert "[words]" in offered
    assert "Says it back" in offered
    assert "/form" not in offered
    await page.press("Enter")
    await page.write("hello")
    await page.press("Enter")
    await page.wait_text(f"{MESSAGES} article:last-of-type", "You said hello")
    assert "Only visible to you" in await page.text(f"{MESSAGES} article:last-of-type")


async def test_a_commands_usage_stands_there_while_it_is_written(stage: Stage) -> None:
    page = await stage.page()
    await page.type(COMPOSER, "/say ")
    assert await page.text("[data-testid=usage]") == "/say [words]\nSays it back"
    await page.write("hel")
    assert "[words]" in await page.text("[data-testid=usage]")
    await page.press("Enter")
    await page.wait_text(MESSAGES, "You said hel")
    await page.wait_gone("[data-testid=usage]")


async def test_an_answer_for_one_person_is_not_shown_to_another(stage: Stage) -> None:
    await stage.act("command", user="ana", channel="#engineering", command="/say", text="psst")
    ana, ben = await stage.page(), await stage.page("?as=ben&channel=engineering")
    await ana.wait_text(MESSAGES, "You said psst")
    assert "psst" not in await ben.text(MESSAGES)


async def test_a_person_is_completed_and_mentioned(stage: Stage) -> None:
    page = await stage.page()
    await page.type(COMPOSER, "ask @be")
    await page.wait_text("[data-testid=completions]", "Ben Okafor")
    await page.press("Tab")
    await page.press("Enter")
    await page.wait_text(f"{MESSAGES} article:last-of-type", "ask @Ben Okafor")


async def test_a_command_that_fails_says_so_as_slack_does(stage: Stage) -> None:
    page = await stage.page()
    await page.type(COMPOSER, "/silent")
    await page.press("Enter")
    await page.wait_text(MESSAGES, "/silent failed with the error “operation_timeout”")
    await page.type(COMPOSER, "/nothing at all")
    await page.press("Enter")
    await page.wait_text(MESSAGES, "/nothing is not a valid command")


async def test_a_thread_opens_at_the_side_and_counts_its_replies(stage: Stage) -> None:
    ts = await stage.say("The loads are late")
    page = await stage.page()
    await page.hover(f'{MESSAGES} [data-ts="{ts}"]')
    await page.click(f'{MESSAGES} [data-ts="{ts}"] [data-testid=reply]')
    await page.type("[data-testid=thread-composer]", "I look")
    await page.press("Enter")
    await page.wait_text("[data-testid=thread]", "I look")
    await page.wait_text(f'{MESSAGES} [data-ts="{ts}"]', "1 reply")
    assert f"thread={ts}" in await page.evaluate("location.search")
    assert "I look" not in await page.text(MESSAGES)


async def test_being_somebody_else_shows_their_channels(stage: Stage) -> None:
    page = await stage.page()
    assert await page.texts("[data-testid=channel-managers]") == []
    await page.click("[data-testid=you-are]")
    everybody = await page.text(".people-menu")
    assert "Tom Walsh" not in everybody
    assert "Lunchbot" not in everybody
    await page.click("[data-testid=be-mia]")
    await page.wait_for("[data-testid=channel-managers]")
    assert "as=mia" in await page.evaluate("location.search")


async def test_ones_own_message_can_be_edited_and_deleted(stage: Stage) -> None:
    said = await stage.act("message", user="ana", channel="#engineering", text="hi @ben")
    place = f'{MESSAGES} [data-ts="{said["ts"]}"]'
    page = await stage.page()
    await page.hover(place)
    await page.click(f"{place} [data-testid=more-actions]")
    await page.click(f"{place} [data-testid=edit]")
    await page.wait_for(f"{place} textarea")
    assert await page.evaluate("document.activeElement.value") == "hi @ben"
    await page.write(" and all")
    await page.press("Enter")
    await page.wait_text(place, "hi @Ben Okafor and all(edited)")
    await page.hover(place)
    await page.click(f"{place} [data-testid=more-actions]")
    await page.click(f"{place} [data-testid=delete]")
    await page.wait_gone(place)


async def test_a_reaction_is_given_and_taken_back(stage: Stage) -> None:
    ts = await stage.say("Done")
    place = f'{MESSAGES} [data-ts="{ts}"]'
    page = await stage.page()
    await page.hover(place)
    await page.click(f"{place} .emoji-tool")
    await page.click(f"{place} .reaction.mine")
    await page.wait_gone(f"{place} .reaction")


async def test_writing_to_someone_opens_a_direct_message(stage: Stage) -> None:
    page = await stage.page()
    await page.click(".jump input")
    await page.write("chi n")
    await page.press("Enter")
    await page.wait_text("[data-testid=channel-title]", "Chi Nguyen")
    await page.type(COMPOSER, "hello")
    await page.press("Enter")
    await page.wait_text(MESSAGES, "hello")
    assert "Chi Nguyen" in "".join(await page.texts(".sidebar .row.on"))


async def test_dates_are_told_in_the_zone_of_the_person_you_are(stage: Stage) -> None:
    await stage.say("from <!date^1767258000^{date_num} {time}|then>")
    ana = await stage.page("?as=ana&channel=engineering")
    chi = await stage.page("?as=chi&channel=engineering")
    await ana.wait_text(MESSAGES, "from 2026-01-01 09:00")
    await chi.wait_text(MESSAGES, "from 2026-01-01 01:00")


async def test_what_arrives_elsewhere_is_marked_unread(stage: Stage) -> None:
    page = await stage.page("?as=ana&channel=general")
    await page.wait_for("[data-testid=channel-engineering]")
    await stage.say(f"<@{stage.user('ana')}> look")
    await page.wait_for("[data-testid=channel-engineering].unread .badge")
    await page.click("[data-testid=channel-engineering]")
    await page.wait_gone("[data-testid=channel-engineering].unread")
    await page.wait_for(".day.new")


async def test_the_list_follows_the_newest_unless_one_reads_further_up(stage: Stage) -> None:
    for number in range(40):
        await stage.say(f"line {number}")
    page = await stage.page()
    box = f"document.querySelector('{MESSAGES}')"
    at_end = f"{box}.scrollHeight - {box}.scrollTop - {box}.clientHeight < 5"
    await page.wait_text(MESSAGES, "line 39")
    await page.until(at_end)
    await stage.say("followed")
    await page.wait_text(MESSAGES, "followed")
    await page.until(at_end)
    await page.evaluate(f"{box}.scrollTop = 120")
    await page.until(f"{box}.scrollTop === 120")
    await stage.say("not followed")
    await page.wait_text(".to-newest", "1 new message")
    assert await page.evaluate(f"{box}.scrollTop") == 120


async def test_a_long_channel_is_drawn_in_parts(stage: Stage) -> None:
    for number in range(200):
        await stage.act("message", user="ana", channel="#engineering", text=f"line {number}.")
    page = await stage.page()
    await page.wait_text(MESSAGES, "line 199.")
    assert len(await page.texts("[data-testid=message]")) < 150
    await page.evaluate(f"document.querySelector('{MESSAGES}').scrollTop = 0")
    await page.wait_text(MESSAGES, "line 0.")


async def test_topic_pins_and_bookmarks_stand_over_the_channel(stage: Stage) -> None:
    room = (await stage.slack.conversations_create(name="inc-12"))["channel"]["id"]
    await stage.slack.conversations_setTopic(channel=room, topic="P1, nobody has it")
    await stage.slack.bookmarks_add(
        channel_id=room, title="Runbook", link="https://runbooks.test/x", type="link"
    )
    ts = await stage.say("The card", room)
    await stage.slack.pins_add(channel=room, timestamp=ts)
    await stage.act("join", user="ana", channel=room)
    page = await stage.page("?as=ana&channel=inc-12")
    assert await page.text("[data-testid=topic]") == "P1, nobody has it"
    assert "Runbook" in await page.text("[data-testid=bookmarks]")
    await page.click("[data-testid=pins]")
    assert "The card" in await page.text(".pins")


async def test_who_is_not_in_a_channel_may_join_it(stage: Stage) -> None:
    page = await stage.page("?as=lena&channel=engineering")
    await page.click("[data-testid=join]")
    await page.wait_for(COMPOSER)


async def test_an_archived_channel_takes_no_more_words(stage: Stage) -> None:
    await stage.act("archive", user="mia", channel="#engineering")
    page = await stage.page("?as=mia&channel=engineering")
    assert "archived channel" in await page.text("[data-testid=archived]")
    assert await page.texts(COMPOSER) == []


async def test_joins_and_topics_are_one_small_line(stage: Stage) -> None:
    room = (await stage.slack.conversations_create(name="inc-12"))["channel"]["id"]
    for topic in ("P1, nobody has it", "P1, Ana has it"):
        await stage.slack.conversations_setTopic(channel=room, topic=topic)
    for who in ("ana", "ben", "chi", "mia", "noor"):
        await stage.act("join", user=who, channel=room)
    page = await stage.page("?as=ana&channel=inc-12")
    await page.wait_text(MESSAGES, "P1, Ana has it")
    assert await page.texts("[data-testid=message]") == []
    [told] = await page.texts("[data-testid=system]")
    assert "Pager, Ana Duarte, Ben Okafor and 3 others joined" in told
    assert "nobody has it" not in told
    await page.click(".system-more")
    await page.wait_text("[data-testid=system]", "nobody has it")
    assert await page.texts(".system-lines .avatar") == []


async def test_joins_are_no_news(stage: Stage) -> None:
    page = await stage.page("?as=ana&channel=general")
    await stage.act("join", user="lena", channel="#engineering")
    await stage.say("seen", "#random")
    await page.wait_for("[data-testid=channel-random].unread")
    assert await page.texts("[data-testid=channel-engineering].unread") == []


async def test_slacks_own_addresses_stay_in_the_page(stage: Stage) -> None:
    link = f"https://slack.com/app_redirect?channel={stage.room('#general')}"
    button = {"type": "button", "action_id": "go", "url": link,
              "text": {"type": "plain_text", "text": "Open channel"}}  # fmt: skip
    await stage.say("x", blocks=[{"type": "actions", "elements": [button]}])
    page = await stage.page()
    await page.click("[data-action=go]")
    await page.wait_text("[data-testid=channel-title]", "general")
    ts = await stage.say(f"see <{link}|there>", "#random")
    said = await stage.slack.chat_getPermalink(channel=stage.room("#random"), message_ts=ts)
    await stage.say(f"<{said['permalink']}|that message>", "#general")
    await page.click(f"{MESSAGES} article:last-of-type a")
    await page.wait_text("[data-testid=channel-title]", "random")
    await page.wait_for(f'[data-ts="{ts}"].found')
    await page.click(f'[data-ts="{ts}"] a')
    await page.wait_text("[data-testid=channel-title]", "general")
    own = (stage.workspace.url, "data:", "about:")
    assert [url for url in page.requests if not url.startswith(own)] == []


async def test_what_the_app_writes_to_one_is_a_direct_message(stage: Stage) -> None:
    page = await stage.page("?as=ana&channel=general")
    await stage.say("You are on call tonight.", stage.user("ana"))
    row = "[aria-label='Direct messages'] .row.unread"
    await page.wait_text(f"{row} .badge", "1")
    await page.wait_text(row, "Pager")
    later = await stage.page("?as=ana&channel=general")
    await later.wait_text(row, "Pager")
    await page.click(row)
    await page.wait_text(MESSAGES, "You are on call tonight.")
    await page.wait_gone(row)


async def test_only_the_open_channels_messages_are_fetched(stage: Stage) -> None:
    for number in range(200):
        await stage.act("message", user="ana", channel="#general", text=f"line {number} " * 20)
    page = await stage.page()
    await page.wait_text(MESSAGES, "The release went out")
    sizes = "performance.getEntriesByType('resource').filter(e => e.name.includes('/state'))"
    largest = await page.evaluate(f"Math.max(...{sizes}.map(e => e.decodedBodySize))")
    assert largest < 40_000
    await page.click("[data-testid=channel-general]")
    await page.wait_text(MESSAGES, "line 199")


async def test_many_pages_of_one_browser_do_not_wait_for_each_other(stage: Stage) -> None:
    page = await stage.page()
    for _ in range(8):
        await page.go(f"{stage.workspace.url}/?as=ben&channel=general")
        await page.wait_for(".app")
    await page.wait_for(COMPOSER)
