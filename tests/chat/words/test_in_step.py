"""Our part of a topic: what people wrote beside it stays to the letter, whatever they wrote."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.chat.words.in_step import (
    BEGIN,
    END,
    LIMIT,
    TopicFacts,
    in_a_line,
    no_account,
    no_group,
    oncall_topic,
    out_of_step,
)
from app.chat.words.people import Who
from tests.chat.words.checks import assert_sound

CHI, ANA, MIA = Who(name="Chi"), Who(name="Ana"), Who(name="Mia")
UNTIL = datetime(2026, 7, 31, 17, tzinfo=UTC)
DUBLIN = ZoneInfo("Europe/Dublin")


def facts(*people: Who, until: datetime | None = UNTIL, manager: Who | None = MIA) -> TopicFacts:
    return TopicFacts(people=people, until=until, manager=manager, zone=DUBLIN)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", ":pager: On call: Chi until Fri 31 Jul 18:00 IST · manager: Mia"),
        ("  ", ":pager: On call: Chi until Fri 31 Jul 18:00 IST · manager: Mia"),
        ("Be kind", "Be kind | :pager: On call: Chi until Fri 31 Jul 18:00 IST · manager: Mia"),
        (
            "Be kind | :pager: On call: Ana until Fri 24 Jul 18:00 IST · manager: Noor",
            "Be kind | :pager: On call: Chi until Fri 31 Jul 18:00 IST · manager: Mia",
        ),
        (
            ":pager: On call: Ana | Be kind | Q&amp;A at 3",
            ":pager: On call: Chi until Fri 31 Jul 18:00 IST · manager: Mia | Be kind | "
            "Q&amp;A at 3",
        ),
        (
            "\U0001f4df On call: Ana",
            ":pager: On call: Chi until Fri 31 Jul 18:00 IST · manager: Mia",
        ),
        (
            "Who is On call: ask",
            "Who is On call: ask | :pager: On call: Chi until Fri 31 Jul 18:00 IST · manager: Mia",
        ),
    ],
)
def test_our_part_stands_where_it_stood_or_last(before: str, after: str) -> None:
    assert oncall_topic(facts(CHI), before) == after
    assert oncall_topic(facts(CHI), after) == after


def test_nobody_and_several_and_for_ever() -> None:
    assert oncall_topic(facts(manager=None, until=None), "") == ":pager: On call: nobody"
    two = oncall_topic(facts(CHI, ANA, until=None), "")
    assert two == ":pager: On call: Chi and Ana · manager: Mia"


def test_where_room_is_scarce_our_part_is_shorter_and_then_not_there() -> None:
    longest = LIMIT - len(f" {END} {BEGIN} Chi")
    assert oncall_topic(facts(CHI), "x" * longest) == "x" * longest + " | :pager: On call: Chi"
    assert oncall_topic(facts(CHI), "x" * (longest + 1)) is None


@settings(deadline=None)
@given(before=st.text(max_size=260), name=st.text(min_size=1, max_size=60))
def test_whatever_stands_there_is_kept_and_setting_it_again_changes_nothing(
    before: str, name: str
) -> None:
    once = oncall_topic(facts(Who(name=name), until=None, manager=None), before)
    if once is None:
        return
    assert len(once) <= LIMIT
    again = oncall_topic(facts(Who(name=name), until=None, manager=None), once)
    assert again == once
    if BEGIN not in before and "\U0001f4df" not in before:
        assert once.startswith(before.rstrip())
        assert "<" not in once[len(before.rstrip()) :]


@pytest.mark.parametrize("foreign", ["<!channel> *x* `", "<@U1>" * 100, "\u202e\0|" * 90])
def test_what_cannot_follow_is_told_soundly(foreign: str) -> None:
    assert_sound(out_of_step(f"@{foreign}", foreign))
    for line in (in_a_line(foreign, foreign), no_group(foreign), no_account([Who(name=foreign)])):
        assert "<" not in line
    assert no_account([]).startswith("Nobody is on call")
