"""Absences through a real wire: a line or a form, what changes, Confirm; and back again."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.calendars.absences import Absence
from app.chat import actions
from app.flows.leave_calendar import calendar_read
from app.paging.seal import Seal
from storage.tables import leave_calendars, leaves
from tests.handlers.slack.wire import KEY, Wire

pytestmark = pytest.mark.anyio
FRIDAY = datetime(2026, 11, 27, 18, tzinfo=UTC)
LINE = "/oncall away 2026-11-27 to 2026-12-05 a wedding"


def serves(wire: Wire, at: datetime) -> str:
    return str(wire.bench.do(lambda work: work.schedule.on_duty("volunteers", at).person))


def picked(at: datetime) -> dict[str, object]:
    seconds = int(at.timestamp())
    return {"value": {"type": "datetimepicker", "selected_date_time": seconds}}


async def test_a_line_shows_what_changes_and_confirm_saves_it(wire: Wire) -> None:
    assert await wire.type("ana", LINE) == ""
    view = await wire.view("ana")
    assert view["title"]["text"] == "Away: what changes"
    assert "*chi* instead of ana" in str(view["blocks"])
    assert wire.count(leaves) == 0
    told = await wire.submit("ana")
    assert told["ok"], told
    said = await wire.told("ana", "Saved: from")
    assert "Whoever has a shift instead is told" in said.text
    assert serves(wire, FRIDAY) == "chi@acme.test"
    await wire.click("ana", said, actions.REMOVE_ABSENCE)
    view = await wire.soon_view("ana", "not away")
    assert "*ana* instead of chi" in str(view["blocks"])
    told = await wire.submit("ana")
    assert told["ok"], told
    await wire.told("ana", "Removed: you are not away")
    assert serves(wire, FRIDAY) == "ana@acme.test"


async def test_the_form_shows_what_stands_and_what_changes(wire: Wire) -> None:
    await wire.type("ana", "/oncall away")
    view = await wire.view("ana")
    assert view["title"]["text"] == "Away"
    given = {"from": picked(FRIDAY), "to": picked(FRIDAY + timedelta(days=1)), "why": "the sea"}
    told = await wire.submit("ana", **given)
    assert told["ok"], told
    view = await wire.soon_view("ana", "instead of")
    told = await wire.submit("ana")
    assert told["ok"], told
    await wire.told("ana", "Saved: from")
    await wire.type("ana", "/oncall away")
    view = await wire.soon_view("ana", "the sea")
    await wire.press_in_view("ana", actions.REMOVE_ABSENCE)
    await wire.soon_view("ana", "not away")


async def test_an_end_before_the_start_is_said_at_the_field(wire: Wire) -> None:
    await wire.type("ana", "/oncall away")
    told = await wire.submit("ana", **{"from": picked(FRIDAY), "to": picked(FRIDAY)})
    assert "not after the start" in str(told)
    assert wire.count(leaves) == 0


async def test_a_manager_sees_and_saves_it_for_somebody(wire: Wire) -> None:
    await wire.type("mia", "/oncall away @ana 2026-11-27 to 2026-12-05")
    view = await wire.view("mia")
    assert "Ana is away" in str(view["blocks"])
    await wire.submit("mia")
    await wire.told("mia", "Saved")
    assert serves(wire, FRIDAY) == "chi@acme.test"


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("/oncall away @ana 2026-11-27", "Only ana@acme.test or a manager"),
        ("/oncall away next week", "Write days as"),
        ("/oncall away 2026-11-20", "over already"),
        ("/oncall away @nobody 2026-11-27", "I know nobody"),
    ],
)
async def test_what_is_refused_is_said_in_private(wire: Wire, line: str, words: str) -> None:
    assert words in await wire.type("ben", line)
    assert wire.count(leaves) == 0


async def test_a_forged_confirmation_does_nothing_that_the_person_may_not(wire: Wire) -> None:
    start = int(FRIDAY.timestamp())
    for carried in (
        {"person": "ana@acme.test", "start": start, "end": start + 9999},
        {"start": "x" * 50, "end": None},
        {"start": 10**30, "end": 10**31},
        {},
    ):
        view = {
            "id": "V1", "type": "modal", "callback_id": actions.AWAY_CONFIRM,
            "private_metadata": json.dumps(carried),
        }  # fmt: skip
        await wire.send_view("ben", view)
    await wire.press("ben", actions.REMOVE_ABSENCE, "1", trigger=await wire.trigger("ben"))
    assert wire.count(leaves) == 0


async def test_a_calendar_is_added_confirmed_and_removed(wire: Wire) -> None:
    told = await wire.type("ana", "/oncall away calendar https://calendar.acme.test/a.ics?x=1&y=2")
    assert "is being read" in told
    assert "out of office" in told
    [row] = stored(wire)
    assert Seal(KEY).open(row.address) == "https://calendar.acme.test/a.ics?x=1&y=2"
    absence = Absence(start=FRIDAY, end=FRIDAY + timedelta(days=1), uid="1")
    wire.bench.do(calendar_read, row.id, [absence])
    await wire.press("ana", actions.CONFIRM_CALENDAR, str(row.id))
    await wire.soon(lambda: serves(wire, FRIDAY) == "chi@acme.test")
    await wire.type("ana", "/oncall away")
    await wire.soon_view("ana", "read every day")
    await wire.press_in_view("ana", actions.REMOVE_CALENDAR)
    await wire.soon(lambda: serves(wire, FRIDAY) == "ana@acme.test")


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("/oncall away calendar", "Give its private address"),
        ("/oncall away calendar http://calendar.acme.test/a.ics", "begins with https"),
        ("/oncall away calendar https://localhost/a.ics", "names a public server"),
        ("/oncall away calendar somewhere", "Give its private address"),
        ("/oncall away @ana calendar https://calendar.acme.test/a.ics", "Only ana@acme.test or"),
    ],
)
async def test_a_calendar_that_cannot_be_is_refused(wire: Wire, line: str, words: str) -> None:
    assert words in await wire.type("ben", line)
    assert wire.count(leave_calendars) == 0


def stored(wire: Wire) -> list[Any]:
    with wire.bench.database.read.begin() as tx:
        return [*tx.execute(leave_calendars.select())]
