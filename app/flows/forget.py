"""Forget what has done its work: spoken effects, bodies that were read, canaries that came round.

Never: incidents, their timelines, alerts, pages, escalations, handovers, the audit log. What an
open incident still needs stays, however old it is.
"""

from dataclasses import dataclass
from datetime import timedelta

from app.flows.work import Work
from storage import canaries, effects, inbox, tallies

INBOX, RINGS, FORGOTTEN = "mark:inbox", "mark:rings", "mark:forgotten"


@dataclass(frozen=True, kw_only=True)
class Forgotten:
    """How many rows went, and from which effect the next look begins (None: it is done)."""

    rows: int
    next_effect: int | None
    bodies_left: bool


def forget(work: Work, *, keep: timedelta, since: int = 0, at_once: int = 500) -> Forgotten:
    """A part of what is older than `keep`, in one short transaction; call it until it is done.

    What the auditor has not counted yet stays.
    """
    before = work.now - keep
    marks = tallies.read(work.tx)
    rows, next_effect = effects.forget(
        work.tx, before=before, since=since, counted=marks.get(RINGS, 0), limit=at_once
    )
    was = marks.get(FORGOTTEN, 0)
    window = inbox.next_old(
        work.tx, since=was, counted=marks.get(INBOX, 0), before=before, limit=at_once
    )
    if window and tallies.move(work.tx, FORGOTTEN, was=was, to=window[-1]):
        rows += inbox.forget(work.tx, window)
    rows += canaries.forget(work.tx, before=before)
    return Forgotten(rows=rows, next_effect=next_effect, bodies_left=len(window) >= at_once)
