"""What an older Baton does not understand is left to the newer one, loudly, and never failed."""

from typing import Any

import pytest

from app.delivery import understood
from app.delivery.lanes import claim_due
from app.delivery.understood import is_anything_left, take_up
from app.delivery.waits import answer_due
from app.flows.work import Work
from storage.effects import Lane
from tests.delivery.test_lanes import ask, outcomes
from tests.kit import Bench

pytestmark = pytest.mark.anyio


def claim(bench: Bench, lane: Lane) -> list[str]:
    claimed: list[Any] = bench.do(claim_due(lane), 10, [])
    return [effect.key for effect in claimed]


@pytest.mark.parametrize("lane", [Lane.PAGE, Lane.DIRECT, Lane.CHAT, Lane.ROOM])
def test_a_kind_of_a_newer_version_is_left_and_its_neighbours_go_on(
    bench: Bench, lane: Lane
) -> None:
    ask(bench, "of a newer one", lane=lane, kind="telepathy")
    ask(bench, "known", lane=lane)
    assert claim(bench, lane) == ["known"]
    assert outcomes(bench)["of a newer one"] == "left"


async def test_a_wait_of_a_newer_version_is_left_and_is_not_tried_again(bench: Bench) -> None:
    ask(bench, "of a newer one", lane=Lane.WAIT, kind="telepathy")
    await answer_due(bench.kit)
    assert outcomes(bench)["of a newer one"] == "left"


def test_a_newer_form_of_a_known_kind_is_left_too(bench: Bench) -> None:
    def flow(work: Work) -> None:
        work.ask("say", "newer form", lane=Lane.CHAT, facts={"v": understood.VERSION + 1})

    bench.do(flow)
    assert "newer form" not in claim(bench, Lane.CHAT)
    assert outcomes(bench)["newer form"] == "left"


def test_what_is_left_is_told_once_an_hour(bench: Bench) -> None:
    for number in range(3):
        ask(bench, f"newer {number}", lane=Lane.PAGE, kind="telepathy")
    claim(bench, Lane.PAGE)
    told = [key for key in outcomes(bench) if key.startswith("alarm:")]
    assert len(told) == 1
    assert told[0].endswith(":left:telepathy")


def test_the_newer_one_takes_it_up_as_if_it_might_have_been_said(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask(bench, "of a newer one", lane=Lane.PAGE, kind="telepathy")
    claim(bench, Lane.PAGE)
    assert not bench.do(is_anything_left)
    monkeypatch.setattr(understood, "KINDS", understood.KINDS | {"telepathy"})
    assert bench.do(is_anything_left)
    assert bench.do(take_up) == 1
    taken: list[Any] = bench.do(claim_due(Lane.PAGE), 10, [])
    assert [(effect.key, effect.repeat, effect.attempts) for effect in taken] == [
        ("of a newer one", True, 1)
    ]


def test_every_kind_there_is_is_understood() -> None:
    assert all(understood.is_understood(kind, {"v": 1}) for kind in understood.KINDS)
    assert all(understood.is_understood(kind, {}) for kind in understood.KINDS)
