"""What came of a story, to be held against another telling of it (reliability.md I17 and I18)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import zip_longest
from typing import Any, TypeAlias

from tests.campaign.machine.eye import instant
from tests.campaign.machine.town import name_of
from tests.campaign.machine.world import World

Line: TypeAlias = tuple[Any, ...]
PAGES = (
    "SELECT incident, escalation, step, tier, round, person, reachable, out_of_hours, state, at"
    " FROM pages ORDER BY id"
)
EFFECTS = (
    "SELECT kind, lane, incident, escalation, page, outcome, attempts, fence, due"
    " FROM effects ORDER BY id"
)
TIMELINE = 'SELECT incident, kind, at, "by" FROM timeline ORDER BY id'
INCIDENTS = "SELECT id, state, severity, opened_at FROM incidents ORDER BY id"


@dataclass(frozen=True)
class Ledger:
    """By the machine's own names and times, whatever the guise it was told in."""

    pages: list[Line]
    rings: list[Line]
    rest: list[Line]
    ended: datetime

    @staticmethod
    def of(world: World) -> "Ledger":
        heard = (
            (each.key, name_of(each.person), each.method, each.heard, each.repeat, each.at)
            for each in world.heard
        )
        return Ledger(
            pages=_lines(world, PAGES),
            rings=[*heard],
            rest=[
                *_lines(world, INCIDENTS),
                *_lines(world, TIMELINE),
                # Whom one transaction writes to first may go by their names.
                *sorted(_lines(world, EFFECTS), key=repr),
            ],
            ended=world.now,
        )

    def same(self, other: "Ledger") -> str:
        """I18: the first line that differs; empty when none does."""
        mine = [*self.pages, *self.rings, *self.rest]
        others = [*other.pages, *other.rings, *other.rest]
        return next((f"{a} and {b}" for a, b in _beside(mine, others) if a != b), "")

    def as_soon(self, other: "Ledger", within: timedelta) -> str:
        """I17: a page or ring that the other telling has at another time, or lacks though its time
        was over before that one ended. Of what comes at one instant the order is nobody's
        promise."""
        for mine, others in ((self.pages, other.pages), (self.rings, other.rings)):
            one, two = _times(mine), _times(others)
            for whose in sorted({*one, *two}, key=repr):
                for a, b in zip_longest(one.get(whose, ()), two.get(whose, ())):
                    late = _lateness(a, b, self.ended, other.ended)
                    if late > within:
                        return f"{whose}: {a} and {b}"
        return ""


def _times(lines: list[Line]) -> dict[Line, list[datetime]]:
    """When each thing came, by what it is apart from its time."""
    found: dict[Line, list[datetime]] = {}
    for line in lines:
        found.setdefault(line[:-1], []).append(line[-1])
    return {whose: sorted(times) for whose, times in found.items()}


def _lateness(
    a: datetime | None, b: datetime | None, ended: datetime, other_ended: datetime
) -> timedelta:
    """What one telling lacks is as late as that telling's end."""
    if a is None or b is None:
        came = a or b
        assert came is not None
        return (ended if a is None else other_ended) - came
    return abs(a - b)


def _beside(some: list[Line], others: list[Line]) -> list[tuple[Line | None, Line | None]]:
    longest = max(len(some), len(others))
    return [
        (some[n] if n < len(some) else None, others[n] if n < len(others) else None)
        for n in range(longest)
    ]


def _lines(world: World, query: str) -> list[Line]:
    return [
        tuple(_plain(name, row[name]) for name in row.keys())  # noqa: SIM118
        for row in world.eye.rows(query)
    ]


def _plain(name: str, value: Any) -> Any:
    if name in ("at", "due", "opened_at"):
        return instant(value)
    if name in ("person", "by"):
        return name_of(value or "")
    return value
