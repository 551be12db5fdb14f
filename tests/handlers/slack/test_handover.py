"""The handover through a real wire: shown again, noted for by a form, and *I have the pager*."""

from datetime import UTC, datetime, timedelta

import pytest

from app.chat import actions
from app.flows.hand_over import hand_over, plan_handover
from storage.tables import alarm_reviews, handover_drafts, handovers
from tests.handlers.slack.wire import Wire

pytestmark = pytest.mark.anyio
BOUNDARY = datetime(2026, 11, 27, 18, tzinfo=UTC)
"""Chi hands to Ana; the bench stands at Monday 22:00 before it."""


async def test_before_the_first_one_it_is_what_the_next_would_say(wire: Wire) -> None:
    told = await wire.type("ben", "/oncall handover")
    assert told.startswith(":pager: *Handover of volunteers.*")
    assert "has the pager from <!date^" in told


async def test_the_outgoing_person_sees_the_draft_notes_and_it_is_in_the_post(wire: Wire) -> None:
    wire.bench.clock.now = BOUNDARY - timedelta(hours=20)
    assert "Draft of your handover to" in await wire.type("chi", "/oncall handover")
    assert await wire.type("chi", "/oncall handover edit") == ""
    view = await wire.view("chi")
    assert view["title"]["text"] == "Note for the handover"
    told = await wire.submit("chi", note="the disk is small")
    assert told["ok"], told
    await wire.told("chi", "It is in the handover")
    assert wire.count(handover_drafts) == 1
    wire.bench.clock.now = BOUNDARY
    wire.bench.do(plan_handover)
    wire.bench.do(hand_over, BOUNDARY)
    assert "the disk is small" in await wire.type("ben", "/oncall handover")
    await wire.press("chi", actions.NOTE_HANDOVER, str(int(BOUNDARY.timestamp())))
    assert wire.count(handovers) == 1


async def test_the_pager_is_taken_by_a_command(wire: Wire) -> None:
    assert "No handover was made yet" in await wire.type("ana", "/oncall handover accept")
    wire.bench.clock.now = BOUNDARY
    wire.bench.do(hand_over, BOUNDARY)
    assert "the press is theirs" in await wire.type("ben", "/oncall handover accept")
    assert "You have the pager until" in await wire.type("ana", "/oncall handover accept")
    assert "Noted for ana" in await wire.type("mia", "/oncall handover accept")


async def test_who_hands_nothing_over_notes_nothing(wire: Wire) -> None:
    assert "that is not you" in await wire.type("sean", "/oncall handover edit")


async def test_a_word_that_is_none_is_explained(wire: Wire) -> None:
    assert "Of a handover I know" in await wire.type("ana", "/oncall handover please")


async def test_an_alarm_is_put_on_the_review_list_by_a_press(wire: Wire) -> None:
    await wire.press("ana", actions.REVIEW_ALARM, "EltLate")
    await wire.soon(lambda: wire.count(alarm_reviews) == 1)


async def test_a_forged_boundary_changes_nothing(wire: Wire) -> None:
    await wire.press("chi", actions.NOTE_HANDOVER, "no time")
    await wire.press("chi", actions.NOTE_HANDOVER, "1")
    assert wire.count(handover_drafts) == 0
