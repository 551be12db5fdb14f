"""A test page has come: its person says so, and it counts for their shifts (product.md 25)."""

from datetime import timedelta

from app.flows.admit import Act, Caller, admit
from app.flows.work import Refused, Work
from storage import pager_tests
from storage.pager_tests import PagerTest

ANSWERED_WITHIN = timedelta(days=1)


def got_test_page(work: Work, *, by: Caller) -> PagerTest:
    """Answers the newest test page of whoever says it; said twice it is answered once."""
    person = admit(work, by, Act.CONTACT)
    newest = pager_tests.newest(work.tx, person)
    if newest is None or newest.asked_at < work.now - ANSWERED_WITHIN:
        raise Refused(
            "No test page that can wake you went out within a day. `/oncall test` sends one; "
            "nothing was changed.",
            subject=person,
        )
    if pager_tests.answer(work.tx, newest.id, at=work.now):
        work.audit("test_page_answered", person, by=person)
    return newest
