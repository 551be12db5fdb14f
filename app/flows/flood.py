"""A flood: one person cannot ring everybody by hand (reliability.md S30)."""

from datetime import timedelta

from app.flows.admit import Caller, Operator
from app.flows.work import Refused, Work
from app.rules.organisation import PersonId
from storage import audit, people

CALLS = 20
"""So many times an hour may one person set phones ringing; far more than any real trouble wants."""
HOUR = timedelta(hours=1)
CALLING = ("opened", "reopened", "paged_by_hand", "escalated", "contacts_tested")
"""What the audit log calls the acts that ring somebody."""


def refuse_flood(work: Work, by: Caller, person: PersonId) -> None:
    """Refuse whoever has called enough people within the hour; ask before anything is written.

    Their colleagues still can, and what rings already goes on.
    """
    if isinstance(by, Operator):
        return
    # Takes the row, so that two presses at once are counted one after the other.
    people.hold(work.tx, person)
    if audit.count_by(work.tx, person, CALLING, since=work.now - HOUR) >= CALLS:
        raise Refused(
            f"You have had people rung {CALLS} times within the hour, so nobody was rung now. "
            "What rings already goes on. If more people are needed, ask a colleague to call them."
        )
