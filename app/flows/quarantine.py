"""A body that nobody could read: kept raw, and told so that nobody can miss it (product.md 14)."""

from datetime import timedelta

from app.flows.open_incident import open_incident
from app.flows.work import Work
from app.rules.alert import Delivery
from app.rules.organisation import Severity
from app.rules.severity import Assessment
from storage import inbox, incidents, tallies
from storage.inbox import InboxState

GIVE_UP_AFTER = 5
"""A body whose flow failed this often is quarantined."""
NOT_BEFORE = timedelta(hours=1)
"""Between two P1s of bodies of one source that nobody can read."""


def quarantine(work: Work, delivery: Delivery, *, problem: str) -> int | None:
    """Keep the raw bytes and raise "cannot read alerts from X", at most one P1 a source an hour.

    Returns the inbox row; None when the sender's delivery id was accepted before.
    """
    row = inbox.keep(work.tx, delivery, at=work.now, state=InboxState.QUARANTINED, problem=problem)
    if row is not None:
        raise_unreadable(work, delivery.source, problem=problem)
    return row


def raise_unreadable(work: Work, source: str, *, problem: str) -> None:
    """At most one an hour, and none while people see to one: the bodies are kept all the same."""
    trouble = f"unreadable:{source}"
    newest = incidents.find_newest(work.tx, trouble)
    if newest and (newest.state.is_open or work.now - newest.opened_at < NOT_BEFORE):
        return
    reason = f"P1: alerts from {source} cannot be read, so nobody knows what they say"
    open_incident(
        work,
        trouble=trouble,
        before=incidents.find_latest(work.tx, trouble),
        title=f"Cannot read alerts from {source}: {problem}",
        assessment=Assessment(severity=Severity.P1, reason=reason),
        source=source,
    )


def refuse_oversized(work: Work, source: str, *, size: int, limit: int) -> None:
    """Senders do not repeat what was refused with 413, so people are told (reliability.md 2.7)."""
    problem = f"a body of {size} bytes is over the limit of {limit}"
    tallies.add(work.tx, {"refused": 1})
    work.audit("refuse_oversized", f"intake:{source}", by=f"intake:{source}", size=size)
    raise_unreadable(work, source, problem=problem)
