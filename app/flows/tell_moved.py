"""Edits that move somebody's shift tell that person (product.md 24)."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import timedelta

from app.chat.words.moved import Cause
from app.flows import correspond
from app.flows.work import Work
from app.rules.calendar import Interval
from app.rules.moved import Moved, moved
from app.rules.organisation import PersonId, RotaId, RotaKind
from app.rules.rota import Shift
from storage import organisations

AHEAD = timedelta(weeks=12)
"""Shifts that begin later are told when they come nearer, by the rota itself."""
WOKEN = (RotaKind.VOLUNTEERS, RotaKind.MANAGERS)
MOST = 20
"""So many spans stand in one letter."""


@contextmanager
def telling_moved(
    work: Work, *, cause: Cause, by: PersonId, but: Collection[PersonId] = ()
) -> Iterator[None]:
    """Whatever is changed inside, in this transaction: whoever's shifts of the next weeks it moves
    is told so in one letter. Not `by`, whose act it is, and not those in `but`, who learn it in
    another letter. Afterwards `work.schedule` is the one after the change.

        with telling_moved(work, cause=Cause.AWAY, by=who):
            leaves.add(…)
    """
    before = _coming(work)
    yield
    work.renew()
    after = _coming(work)
    found = {rota: moved(before.get(rota, []), after.get(rota, [])) for rota in {**before, **after}}
    touched = {person for each in found.values() for person in each}
    about = _change(work)
    for person in sorted(touched - {by, *but}):
        theirs = {rota: each[person] for rota, each in found.items() if person in each}
        correspond.write(
            work,
            person,
            "shifts_moved",
            about=about,
            cause=cause,
            lost=_told(theirs, "lost"),
            gained=_told(theirs, "gained"),
        )


def _coming(work: Work) -> dict[RotaId, list[Shift]]:
    """The shifts that begin in the next weeks, whole, on the rotas that wake people."""
    end = work.now + AHEAD
    return {
        rota.id: [
            shift
            for shift in work.schedule.everyones_shifts(
                rota.id, work.now, work.schedule.ahead(rota.id, work.now, end + AHEAD)
            )
            if shift.start < end
        ]
        for rota in work.org.rotas.values()
        if rota.kind in WOKEN
    }


def _change(work: Work) -> str:
    """A name that no other change of the schedule has."""
    stamp = organisations.stamp(work.tx)
    return f"{stamp.organisation}.{stamp.mark}.{stamp.acts}"


def _told(theirs: dict[RotaId, Moved], what: str) -> list[list[str]]:
    spans: list[tuple[Interval, RotaId]] = [
        (span, rota) for rota, each in theirs.items() for span in getattr(each, what)
    ]
    spans.sort(key=lambda each: (each[0].start, each[1]))
    return [[rota, span.start.isoformat(), span.end.isoformat()] for span, rota in spans[:MOST]]
