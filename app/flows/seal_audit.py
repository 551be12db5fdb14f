"""Seal the audit log: what is complete gets the next number in a chain of digests."""

from collections.abc import Iterator
from datetime import timedelta

from app.flows.work import Work
from app.rules.chain import Seal, make_seal, what_is_wrong
from storage import audit, seals
from storage.audit import Horizon

MOST = 1000
"""Rows under one seal."""
SEAL_AFTER = timedelta(minutes=1)
"""So long a row waits for others to share its seal."""


def due_for_seal(work: Work) -> Horizon | None:
    """Up to where the log may be sealed once its present writers have ended; None when nothing
    has waited long enough."""
    horizon = audit.horizon(work.tx)
    before = seals.latest(work.tx)
    after = before.last_id if before else 0
    first = audit.list_after(work.tx, after, upto=horizon.newest, limit=1)
    many = horizon.newest - after >= MOST
    return horizon if first and (many or work.now - first[0].at >= SEAL_AFTER) else None


def still_written(work: Work, horizon: Horizon) -> bool:
    """Whether somebody who wrote then has not ended yet."""
    return bool(horizon.writers & audit.writers(work.tx))


def next_seal(work: Work, horizon: Horizon) -> Seal | None:
    """What is to be sealed next, made on a reader's thread because it reads much. Only in a
    transaction that began after `still_written` was False."""
    before = seals.latest(work.tx)
    after = before.last_id if before else 0
    rows = audit.list_after(work.tx, after, upto=horizon.newest, limit=MOST)
    return make_seal(rows, before, at=work.now) if rows else None


def add_seal(work: Work, seal: Seal) -> bool:
    """False when another process was first: its seal stands."""
    return seals.add(work.tx, seal)


def count_unsealed(work: Work) -> int:
    """Rows that no seal covers yet."""
    before = seals.latest(work.tx)
    return audit.count_after(work.tx, before.last_id if before else 0)


def verify(work: Work) -> Iterator[tuple[Seal, str | None]]:
    """Every seal with what is wrong about it or its rows, up to the first wrong one."""
    before: Seal | None = None
    for seal in seals.each(work.tx):
        first = before.last_id + 1 if before else 1
        rows = audit.list_between(work.tx, first, max(seal.last_id, first))
        wrong = what_is_wrong(seal, before, rows)
        yield seal, wrong
        if wrong is not None:
            return
        before = seal
