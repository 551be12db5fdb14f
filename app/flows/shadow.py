"""Shadow: a new volunteer looks over the shoulder of whoever serves before them (product.md 22)."""

from app.flows.work import Work
from app.rules.calendar import Interval
from app.rules.organisation import PersonId, RotaId
from storage import shadows


def shadow(work: Work, rota: RotaId, person: PersonId, span: Interval) -> int:
    """They look on in all of it, and whoever serves then is told; nothing rings them."""
    made = shadows.add(
        work.tx, rota=rota, person=person, start=span.start, end=span.end, at=work.now, by=person
    )
    work.audit(
        "shadow_added",
        f"shadow:{made}",
        by=person,
        rota=rota,
        start=span.start.isoformat(),
        end=span.end.isoformat(),
    )
    return made
