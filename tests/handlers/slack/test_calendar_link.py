"""The address of a calendar in Slack: shown once, made anew and revoked by buttons."""

import re

import pytest

from app.chat import actions
from storage.tables import feeds
from tests.handlers.slack.wire import Wire

pytestmark = pytest.mark.anyio


async def test_without_a_public_address_that_is_said(wire: Wire) -> None:
    assert "BATON_PUBLIC_URL" in await wire.type("ana", "/oncall calendar")
    assert wire.count(feeds) == 0


async def test_it_is_shown_once_made_anew_and_revoked(
    wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("handlers.slack.calendar_link._public_url", lambda ask: "https://b.test")
    first = await wire.type("ana", "/oncall calendar")
    assert re.search(r"`https://b\.test/calendar/[\w-]{32}\.ics`", first)
    second = await wire.type("ana", "/oncall calendar")
    assert "cannot be shown again" in second
    assert "b.test" not in second
    shown = await wire.told("ana", "cannot be shown again")
    await wire.click("ana", shown, actions.NEW_CALENDAR)
    await wire.soon(lambda: wire.count(feeds) == 2)
    again = await wire.told("ana", "b.test")
    await wire.click("ana", again, actions.REVOKE_CALENDAR)
    await wire.told("ana", "Revoked")


async def test_a_whole_rotas_is_for_managers(wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("handlers.slack.calendar_link._public_url", lambda ask: "https://b.test")
    assert "Only a manager" in await wire.type("ana", "/oncall calendar volunteers")
    assert "There is no rota" in await wire.type("mia", "/oncall calendar <!channel>")
    assert "b.test/calendar/" in await wire.type("mia", "/oncall calendar volunteers")
    assert wire.count(feeds) == 1
