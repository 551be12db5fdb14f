"""The number of volunteers, told as it stands."""

from collections.abc import Mapping
from typing import Any

from app.chat.message import Message
from app.chat.words import pool as words
from app.chat.words.tours import OUT_OF_HOURS
from app.flows.work import Work
from app.rules.volunteering import USUAL_POOL, between_shifts
from storage import pool_warnings


def warning(work: Work, facts: Mapping[str, Any]) -> Message | None:
    """To the on-call channel, and to each manager."""
    found = _facts(work, facts)
    return words.warning(found) if found else None


def recruiting(work: Work, facts: Mapping[str, Any]) -> Message | None:
    """To the engineering channel."""
    found = _facts(work, facts)
    return words.recruiting(found) if found else None


def _facts(work: Work, facts: Mapping[str, Any]) -> words.PoolFacts | None:
    row = pool_warnings.get(work.tx, facts["warning"])
    rota = work.org.rotas.get(row.rota) if row else None
    if row is None or rota is None:
        return None
    size = rota.pool or USUAL_POOL
    return words.PoolFacts(
        rota=OUT_OF_HOURS,
        people=row.people,
        every=between_shifts(rota, row.people),
        least=size.min,
        most=size.max,
        falls_at=row.falls_at,
        over=row.ended_at is not None,
    )
