"""Review: somebody wants an alarm looked at by its owner (product.md 28 and 32)."""

from app.flows.admit import Act, Caller, admit
from app.flows.work import Refused, Work
from app.rules.organisation import AlarmKey
from storage import alerts, reviews

ASKED = "asked"
PEOPLE = "people"


def review_alarm(work: Work, alarm: AlarmKey, *, by: Caller) -> bool:
    """It is on the review list from now on; False when it was asked for already."""
    person = admit(work, by, Act.REVIEW, subject=f"alarm:{alarm}")
    if alarm not in work.org.alarms and not alerts.was_told(work.tx, alarm):
        raise Refused("That alarm is not known. Nothing was changed.")
    asked = reviews.enter_once(work.tx, alarm, source=PEOPLE, why=ASKED, at=work.now, by=person)
    if asked:
        work.audit("review_asked", f"alarm:{alarm}", by=person)
    return asked
