"""Pay: what is served is worth what the file says, month by month; what was published stays, and
what turns out otherwise is a line of the next report (product.md 35)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from decimal import Decimal
from typing import TypeAlias

from app.flows import correspond
from app.flows.admit import is_manager
from app.flows.work import Work
from app.rules.calendar import to_utc
from app.rules.organisation import Pay, PersonId, Rota, RotaId
from app.rules.pay import earned, month_of, read_month
from storage import pay
from storage.pay import PayLine

AT = time(9)
CORRECTED = 12
"""So many published months are looked at again for corrections."""


@dataclass(frozen=True, kw_only=True)
class Report:
    """The lines of a month. Until it is `published` they are what has been served so far."""

    month: date
    published: bool
    lines: Sequence[PayLine]


def pay_report(work: Work, month: date) -> Report:
    """Everybody's lines of a month, as published or as things stand now."""
    name = month_of(month)
    if pay.is_published(work.tx, name):
        return Report(month=month, published=True, lines=pay.lines_of(work.tx, name))
    return Report(month=month, published=False, lines=_lines(work, month))


def pay_for(work: Work, month: date, person: PersonId) -> Report:
    """What somebody may see of a month: their own lines, and managers all (product.md 36)."""
    report = pay_report(work, month)
    if is_manager(work, person):
        return report
    mine = [each for each in report.lines if each.person == person]
    return Report(month=month, published=report.published, lines=mine)


def pay_due(work: Work) -> date | None:
    """The month that is over and whose report is not made yet; only reads. None where no rota has
    pay."""
    if not _paid(work):
        return None
    today = work.now.astimezone(work.org.timezone).date()
    if work.now < to_utc(today.replace(day=1), AT, work.org.timezone):
        return None
    month = (today.replace(day=1) - timedelta(days=1)).replace(day=1)
    return None if pay.is_published(work.tx, month_of(month)) else month


def publish_pay(work: Work) -> date | None:
    """Publish the month that is over, once ever: everybody's own is told to them alone, and the
    managers that it is there."""
    month = pay_due(work)
    if month is None:
        return None
    name = month_of(month)
    lines = [*_lines(work, month), *_corrections(work, name)]
    if not pay.publish(work.tx, name, lines, at=work.now):
        return None
    work.audit("pay_published", f"pay:{name}", by="baton", lines=len(lines))
    for person in sorted({each.person for each in lines if each.person}):
        correspond.write(work, person, "pay", about=name, month=name, reader=person)
    for each in work.org.people.values():
        if each.manager and lines:
            correspond.write(work, each.id, "pay_is_there", about=name, month=name)
    return month


def _paid(work: Work) -> list[Rota]:
    return [each for each in work.org.rotas.values() if each.pay_per_shift is not None]


def _lines(work: Work, month: date, rates: Mapping[RotaId, Pay] | None = None) -> list[PayLine]:
    """What a month is worth now; at the given rates, or those of the file."""
    name = month_of(month)
    paid = {**{each.id: each.pay_per_shift for each in _paid(work)}, **(rates or {})}
    return [
        PayLine(month=name, of_month=name, **vars(each))
        for rota, rate in paid.items()
        if rota in work.org.rotas and rate is not None
        for each in earned(work.schedule, work.org.rotas[rota], month, rate, until=work.now)
    ]


def _corrections(work: Work, into: str) -> Iterator[PayLine]:
    """By how much what was published for earlier months differs from what it should be."""
    for name in pay.list_published(work.tx)[-CORRECTED:]:
        month = read_month(name)
        assert month is not None, "a published month is a month"
        lines = pay.lines_about(work.tx, name)
        # At the rate it was published with: the file's is that of today.
        rates = {each.rota: Pay(amount=str(each.rate), currency=each.currency) for each in lines}
        known, right = _sums(lines), _sums(_lines(work, month, rates))
        for key in sorted({*known, *right}, key=str):
            rota, person, rate, currency = key
            was, now = known.get(key, _NOTHING), right.get(key, _NOTHING)
            if was != now:
                yield PayLine(
                    month=into,
                    of_month=name,
                    rota=rota,
                    person=person,
                    shifts=now.shifts - was.shifts,
                    minutes=now.minutes - was.minutes,
                    amount=now.amount - was.amount,
                    rate=rate,
                    currency=currency,
                )


@dataclass(frozen=True)
class _Sum:
    shifts: int = 0
    minutes: int = 0
    amount: Decimal = Decimal(0)


_NOTHING = _Sum()
_Key: TypeAlias = tuple[RotaId, PersonId | None, Decimal, str]


def _sums(lines: Sequence[PayLine]) -> Mapping[_Key, _Sum]:
    found: dict[_Key, _Sum] = {}
    for each in lines:
        key = (each.rota, each.person, each.rate, each.currency)
        was = found.get(key, _NOTHING)
        found[key] = _Sum(
            was.shifts + each.shifts, was.minutes + each.minutes, was.amount + each.amount
        )
    return found
