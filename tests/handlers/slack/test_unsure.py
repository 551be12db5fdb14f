"""Slack's directory cannot be read for hours, so nobody's standing is sure any more: pages go on,
whoever is paged may answer, and all else waits until it can be looked up (reliability.md S17)."""

from datetime import timedelta

import pytest

from app.chat import actions
from app.flows.admit import STALE
from app.flows.know_people import know_people
from app.flows.take_step import take_step
from storage.tables import audit, escalations
from tests.handlers.slack.test_buttons import a_post
from tests.handlers.slack.wire import Wire

pytestmark = pytest.mark.anyio
METHODS = ("users.list", "users.info", "users.lookupByEmail", "usergroups.list")


async def lose_the_directory(wire: Wire) -> None:
    for method in METHODS:
        wire.workspace.faults.put(method, {"error": "internal_error"})
    wire.bench.clock.now += STALE + timedelta(minutes=1)


async def test_a_page_goes_out_and_is_answered_while_every_other_act_is_refused(wire: Wire) -> None:
    await wire.type("ana", "/inc new orders fail")
    await lose_the_directory(wire)
    with wire.bench.database.read.begin() as tx:
        escalation = tx.execute(escalations.select()).one()
    [page, *_] = wire.bench.do(take_step, escalation.id, step=0)
    paged = page.person.partition("@")[0]
    for line in ("/inc cancel INC-1 it is nothing", "/inc resolve INC-1", "/oncall take"):
        assert "I could not make sure of your account yet" in await wire.type("mia", line)
    assert wire.incident().state == "triggered"
    post = await a_post(wire, (actions.ACKNOWLEDGE, "1"), (actions.RESOLVE, "1"))
    await wire.click(paged, post, actions.RESOLVE)
    await wire.told(paged, "I could not make sure of your account yet")
    await wire.click(paged, post, actions.ACKNOWLEDGE)
    await wire.told(paged, "You have *INC-1*")
    assert wire.incident().acknowledged_by == page.person
    with wire.bench.database.read.begin() as tx:
        refused = [row.act for row in tx.execute(audit.select().where(audit.c.refused))]
    assert set(refused) == {"cancel", "resolve", "rota"}


async def test_once_it_can_be_read_again_everybody_may_as_before(wire: Wire) -> None:
    await wire.type("ana", "/inc new orders fail")
    await lose_the_directory(wire)
    assert "I could not make sure" in await wire.type("mia", "/inc resolve INC-1")
    wire.workspace.faults.remove("*")
    wire.bench.do(know_people, await wire.chat.accounts())
    await wire.type("mia", "/inc resolve INC-1")
    assert wire.incident().state == "resolved"
