"""Gaps are looked for 60 days ahead; each is told once, and its post says when it is closed
(product.md 25)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.flows import correspond
from app.flows.work import Work
from app.rules.coverage import Hole, holes
from storage import gaps, tallies
from storage.gaps import Gap

AHEAD = timedelta(days=60)
LOOKS = "gap_looks"


@dataclass(frozen=True, kw_only=True)
class Found:
    """What a look would change: holes that nobody was told of, gaps that are other than they were,
    and gaps that are no more."""

    new: Sequence[Hole]
    moved: Sequence[tuple[Gap, datetime, datetime | None]]
    closed: Sequence[Gap]

    def __bool__(self) -> bool:
        return bool(self.new or self.moved or self.closed)


def gaps_found(work: Work) -> Found:
    """Only reads. Who cannot be reached is no gap of the rota: see app.flows.readiness."""
    end = _end(work)
    left = gaps.list_open(work.tx)
    new: list[Hole] = []
    moved: list[tuple[Gap, datetime, datetime | None]] = []
    for hole in holes(work.org, work.schedule, None, work.now, end):
        known = next((each for each in left if _is_same(each, hole)), None)
        if known is None:
            new.append(hole)
            continue
        left.remove(known)
        until = hole.end if hole.end < end else None
        start = known.start_at if hole.start == work.now else hole.start
        if (start, until) != (known.start_at, known.end_at):
            moved.append((known, start, until))
    return Found(new=new, moved=moved, closed=left)


def _end(work: Work) -> datetime:
    """How far every rota can be looked ahead."""
    end = work.now + AHEAD
    return min((work.schedule.ahead(each, work.now, end) for each in work.org.rotas), default=end)


def look_for_gaps(work: Work) -> Found:
    """Tell what is new, tell anew what has changed. Of two looks at once the second waits for the
    first, and then finds nothing to do."""
    tallies.add(work.tx, {LOOKS: 1})
    found = gaps_found(work)
    for hole in found.new:
        until = hole.end if hole.end < _end(work) else None
        made = gaps.add(
            work.tx,
            rota=hole.rota,
            tier=hole.tier,
            lack=hole.lack,
            services=hole.services,
            people=hole.people,
            note=hole.note,
            start_at=hole.start,
            end_at=until,
            found_at=work.now,
        )
        _post(work, made)
        work.audit("gap_found", f"rota:{hole.rota}", by="baton", start=hole.start.isoformat())
    for gap, start, end in found.moved:
        gaps.move(work.tx, gap.id, start=start, end=end)
        _post(work, gap)
    for gap in found.closed:
        if gaps.close(work.tx, gap.id, at=work.now):
            _post(work, gap)
            work.audit("gap_closed", f"rota:{gap.rota}", by="baton")
    return found


def _post(work: Work, gap: Gap) -> None:
    correspond.post(work, "gap", about=str(gap.id), gap=gap.id)


def _is_same(gap: Gap, hole: Hole) -> bool:
    """The same lack of the same rota, in a time that it shares with the hole."""
    kind = (gap.rota, gap.tier, gap.lack, gap.services)
    if kind != (hole.rota, hole.tier, hole.lack, hole.services):
        return False
    return gap.start_at < hole.end and (gap.end_at is None or hole.start < gap.end_at)
