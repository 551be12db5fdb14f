"""Cover through a real wire: the form asks, a press takes, a part is taken by its times."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.chat import actions
from app.flows.admit import Operator, SlackCaller
from app.flows.contact import add_contact
from app.flows.cover import ask_for_cover
from app.organisation.apply import apply
from app.organisation.example import example_text
from app.paging.seal import Seal
from app.paging.targets import read_target
from app.rules.ladder import Method
from storage.tables import cover_requests, overrides
from tests.handlers.slack.wire import KEY, Wire

pytestmark = pytest.mark.anyio
FRIDAY = datetime(2026, 11, 27, 18, tzinfo=UTC)
"""Ana's week begins; the bench stands at Monday 22:00 before it, when Chi serves."""


@pytest.fixture(autouse=True)
def with_phones(wire: Wire) -> None:
    target = read_target(Method.PUSH, "ntfys://ntfy.example.com/someones", trusted=True)
    for name in ("ana", "chi"):
        wire.bench.do(
            add_contact, f"{name}@acme.test", method=Method.PUSH, target=target, seal=Seal(KEY),
            by=Operator(),
        )  # fmt: skip


def serves(wire: Wire, at: datetime) -> str:
    return str(wire.bench.do(lambda work: work.schedule.on_duty("volunteers", at).person))


def picked(at: datetime) -> dict[str, object]:
    seconds = int(at.timestamp())
    return {"value": {"type": "datetimepicker", "selected_date_time": seconds}}


async def test_a_shift_is_asked_for_taken_in_part_and_then_whole(wire: Wire) -> None:
    assert await wire.type("ana", "/oncall cover me a wedding") == ""
    view = await wire.view("ana")
    assert view["title"]["text"] == "Ask for cover"
    assert "27 Nov 18:00 – Fri 04 Dec 18:00 · Out of hours" in str(view["blocks"])
    # Those that wake her come before the team's daily ones.
    [chosen, *_] = view["blocks"][0]["element"]["options"]
    assert "Out of hours" in chosen["text"]["text"]
    shift = {"value": {"type": "static_select", "selected_option": chosen}}
    told = await wire.submit("ana", shift=shift, why="a wedding")
    assert told["ok"], told
    said = await wire.told("ana", "Asked for cover")
    assert "1 person on the rota is asked" in said.text
    await wire.press("chi", actions.TAKE_PART, "1", trigger=await wire.trigger("chi"))
    form = await wire.view("chi")
    assert form["title"]["text"] == "Take a part"
    part = {"from": picked(FRIDAY), "to": picked(FRIDAY + timedelta(hours=6))}
    told = await wire.submit("chi", **part)
    assert told["ok"], told
    await wire.soon(lambda: serves(wire, FRIDAY) == "chi@acme.test")
    assert serves(wire, FRIDAY + timedelta(hours=6)) == "ana@acme.test"
    await wire.press("chi", actions.TAKE_COVER, "1")
    await wire.soon(lambda: serves(wire, FRIDAY + timedelta(days=6)) == "chi@acme.test")


async def test_a_time_and_a_reason_may_follow_the_command(wire: Wire) -> None:
    await wire.type("ana", "/oncall cover me 2026-12-12 18:00 to 22:00 the opera")
    view = await wire.view("ana")
    shift, start, end, why, _ = view["blocks"]
    assert shift["element"]["initial_option"]["text"]["text"].startswith("Fri 11 Dec 18:00")
    at = int(datetime(2026, 12, 12, 18, tzinfo=UTC).timestamp())
    assert start["element"]["initial_date_time"] == at
    assert end["element"]["initial_date_time"] == at + 4 * 3600
    assert why["element"]["initial_value"] == "the opera"


async def test_the_running_shift_is_taken_by_a_command(wire: Wire) -> None:
    told = await wire.type("ana", "/oncall take")
    assert told.startswith(":pager: You have the pager of volunteers")
    assert serves(wire, wire.bench.clock.now) == "ana@acme.test"
    again = await wire.type("ana", "/oncall take")
    assert "has this shift already" in again
    assert wire.count(overrides) == 1


async def test_a_shift_to_come_is_taken_by_its_day(wire: Wire) -> None:
    told = await wire.type("chi", "/oncall take fri")
    assert told.startswith(":pager: You have the pager of volunteers from <!date^1795802400^")
    assert serves(wire, FRIDAY) == "chi@acme.test"
    again = await wire.type("chi", "/oncall take volunteers friday 20:00")
    assert "has this shift already" in again


async def test_a_part_is_taken_by_its_times(wire: Wire) -> None:
    await wire.type("ana", "/oncall take volunteers tomorrow 18:00 to 22:00")
    evening = datetime(2026, 11, 24, 18, tzinfo=UTC)
    assert serves(wire, evening - timedelta(minutes=1)) == "chi@acme.test"
    assert serves(wire, evening) == "ana@acme.test"
    assert serves(wire, evening + timedelta(hours=4)) == "chi@acme.test"


async def test_a_form_takes_a_part_of_anybodys_shift(wire: Wire) -> None:
    assert await wire.type("chi", "/oncall take part") == ""
    view = await wire.view("chi")
    assert view["title"]["text"] == "Take a shift"
    options = view["blocks"][0]["element"]["options"]
    [chosen, *_] = options
    assert chosen["text"]["text"].startswith("ana · Fri 27 Nov")
    shift = {"value": {"type": "static_select", "selected_option": chosen}}
    until = {"to": picked(FRIDAY + timedelta(hours=2))}
    told = await wire.submit("chi", shift=shift, **until)
    assert told["ok"], told
    await wire.told("chi", "You have the pager of volunteers")
    assert serves(wire, FRIDAY) == "chi@acme.test"
    assert serves(wire, FRIDAY + timedelta(hours=2)) == "ana@acme.test"
    forged = {**chosen, "value": "1:99999:ghosts"}
    shift = {"value": {"type": "static_select", "selected_option": forged}}
    told = await wire.send_view("chi", view, shift=shift)
    assert "not as it was any more" in str(told)


async def test_of_two_who_serve_at_once_a_form_asks_whose(wire: Wire) -> None:
    rota = "pool = { min = 5, max = 8 }\n"
    tour = (
        '\n[[rota.tour]]\nperson = "ben@acme.test"\nfrom = "2026-09-04"\nweeks = 26\n'
        'accepted_on = "2026-08-21"\n\n[[rota]]\nid = "data-infra"'
    )
    text = example_text().replace(rota, rota + "slots = 2\n", 1)
    text = text.replace('\n[[rota]]\nid = "data-infra"', tour, 1)
    with wire.bench.database.write.begin() as tx:
        apply(tx, text, now=wire.bench.clock(), by="operator")
    there = FRIDAY + timedelta(weeks=1, hours=1)
    serving = {
        shift.person: shift.slot
        for shift in wire.bench.do(lambda work: work.schedule.all_on_duty("volunteers", there))
    }
    [free] = {"ana@acme.test", "ben@acme.test", "chi@acme.test"} - serving.keys()
    name = free.partition("@")[0]
    assert await wire.type(name, "/oncall take 2026-12-05 09:00") == ""
    view = await wire.view(name)
    assert len(view["blocks"][0]["element"]["options"]) == 2


async def test_a_manager_takes_it_for_somebody(wire: Wire) -> None:
    told = await wire.type("mia", "/oncall take @ana")
    assert "Ana has the pager of volunteers" in told or "ana has the pager" in told
    assert serves(wire, wire.bench.clock.now) == "ana@acme.test"


async def test_nobody_takes_a_shift_for_somebody_else(wire: Wire) -> None:
    told = await wire.type("ben", "/oncall take @ana")
    assert "Only ana@acme.test or a manager" in told
    assert wire.count(overrides) == 0


async def test_a_forged_time_or_number_is_a_sentence(wire: Wire) -> None:
    await wire.type("ana", "/oncall cover me")
    view = await wire.view("ana")
    [option, *_] = view["blocks"][0]["element"]["options"]
    shift = {"value": {"type": "static_select", "selected_option": option}}
    far = {"value": {"type": "datetimepicker", "selected_date_time": 10**18}}
    told = await wire.send_view("ana", view, shift=shift, to=far)
    assert "no time that I can read" in str(told)
    forged = {**option, "value": f"{10**18}:{10**19}:volunteers"}
    shift = {"value": {"type": "static_select", "selected_option": forged}}
    told = await wire.send_view("ana", view, shift=shift)
    assert "no time that I can read" in str(told)
    for number in (10**30, True, "1", -1):
        carried = {**view, "callback_id": actions.TAKE_PART_FORM}
        carried["private_metadata"] = json.dumps({"request": number})
        told = await wire.send_view("ana", carried)
        assert "not known" in str(told)
    assert wire.count(cover_requests) == 0


async def test_who_has_no_shift_is_told_so(wire: Wire) -> None:
    assert "no shift in the next" in await wire.type("sean", "/oncall cover me")
    assert wire.count(cover_requests) == 0


async def test_a_rota_that_is_none_is_said(wire: Wire) -> None:
    assert "There is no rota ghosts" in await wire.type("ana", "/oncall take ghosts")


async def test_home_asks_whoever_can_answer_until_somebody_has(wire: Wire) -> None:
    ana = SlackCaller(slack_id=wire.slack_id("ana"))
    wire.bench.do(ask_for_cover, "volunteers", FRIDAY, FRIDAY + timedelta(days=7), by=ana)
    assert "asks for cover" not in str(await home_of(wire, "ana"))
    view = await home_of(wire, "chi")
    assert "asks for cover" in str(view)
    assert "You are a volunteer until Fri 5 Mar 2027." in str(view)
    told = await wire.act("click", "chi", view_id=view["id"], action_id=actions.TAKE_COVER)
    assert told["ok"], told
    homes = wire.workspace.state.homes
    chi = wire.slack_id("chi")
    await wire.soon(lambda: "asks for cover" not in str(homes[chi]))
    assert serves(wire, FRIDAY) == "chi@acme.test"


async def home_of(wire: Wire, name: str) -> dict[str, Any]:
    await wire.act("home", name, tab="home")
    found: dict[str, Any] = await wire.soon(
        lambda: wire.workspace.state.homes.get(wire.slack_id(name))
    )
    return found
