"""Slack's rate limits."""

from hypothesis import given, settings
from hypothesis import strategies as st

from app.demo.workspace.rates import WINDOW, Rates


def test_a_tier_is_calls_a_minute_and_other_methods_are_unaffected() -> None:
    rates = Rates()
    assert [rates.wait("users.list", 20, "", 0.0) for _ in range(20)] == [0] * 20
    assert rates.wait("users.list", 20, "", 10.0) == 50
    assert rates.wait("pins.add", 20, "", 10.0) == 0
    assert rates.wait("users.list", 20, "", 60.5) == 0


def test_posts_are_counted_by_channel() -> None:
    rates = Rates()
    assert [rates.wait("chat.postMessage", None, "C1", 0.0) for _ in range(10)] == [0] * 10
    assert rates.wait("chat.postMessage", None, "C1", 0.0) == 1
    assert rates.wait("chat.postMessage", None, "C2", 0.0) == 0
    assert rates.wait("chat.postMessage", None, "C1", 1.0) == 0


def test_switched_off_nothing_waits() -> None:
    rates = Rates(enforced=False)
    assert {rates.wait("users.list", 1, "", 0.0) for _ in range(100)} == {0}


@settings(deadline=None)  # machines are busy at times
@given(st.lists(st.floats(0, 30), max_size=100))
def test_who_waits_as_told_is_let_in(gaps: list[float]) -> None:
    rates, now = Rates(), 0.0
    for gap in gaps:
        now += gap
        if pause := rates.wait("users.list", 5, "", now):
            assert 1 <= pause <= WINDOW
            now += pause
            assert rates.wait("users.list", 5, "", now) == 0
