"""Reseal: contact methods go from an old secret key to the newest, a few at a time."""

from dataclasses import dataclass
from datetime import timedelta

from app.flows.admit import Act, Caller, admit
from app.flows.work import Refused, Work
from app.paging.errors import PagingError
from app.paging.seal import Seal
from storage import contacts, key_holders, leave_calendars

BATCH = 50
HELD = timedelta(seconds=90)
"""A process that has not told its keys for so long does not run any more."""


@dataclass(frozen=True, kw_only=True)
class Batch:
    """`last` is where the next one begins, None at the end; `lost` have a key that is gone."""

    last: int | None
    sealed: int
    lost: int


@dataclass(frozen=True, kw_only=True)
class Sealed:
    """How many contact methods are under the newest key, an older one, or one that is gone."""

    newest: int
    older: int
    lost: int


def hold_keys(work: Work, process: str, seal: Seal) -> None:
    """A running process tells which keys it can open."""
    key_holders.remember(work.tx, process, seal.names, at=work.now)
    key_holders.forget_old(work.tx, before=work.now - HELD)


def let_go_of_keys(work: Work, process: str) -> None:
    key_holders.forget(work.tx, process)


def refuse_unready(work: Work, seal: Seal) -> None:
    """Refuse to seal what a running process could not open: it would ring nobody."""
    unready = key_holders.without(work.tx, seal.names[0], since=work.now - HELD)
    if unready:
        raise Refused(
            f"{len(unready)} running Baton does not have the newest key yet ({unready[0]}), and "
            "could ring nobody whose contact methods it seals. Nothing was changed. Start it anew "
            "with both keys, then run this again."
        )


def reseal(work: Work, after: int, *, seal: Seal, by: Caller) -> Batch:
    """Seal the next few anew. It may be repeated, and anything may go on beside it: who changes a
    contact method meanwhile wins. Refused while a running process could not open the result."""
    who = admit(work, by, Act.KEY, subject=f"key:{seal.names[0]}")
    refuse_unready(work, seal)
    found = contacts.list_after(work.tx, after, limit=BATCH)
    sealed = lost = 0
    for each in (each for each in found if not seal.is_newest(each.target)):
        try:
            sealed += contacts.reseal(work.tx, each, seal.close_again(each.target))
        except PagingError:
            lost += 1
    if len(found) < BATCH:  # the last of them: people's calendars are few
        for calendar in (c for c in leave_calendars.list_all(work.tx) if c.removed_at is None):
            if not seal.is_newest(calendar.address):
                try:
                    again = seal.close_again(calendar.address)
                    sealed += leave_calendars.reseal(work.tx, calendar, again)
                except PagingError:
                    lost += 1
    if sealed:
        work.audit("resealed", f"key:{seal.names[0]}", by=who, contacts=sealed)
    return Batch(last=found[-1].id if found else None, sealed=sealed, lost=lost)


def count_sealed(work: Work, seal: Seal) -> Sealed:
    targets = [each.target for each in contacts.list_all(work.tx)]
    held = (each for each in leave_calendars.list_all(work.tx) if each.removed_at is None)
    targets += [each.address for each in held]
    newest = sum(map(seal.is_newest, targets))
    lost = sum(not _opens(seal, target) for target in targets)
    return Sealed(newest=newest, older=len(targets) - newest - lost, lost=lost)


def _opens(seal: Seal, target: bytes) -> bool:
    try:
        seal.open(target)
    except PagingError:
        return False
    return True
