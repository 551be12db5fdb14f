"""What this version understands of what is due; the rest is a newer Baton's, and left to it.

Two versions run side by side on one PostgreSQL during an upgrade, and the older one comes back
after a roll-back. It must neither fail what it does not know nor keep it from who does.
"""

import logging
from collections.abc import Mapping, Sequence
from typing import Any

from app.flows.kinds import Kind
from app.flows.work import Work
from storage import effects
from storage.effects import Effect, Lane

log = logging.getLogger("baton.delivery")

VERSION = 1
"""The newest form of an effect's facts that is read here; each says its own as `v`."""
KINDS = frozenset(kind.value for kind in Kind)
AT_ONCE = 100


def is_understood(kind: str, facts: Mapping[str, Any]) -> bool:
    return kind in KINDS and int(facts.get("v", VERSION)) <= VERSION


def keep_understood(work: Work, claimed: Sequence[Effect]) -> list[Effect]:
    """Those that can be spoken here; the others are left, and that is told."""
    kept = []
    for effect in claimed:
        if is_understood(effect.kind, effect.facts):
            kept.append(effect)
        else:
            leave(work, effect)
    return kept


def leave(work: Work, effect: Effect) -> None:
    """Loudly, for until the newer one is back nobody does it."""
    problem = (
        f"This Baton does not know {effect.kind!r} in form {effect.facts.get('v', 1)}: a newer one "
        "asked for it."
    )
    if not effects.leave(work.tx, effect, problem=problem):
        return
    log.error("%s is left to a newer Baton. %s", effect.key, problem)
    work.ask(
        Kind.ALARM,
        f"alarm:{work.now:%Y-%m-%dT%H}:left:{effect.kind}",
        lane=Lane.CHAT,
        facts={
            "v": 1,
            "what": "An older Baton met what only a newer one understands, and left it alone.",
            "problem": f"{problem} Start the newer version again, or finish the upgrade.",
            "incident": effect.incident,
        },
    )


def is_anything_left(work: Work) -> bool:
    """Whether an older Baton left what this one understands."""
    return bool(_of_ours(work))


def take_up(work: Work) -> int:
    """Make that due."""
    taken = effects.take_up(work.tx, _of_ours(work))
    for lane in Lane:
        work.asked[lane] = work.now
    return taken


def _of_ours(work: Work) -> list[int]:
    left = effects.list_left(work.tx, limit=AT_ONCE)
    return [each.id for each in left if is_understood(each.kind, each.facts)]
