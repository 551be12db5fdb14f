"""Tours and what they change, told as they stand."""

from app.chat.words import tours as words
from app.flows.tell.names import who
from app.flows.volunteer import Prospect
from app.flows.work import Work


def tour_facts(work: Work, found: Prospect) -> words.TourFacts:
    """What a tour means, for the words; its value is read again by whoever is pressed."""
    shadow = found.shadow
    return words.TourFacts(
        rota=found.rota.id,
        value=f"{found.tour.starts} {found.tour.weeks} {found.tour.office or ''}".strip(),
        weeks=found.tour.weeks,
        start=found.start,
        end=found.end,
        first=(found.first.start, found.first.end) if found.first else None,
        people=found.people,
        every=found.between,
        outside=found.outside,
        shadow=words.Shadowed(
            who=who(work, shadow.primary), start=shadow.span.start, end=shadow.span.end
        )
        if shadow
        else None,
        wakes=found.wakes,
    )
