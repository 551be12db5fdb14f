"""What the auditor found, and what is done about it: mended or raised, once, and written down."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeAlias

from app.flows.kinds import Kind
from app.flows.work import Work
from app.rules.incident import IncidentId
from storage import tallies
from storage.effects import Lane

Mend: TypeAlias = Callable[[Work], bool]
"""Looks again in its own transaction; True when it mended something."""

MENDED = "Baton has mended it by itself. Please find out how it came to be; the log may tell."
NOT_MENDED = "Baton cannot mend this by itself. `doctor` and the log say more."


@dataclass(frozen=True, kw_only=True)
class Finding:
    """Something that does not hold. `rule` is the invariant of reliability.md, `key` names the
    thing and is the same each time it is found, `sentence` is for people."""

    rule: str
    key: str
    sentence: str
    incident: IncidentId | None = None
    mend: Mend | None = field(default=None, compare=False, repr=False)


def answer_finding(work: Work, finding: Finding) -> bool:
    """Mend it, or tell people in the engineering channel; True when it was mended.

    One that stands is told again after an hour. One that is gone meanwhile is left alone.
    """
    mended = finding.mend is not None and finding.mend(work)
    if finding.mend is not None and not mended:
        return False
    told = work.ask(
        Kind.ALARM,
        f"alarm:{work.now:%Y-%m-%dT%H}:audit:{finding.key}",
        lane=Lane.CHAT,
        facts={
            "v": 1,
            "what": finding.sentence,
            "problem": MENDED if mended else NOT_MENDED,
            "incident": finding.incident,
        },
    )
    if told or mended:
        tallies.add(work.tx, {f"found:{finding.rule}": 1})
        work.audit(
            "mended" if mended else "found",
            f"INC-{finding.incident}" if finding.incident else f"audit:{finding.key}",
            by="auditor",
            why=finding.sentence,
            rule=finding.rule,
        )
    return mended
