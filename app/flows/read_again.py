"""A body whose flow failed: kept alone, tried again by the sweep, then quarantined."""

from collections.abc import Callable, Mapping, Sequence

from app.flows.quarantine import GIVE_UP_AFTER, raise_unreadable
from app.flows.receive_alerts import take_in
from app.flows.work import Work
from app.rules.alert import Alert, Delivery
from storage import inbox
from storage.inbox import InboxState, Kept

Readers = Mapping[str, Callable[[bytes], Sequence[Alert]]]


def keep_for_later(work: Work, delivery: Delivery, *, problem: str) -> int | None:
    """Commit the raw bytes alone, so that the sender may be answered 2xx."""
    return inbox.keep(work.tx, delivery, at=work.now, state=InboxState.WAITING, problem=problem)


def list_waiting(work: Work) -> list[Kept]:
    return inbox.list_waiting(work.tx)


def read_again(work: Work, inbox_id: int, found: Sequence[Alert]) -> bool:
    """Take a kept body in after all; True for the one caller that did."""
    kept = inbox.get_waiting(work.tx, inbox_id)
    if kept is None or not inbox.settle(work.tx, inbox_id, InboxState.DONE):
        return False
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
