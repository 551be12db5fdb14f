"""A body whose flow failed: kept alone, tried again by the sweep, then quarantined."""

from collections.abc import Sequence

from app.flows.quarantine import GIVE_UP_AFTER, raise_unreadable
from app.flows.receive_alerts import Received, counts_of, take_in
from app.flows.receive_together import Told, receive_together
from app.flows.work import Work
from app.rules.alert import Alert, Delivery
from storage import inbox, tokens
from storage.inbox import InboxState, Kept

MANY = 256
"""Alerts of one body that would keep the writer too long one after the other."""


def keep_for_later(work: Work, delivery: Delivery, *, problem: str) -> int | None:
    """Commit the raw bytes alone, so that the sender may be answered 2xx."""
    return inbox.keep(work.tx, delivery, at=work.now, state=InboxState.WAITING, problem=problem)


def begin_parts(work: Work, delivery: Delivery) -> int | Received:
    """Keep a body whose alerts are too many for one transaction, before its first part.

    Whatever ends this process in the middle, the sweep reads it again: what was taken in by then
    only counts as told once more.
    """
    if delivery.token is not None and not tokens.find_valid(work.tx, [delivery.token]):
        return Received(revoked=True)
    row = inbox.keep(
        work.tx, delivery, at=work.now, state=InboxState.WAITING, attempts=inbox.IN_PARTS
    )
    return Received(duplicate=True) if row is None else row


def end_parts(work: Work, inbox_id: int, found: Sequence[Alert]) -> None:
    """The last part is in; `found` are the alerts of all of them."""
    inbox.settle(work.tx, inbox_id, InboxState.DONE, counts=counts_of(found))


def leave_parts(work: Work, inbox_id: int, *, problem: str) -> None:
    """A part failed: the sweep reads the body again."""
    inbox.leave(work.tx, inbox_id, problem=problem)


def list_waiting(work: Work) -> list[Kept]:
    return inbox.list_waiting(work.tx, at=work.now)


def read_again(work: Work, inbox_id: int, found: Sequence[Alert]) -> bool:
    """Take a kept body in after all; True for the one caller that did."""
    kept = inbox.get_waiting(work.tx, inbox_id)
    counts = counts_of(found)
    if kept is None or not inbox.settle(work.tx, inbox_id, InboxState.DONE, counts=counts):
        return False
    if len(found) > MANY:
        receive_together(work, [Told(delivery=kept.delivery, alerts=found, row=inbox_id)])
    else:
        take_in(work, kept.delivery.source, inbox_id, found)
    return True


def give_up_or_wait(work: Work, inbox_id: int, *, problem: str, unreadable: bool = False) -> bool:
    """Count a failure; after too many, or when nobody can read it, quarantine and tell people."""
    kept = inbox.get_waiting(work.tx, inbox_id)
    if kept is None:
        return False
    failures = inbox.failed(work.tx, inbox_id, problem=problem)
    if not unreadable and failures < GIVE_UP_AFTER:
        return False
    inbox.settle(work.tx, inbox_id, InboxState.QUARANTINED, problem=problem)
    raise_unreadable(work, kept.delivery.source, problem=problem)
    return True
