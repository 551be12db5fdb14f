"""A test page and its answer through a real wire, and the lights that it changes."""

import pytest

from app.chat import actions
from app.flows.admit import Operator
from app.flows.contact import add_contact
from app.paging.seal import Seal
from app.paging.targets import read_target
from app.rules.ladder import Method
from storage.tables import pager_tests
from tests.handlers.slack.wire import KEY, Wire

pytestmark = pytest.mark.anyio


def give_a_phone(wire: Wire, name: str) -> None:
    target = read_target(Method.PUSH, "ntfys://ntfy.example.com/someones", trusted=True)
    wire.bench.do(
        add_contact, f"{name}@acme.test", method=Method.PUSH, target=target, seal=Seal(KEY),
        by=Operator(),
    )  # fmt: skip


def answered(wire: Wire) -> list[bool]:
    with wire.bench.database.read.begin() as tx:
        return [row.answered_at is not None for row in tx.execute(pager_tests.select())]


async def test_a_press_says_that_the_test_page_came_and_me_shows_it(wire: Wire) -> None:
    give_a_phone(wire, "ana")
    await wire.type("ana", "/oncall me")
    said = await wire.told("ana", "Ready for a shift?")
    assert "You have answered no test page within 30 days" in said.text
    await wire.type("ana", "/oncall test")
    said = await wire.told("ana", "A test page goes out now")
    assert "Press when your phone has rung" in said.text
    assert answered(wire) == [False]
    await wire.press("ana", actions.GOT_TEST_PAGE, "")
    await wire.soon(lambda: answered(wire) == [True])
    await wire.type("ana", "/oncall me")
    await wire.told("ana", "A test page reached you")


async def test_an_answer_that_comes_too_late_is_told_what_to_do(wire: Wire) -> None:
    give_a_phone(wire, "ana")
    await wire.type("ana", "/oncall test")
    said = await wire.told("ana", "A test page goes out now")
    wire.bench.clock.forward(hours=25)
    await wire.click("ana", said, actions.GOT_TEST_PAGE)
    await wire.told("ana", "No test page that can wake you")
    assert answered(wire) == [False]


async def test_home_has_the_lights(wire: Wire) -> None:
    give_a_phone(wire, "ana")
    await wire.act("home", "ana", tab="home")
    homes = wire.workspace.state.homes
    home = str(await wire.soon(lambda: homes.get(wire.slack_id("ana"))))
    assert "Ready for a shift?" in home
    assert ":large_green_circle: Something verified can wake you" in home
    assert ":red_circle: You have answered no test page" in home
