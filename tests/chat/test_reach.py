"""Who would call Slack in vain is told so without a call, and no longer than that."""

import pytest

from app.chat.errors import ChatError
from app.chat.reach import AWAY_AFTER, PROBE, Reach

POST = "chat.postMessage"
REVOKED = ChatError("token_revoked", "The bot token was revoked.")


class Time:
    """A monotonic clock that stands until it is moved."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def reach(time: Time) -> Reach:
    return Reach(time)


def refused(reach: Reach, method: str, *, urgent: bool = False) -> str:
    """The code with which a call is refused; empty when it may go."""
    try:
        reach.check(method, urgent=urgent)
    except ChatError as refusal:
        # It was never sent, and it may be said later.
        return f"{refusal.code}{' for good' * refusal.permanent}{' perhaps' * refusal.unknown}"
    return ""


def test_one_failure_closes_nothing_and_some_seconds_of_them_do(reach: Reach, time: Time) -> None:
    reach.silent()
    assert refused(reach, POST) == ""
    time.now += AWAY_AFTER
    reach.silent()
    assert refused(reach, POST) == "away"
    assert refused(reach, PROBE) == ""


def test_a_page_is_tried_all_the_same(reach: Reach, time: Time) -> None:
    reach.silent()
    time.now += AWAY_AFTER
    assert refused(reach, POST, urgent=True) == ""


def test_any_answer_ends_it(reach: Reach, time: Time) -> None:
    reach.silent()
    time.now += 3600
    reach.answered()
    assert (refused(reach, POST), reach.silent_for) == ("", 0)


def test_a_refused_token_is_asked_for_nothing_but_whether_it_is_good_again(reach: Reach) -> None:
    reach.refused_token(REVOKED)
    assert refused(reach, POST, urgent=True) == "token_revoked"
    assert refused(reach, PROBE) == ""
    assert "revoked" in (reach.problem or "")
    reach.answered()
    assert refused(reach, POST) == ""
    assert not reach.is_shut


def test_a_missing_permission_closes_its_method_until_it_is_granted(reach: Reach) -> None:
    reach.lacks("bookmarks.add", "bookmarks:write", "It lacks bookmarks:write.")
    reach.answered()
    assert refused(reach, "bookmarks.add") == "missing_scope"
    assert refused(reach, POST) == ""
    reach.granted({"chat:write"})
    assert refused(reach, "bookmarks.add") == "missing_scope"
    reach.granted({"chat:write", "bookmarks:write"})
    assert (refused(reach, "bookmarks.add"), reach.problem) == ("", None)


def test_another_token_is_tried(reach: Reach) -> None:
    reach.refused_token(REVOKED)
    reach.lacks("bookmarks.add", "bookmarks:write", "It lacks bookmarks:write.")
    reach.renewed()
    assert not reach.is_shut
