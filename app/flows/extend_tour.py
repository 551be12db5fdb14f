"""Extend a tour: one more after it, by the volunteer's own consent and no other (product.md 22)."""

from datetime import date

from app.flows.admit import Act, Caller, admit
from app.flows.own_tours import tours_of, volunteers_rota
from app.flows.tour_notices import tell_notices_anew
from app.flows.volunteer import Joined, Wish, join, known_tour
from app.flows.work import Refused, Work
from app.rules.organisation import Tour
from app.rules.volunteering import TOUR_WEEKS
from storage import people


def extend_tour(work: Work, ends: date, *, by: Caller) -> Joined:
    """Another tour from `ends` on, the day on which their last one ends; pressed twice it is
    one."""
    rota = volunteers_rota(work)
    who = admit(work, by, Act.ROTA, subject=f"rota:{rota.id}")
    people.hold(work.tx, who)
    mine = tours_of(work, rota, who)
    again = next((each for each in mine if each.starts == ends), None)
    if again is not None:
        return Joined(prospect=known_tour(work, rota, again), new=False)
    last = mine[-1] if mine else None
    if last is None or last.ends != ends or last.left_on is not None:
        raise Refused(
            "That tour is over, or it was changed. `/oncall tour` shows how it stands; nothing was "
            "changed."
        )
    if not is_extendable(work, last):
        raise Refused(
            f"Your tour from {last.starts} to {last.ends} has not begun yet. It can be extended "
            "once it has; nothing was changed."
        )
    wish = Wish(starts=ends, weeks=TOUR_WEEKS, office=last.office)
    done = join(work, rota, who, wish)
    tell_notices_anew(work, rota, who, ends)
    return Joined(prospect=done, new=True)


def is_extendable(work: Work, last: Tour) -> bool:
    """Nobody promises more than one tour ahead."""
    return last.left_on is None and last.starts <= work.now.date()
