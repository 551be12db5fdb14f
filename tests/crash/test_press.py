"""kill -9 while somebody presses Acknowledge in Slack: nothing is shown that is not stored, and the
page goes on until a press counts."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from app.demo.workspace.link.envelope import Envelope, Outcome
from tests.crash.nursery import Nursery
from tests.crash.test_time import column
from tests.crash.ward import Ward, ward

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(180)]


@pytest.mark.parametrize("again", ["pressed again", "delivered again"])
async def test_before_it_was_stored_the_page_goes_on_until_it_is(
    nursery: Nursery, sqlite_url: str, tmp_path: Path, again: str
) -> None:
    async with ward(nursery, sqlite_url, tmp_path, wait="4s") as place:
        await place.start("before:by_slack")
        heard = listen(place)
        await place.until(lambda: knows_people(tmp_path))
        await place.send_until_taken()
        await place.until(lambda: page(place))
        assert not await press(place)
        await place.died()
        await place.start()
        await place.until(lambda: place.phone("mia"))
        await place.until(lambda: connected(place))
        if again == "pressed again":
            assert await press(place)
        else:
            [press_heard] = [each for each in heard if each.kind == "interactive"]
            outcome = await place.workspace.transport.deliver(press_heard)
            assert outcome.acked
        await place.until(lambda: is_answered(place))


async def test_after_it_was_stored_nobody_else_is_rung_and_the_message_catches_up(
    nursery: Nursery, sqlite_url: str, tmp_path: Path
) -> None:
    async with ward(nursery, sqlite_url, tmp_path, wait="4s") as place:
        await place.start("after:by_slack")
        await place.until(lambda: knows_people(tmp_path))
        await place.send_until_taken()
        await place.until(lambda: page(place))
        assert not await press(place)
        await place.died()
        await place.start()
        await place.until(lambda: is_answered(place))
        assert set(await place.rung()) == {"chi"}


def listen(place: Ward) -> list[Envelope]:
    """Whatever Slack hands to Baton from now on."""
    transport: Any = place.workspace.transport
    deliver, heard = transport.deliver, list[Envelope]()

    async def deliver_and_keep(envelope: Envelope) -> Outcome:
        heard.append(envelope)
        outcome: Outcome = await deliver(envelope)
        return outcome

    transport.deliver = deliver_and_keep
    return heard


async def page(place: Ward) -> Mapping[str, Any] | None:
    """Chi's page in Slack, and where it stands."""
    state = await place.state()
    [chi] = [each["id"] for each in state["users"] if each["name"] == "chi"]
    for channel in state["channels"]:
        for message in channel["messages"]:
            if channel["is_im"] and chi in channel["members"] and "INC-1" in message["text"]:
                return {**message, "channel": channel["id"]}
    return None


async def press(place: Ward) -> bool:
    """Press Acknowledge as Chi; whether it was answered."""
    message = await place.until(lambda: page(place))
    facts = {"channel": message["channel"], "ts": message["ts"], "action_id": "acknowledge"}
    url = f"{place.workspace.url}/_workspace/act/click"
    async with place.http.post(url, json={"user": "chi", **facts}) as answer:
        return bool((await answer.json())["ok"])


async def knows_people(folder: Path) -> bool:
    return column(folder, "SELECT count(*) FROM people") != [0]


async def connected(place: Ward) -> bool:
    transport: Any = place.workspace.transport
    return bool(transport.connections)


async def is_answered(place: Ward) -> bool:
    """The page in Slack says so, and has no button any more."""
    found = await page(place)
    return found is not None and "acknowledge" not in str(found.get("blocks"))
