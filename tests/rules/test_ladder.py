"""In which order and after what delay a person's contact methods ring (product.md 8)."""

from datetime import timedelta

import pytest

from app.rules.ladder import DEFAULT_DELAY, Method, Rung, is_reachable, ladder

MINUTE = timedelta(minutes=1)


def rung(
    method: Method, minutes: float = 0, *, verified: bool = True, contact: int | None = None
) -> Rung:
    return Rung(method=method, delay=minutes * MINUTE, verified=verified, contact=contact)


@pytest.mark.parametrize(
    ("method", "wakes"),
    [
        (Method.SLACK, False),
        (Method.PUSH, True),
        (Method.SMS, True),
        (Method.VOICE, True),
        (Method.EMAIL, False),
        (Method.APPRISE, True),
    ],
)
def test_slack_and_email_wake_nobody(method: Method, wakes: bool) -> None:
    assert method.wakes is wakes


def test_methods_are_stored_by_these_words() -> None:
    assert [each.value for each in Method] == ["slack", "push", "sms", "voice", "email", "apprise"]


def test_by_default_only_the_voice_waits_a_minute() -> None:
    assert DEFAULT_DELAY == {Method.VOICE: MINUTE}


@pytest.mark.parametrize(
    ("case", "rungs", "in_hours", "out_of_hours"),
    [
        ("nothing at all", [], False, False),
        ("Slack alone", [rung(Method.SLACK)], True, False),
        ("Slack and e-mail", [rung(Method.SLACK), rung(Method.EMAIL)], True, False),
        ("a verified phone", [rung(Method.PUSH)], True, True),
        ("a phone that is not verified", [rung(Method.PUSH, verified=False)], False, False),
        (
            "Slack, and a phone that is not verified",
            [rung(Method.SLACK), rung(Method.SMS, verified=False)],
            True,
            False,
        ),
        ("the waking one comes last", [rung(Method.EMAIL), rung(Method.VOICE)], True, True),
    ],
)
def test_out_of_hours_only_a_verified_method_that_wakes_counts(
    case: str, rungs: list[Rung], in_hours: bool, out_of_hours: bool
) -> None:
    assert is_reachable(rungs, out_of_hours=False) is in_hours, case
    assert is_reachable(rungs, out_of_hours=True) is out_of_hours, case


@pytest.mark.parametrize(
    ("case", "minutes", "wait", "squeezed"),
    [
        ("what fits keeps its delay", [0, 1], 5, [0, 1]),
        ("three quarters of the wait still fit", [0, 1, 3], 4, [0, 1, 3]),
        ("what would come later is squeezed, all in proportion", [0, 2, 6], 4, [0, 1, 3]),
        ("everybody rings in the order of the delays", [6, 0, 2], 4, [0, 1, 3]),
        ("one alone", [10], 4, [3]),
        ("nothing waits", [0, 0], 4, [0, 0]),
    ],
)
def test_every_method_has_rung_before_the_wait_ends(
    case: str, minutes: list[float], wait: int, squeezed: list[float]
) -> None:
    rungs = [rung(Method.PUSH, each) for each in minutes]
    rung_at = [each.delay for each in ladder(rungs, wait=wait * MINUTE)]
    assert rung_at == [each * MINUTE for each in squeezed], case


def test_a_method_that_is_not_verified_never_rings_and_squeezes_nobody() -> None:
    rungs = [rung(Method.SMS, 60, verified=False), rung(Method.VOICE, 1, contact=7)]
    assert ladder(rungs, wait=5 * MINUTE) == [rung(Method.VOICE, 1, contact=7)]
    assert ladder(rungs[:1], wait=5 * MINUTE) == []


def test_of_equal_delays_the_order_is_that_of_the_person() -> None:
    rungs = [rung(Method.SMS, contact=2), rung(Method.SLACK), rung(Method.PUSH, contact=1)]
    assert ladder(rungs, wait=5 * MINUTE) == rungs
