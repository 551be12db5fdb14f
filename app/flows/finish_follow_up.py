"""Finish: a follow-up is done, and is owed no longer (product.md 19)."""

from app.flows.admit import Act, Caller, admit
from app.flows.work import Refused, Work
from app.rules.incident import FollowUp
from storage import follow_ups


def finish_follow_up(work: Work, follow_up: int, *, by: Caller) -> FollowUp:
    """Anybody's press. Repeated presses are success."""
    person = admit(work, by, Act.FOLLOW_UP, subject=f"follow_up:{follow_up}")
    found = follow_ups.get(work.tx, follow_up)
    if found is None:
        raise Refused("That follow-up is not known. Nothing was changed.")
    if follow_ups.finish(work.tx, follow_up, at=work.now):
        work.note(found.incident, "follow_up_done", by=person, text=found.text)
    return found
