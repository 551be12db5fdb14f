"""Watch the pool: too few or too many volunteers are told, and more are called for before there
are too few (product.md 22)."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from app.flows import correspond
from app.flows.serving import pool_of
from app.flows.work import Work
from app.rules.organisation import Rota, RotaKind
from app.rules.volunteering import USUAL_POOL, boundary_on
from storage import pool_warnings
from storage.pool_warnings import Cause, PoolWarning

AHEAD = timedelta(weeks=8)
"""So far ahead tours that end are looked at."""


def watch_pool(work: Work, facts: Mapping[str, Any] | None = None) -> None:
    """Each cause is told once while it lasts, edited as it changes, and ended when it is over."""
    rota = work.org.rotas[work.org.out_of_hours_rota]
    if rota.kind is not RotaKind.VOLUNTEERS:
        return
    size = rota.pool or USUAL_POOL
    now = len(pool_of(work, rota, work.now))
    _settle(work, rota, Cause.FEW, now, None, stands=now < size.min)
    _settle(work, rota, Cause.MANY, now, None, stands=now > size.max)
    coming = pool_ahead(work, rota)
    short = [at for at, people in coming.items() if people < size.min]
    fewest = min(coming.values())
    falls_at = short[0] if short and short[0] > work.now else None
    _settle(work, rota, Cause.SHORT, fewest, falls_at, stands=bool(short))


def look_at_pool(work: Work, rota: Rota, *, about: str) -> None:
    """Somebody joined or left: it is looked at when that is in force."""
    correspond.remind_at(work, work.now, "pool", about=f"{rota.id}:{about}")


def pool_ahead(work: Work, rota: Rota) -> dict[datetime, int]:
    """How many there are now, and from each change of the coming weeks on, in order."""
    days = {(day, each.office) for each in rota.tours for day in (each.starts, each.ends)}
    changes = {boundary_on(rota, day, office) for day, office in days}
    coming = sorted(each for each in changes if work.now < each <= work.now + AHEAD)
    return {at: len(pool_of(work, rota, at)) for at in [work.now, *coming]}


def _settle(
    work: Work, rota: Rota, cause: Cause, people: int, at: datetime | None, *, stands: bool
) -> None:
    known = pool_warnings.open_of(work.tx, rota.id, cause)
    if not stands:
        if known is not None and pool_warnings.end(work.tx, known.id, people=people, at=work.now):
            _tell(work, known)
        return
    if known is None:
        made = pool_warnings.add(
            work.tx, rota=rota.id, cause=cause, people=people, falls_at=at, made_at=work.now
        )
        if made is not None:
            work.audit(f"pool_{cause}", f"rota:{rota.id}", by="baton", people=people)
            _tell(work, made)
    elif (known.people, known.falls_at) != (people, at):
        pool_warnings.change(work.tx, known.id, people=people, falls_at=at)
        _tell(work, known)


def _tell(work: Work, warning: PoolWarning) -> None:
    about = str(warning.id)
    if warning.cause is Cause.SHORT:
        correspond.post(work, "recruiting", about=about, warning=warning.id)
        return
    correspond.post(work, "pool", about=about, warning=warning.id)
    for each in work.org.people.values():
        if each.manager:
            correspond.write(work, each.id, "pool", about=about, warning=warning.id)
