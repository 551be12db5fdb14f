"""A fair filling through a real wire: a manager asks, sees who carries what, and accepts."""

from datetime import UTC, datetime, timedelta

import pytest

from app.chat import actions
from app.flows.admit import Operator
from app.flows.contact import add_contact
from app.paging.seal import Seal
from app.paging.targets import read_target
from app.rules.ladder import Method
from storage import overrides
from tests.handlers.slack.wire import KEY, Wire

pytestmark = pytest.mark.anyio
FRIDAY = datetime(2026, 11, 27, 18, tzinfo=UTC)


@pytest.fixture(autouse=True)
def with_phones(wire: Wire) -> None:
    target = read_target(Method.PUSH, "ntfys://ntfy.example.com/someones", trusted=True)
    for name in ("ana", "chi"):
        wire.bench.do(
            add_contact, f"{name}@acme.test", method=Method.PUSH, target=target, seal=Seal(KEY),
            by=Operator(),
        )  # fmt: skip


def serves(wire: Wire) -> str:
    return str(wire.bench.do(lambda work: work.schedule.on_duty("volunteers", FRIDAY).person))


async def test_a_manager_asks_and_accepts(wire: Wire) -> None:
    wire.bench.do(
        lambda work: overrides.add(
            work.tx, rota="volunteers", slot=0, person="ana@acme.test",
            start=FRIDAY - timedelta(weeks=8), end=FRIDAY, why="", at=work.now, by="mia@acme.test",
        )
    )  # fmt: skip
    await wire.type("mia", "/oncall propose 3")
    said = await wire.told("mia", "A fair filling of volunteers")
    assert "3 of 3 shifts would change hands" in said.text
    assert "nights and weekends count double" in said.text
    assert serves(wire) == "ana@acme.test"
    await wire.click("mia", said, actions.ACCEPT_PROPOSAL)
    await wire.soon(lambda: serves(wire) == "chi@acme.test")


async def test_others_may_not_and_a_word_that_is_no_rota_is_said(wire: Wire) -> None:
    assert "Only managers propose" in await wire.type("ana", "/oncall propose")
    assert "neither a number of shifts nor a rota" in await wire.type("mia", "/oncall propose us")
