"""What served shifts are worth: to the minute, and exact to the cent (product.md 35)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import ROUND_DOWN, Decimal

from app.rules.calendar import Interval, to_utc
from app.rules.organisation import Pay, PersonId, Rota, RotaId
from app.rules.rota import DAY_OFF, FOREVER, Shift
from app.rules.schedule import Schedule

CENT = Decimal("0.01")


@dataclass(frozen=True, kw_only=True)
class Earned:
    """What one person has of the shifts of a month on one rota. `person` None: nobody served, and
    nobody is paid for it. `shifts` is how many they had a part of, `rate` what a whole one is
    worth."""

    rota: RotaId
    person: PersonId | None
    shifts: int
    minutes: int
    amount: Decimal
    rate: Decimal
    currency: str


def month_of(at: date) -> str:
    return f"{at:%Y-%m}"


def read_month(text: str) -> date | None:
    """The first day of `2026-10`; None for what is no month."""
    try:
        return datetime.strptime(text, "%Y-%m").date()  # noqa: DTZ007 (a date has no zone)
    except ValueError:
        return None


def span_of(month: date, rota: Rota) -> Interval:
    """The month on the rota's own clock."""
    following = (month.replace(day=1) + timedelta(days=32)).replace(day=1)
    zone = rota.rotation.timezone
    return Interval(to_utc(month.replace(day=1), time(), zone), to_utc(following, time(), zone))


def earned(
    schedule: Schedule, rota: Rota, month: date, pay: Pay, *, until: datetime
) -> list[Earned]:
    """A shift counts for the month in which it ends, and for whoever served in it, after overrides
    and cover; so each shift counts once, and the amounts of a month are its shifts times the rate.
    Only the shifts that have ended by `until`."""
    span = span_of(month, rota)
    end = min(span.end, until)
    parts: dict[PersonId | None, list[tuple[int, Decimal]]] = {}
    for shift in _shifts(schedule, rota.id, Interval(span.start, end)):
        seconds = _served(shift)
        amounts = split(Decimal(pay.amount), list(seconds.values()))
        for (person, served), amount in zip(seconds.items(), amounts, strict=True):
            parts.setdefault(person, []).append((served, amount))
    people = sorted(parts, key=str)
    return [
        Earned(
            rota=rota.id,
            person=person,
            shifts=len(parts[person]),
            minutes=round(sum(served for served, _ in parts[person]) / 60),
            amount=sum((amount for _, amount in parts[person]), Decimal(0)),
            rate=Decimal(pay.amount),
            currency=pay.currency,
        )
        for person in people
    ]


def split(amount: Decimal, weights: Sequence[int]) -> list[Decimal]:
    """The amount in parts as large as the weights say, each in whole cents, together exactly the
    amount: the cents that are left go to the parts that were cut the most, the first of equals
    first."""
    whole = sum(weights)
    if not whole:
        return [Decimal(0)] * len(weights)
    exact = [amount * weight / whole for weight in weights]
    parts = [each.quantize(CENT, ROUND_DOWN) for each in exact]
    left = int((amount - sum(parts, Decimal(0))) / CENT)
    cut = sorted(range(len(parts)), key=lambda number: parts[number] - exact[number])
    for number in cut[:left]:
        parts[number] += CENT
    return parts


def _shifts(schedule: Schedule, rota: RotaId, span: Interval) -> Iterator[list[Shift]]:
    """The parts of each shift that ended in `(span.start, span.end]`; days off are none."""
    if span.start >= span.end:
        return
    ended = dict.fromkeys(
        (each.slot, each.turn)
        for each in schedule.everyones_shifts(rota, span.start, span.end)
        if each.turn is not None and span.start < each.turn.end <= span.end
    )
    for slot, turn in ended:
        if turn.end == FOREVER:
            continue
        parts = schedule.shifts(rota, turn.start, turn.end, slot)
        yield [each for each in parts if each.turn == turn and each.note != DAY_OFF]


def _served(parts: Sequence[Shift]) -> dict[PersonId | None, int]:
    """Seconds by person, whoever served first first."""
    found: dict[PersonId | None, int] = {}
    for part in parts:
        seconds = int((part.end - part.start).total_seconds())
        found[part.person] = found.get(part.person, 0) + seconds
    return found
