"""The pager changes hands in the middle of a turn: said once in the on-call channel, and edited
when it does so again before the turn ends (product.md 27)."""

from typing import Any

from app.flows import correspond
from app.flows.work import Work
from app.rules import handover as rules
from app.rules.rota import Shift
from storage import effects

WHAT = "pager"


def post_pager(work: Work) -> bool:
    """Say who has the pager now, if that is not what was said; False when there is nothing to say.

    Whatever led to it, cover, a swap, a leave or an edit of the file, it is seen here.
    """
    found = _to_say(work)
    if found is None:
        return False
    about, facts = found
    correspond.post(work, WHAT, about=about, **facts)
    work.audit("pager_changed", f"rota:{facts['rota']}", by="baton", **facts)
    return True


def is_pager_posted(work: Work) -> bool:
    """Whether there is nothing to say; only reads, so that it may be asked every second."""
    return _to_say(work) is None


def _to_say(work: Work) -> tuple[str, dict[str, Any]] | None:
    """What the post is about, and what it ought to have been asked with."""
    rota_id = work.org.out_of_hours_rota
    parts = rules.parts_of_turn(work.schedule, rota_id, work.now)
    running = next((each for each in parts if each.start <= work.now < each.end), None)
    if running is None:
        return None
    about = f"{rota_id}:{parts[0].start.isoformat()}"
    told = effects.facts_of(work.tx, f"board:{WHAT}:{about}")
    if not told and not _is_relieved(parts, running):
        return None  # the handover has said it
    facts = {"rota": rota_id, "since": _since(parts, running), "person": running.person}
    return None if all(told.get(name) == facts[name] for name in facts) else (about, facts)


def _is_relieved(parts: list[Shift], running: Shift) -> bool:
    return parts[0].person != running.person or any(
        each.person != running.person for each in parts if each.start < running.start
    )


def _since(parts: list[Shift], running: Shift) -> str:
    """When their part began; what follows one another of one person's is one."""
    start = running.start
    for each in reversed([each for each in parts if each.start < running.start]):
        if each.person != running.person:
            break
        start = each.start
    return start.isoformat()
