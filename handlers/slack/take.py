"""Taking a shift in Slack: the running one at once, any other by its time or by a form
(product.md 24)."""

from datetime import MAXYEAR, datetime, timedelta
from zoneinfo import ZoneInfo

from app.chat.words import cover as words
from app.flows.admit import Act, admit
from app.flows.serving import pool_of
from app.flows.take_shift import take_shift
from app.flows.tell.names import who, who_if
from app.flows.work import Refused, Work
from app.rules.calendar import Interval
from app.rules.organisation import PersonId, RotaId, RotaKind
from app.rules.rota import Shift
from handlers.slack.ask import Ask, Reply
from handlers.slack.naming import for_whom
from handlers.slack.parse import read_seconds
from handlers.slack.rota_names import rota_names
from handlers.slack.when import EXAMPLES, When, read_when
from handlers.slack.zones import short_span, zone_of

AHEAD = timedelta(weeks=16)
MOST = 60
"""So many shifts can be chosen from."""
FORM = ("part", "form", "choose")


def run_take(work: Work, ask: Ask, rest: str) -> Reply:
    """`/oncall take [@somebody] [rota] [when]`: what is left of the running shift, the shift of
    that day, or that time. Where two serve at once, a form asks whose; so does `take part`."""
    person, told = for_whom(work, rest)
    rota, told = _rota(work, told)
    admitted = admit(work, ask.by, Act.ROTA)
    taker = person or admitted
    if told.lower() in FORM:
        return take_form(work, ask, person=person, rota=rota)
    when = _when(work, told, taker)
    rota = rota or work.org.out_of_hours_rota
    at = _inside(work, rota, when)
    places = [shift.slot for shift in work.schedule.all_on_duty(rota, at) if shift.person != taker]
    if len(places) > 1:
        return take_form(work, ask, person=person, rota=rota, at=at, when=when)
    slot = places[0] if places else 0
    return _take(work, ask, rota, at=at, end=when.end if when else None, slot=slot, person=person)


def take_form(
    work: Work,
    ask: Ask,
    *,
    person: PersonId | None = None,
    rota: RotaId | None = None,
    at: datetime | None = None,
    when: When | None = None,
) -> Reply:
    """Whose shift, and from when to when."""
    admitted = admit(work, ask.by, Act.ROTA)
    taker = person or admitted
    found = [each for each in _takeable(work, taker, rota) if at is None or _runs(each[1], at)]
    if not found:
        whose = "You" if person is None else person
        raise Refused(
            f"There is no shift of somebody else that {whose} could take: it needs a rota with a "
            f"place in its pool, in the next {AHEAD.days // 7} weeks. Nothing was changed."
        )
    zone = zone_of(work, admitted)
    exact = when if when and not when.is_day else None
    return Reply(
        view=words.take_form(
            [_choosable(work, name, shift, zone) for name, shift in found[:MOST]],
            start=exact.start if exact else None,
            end=exact.end if exact else None,
            carry=ask.carry(person=person),
        )
    )


def take_chosen(
    work: Work,
    ask: Ask,
    chosen: str,
    *,
    start: datetime | None,
    end: datetime | None,
    person: PersonId | None,
) -> Reply:
    """The filled form; without times the whole shift, or what is left of it."""
    begins, _, rest = chosen.partition(":")
    slot, _, rota = rest.partition(":")
    if not (slot.isascii() and slot.isdigit() and len(slot) <= 2):
        raise Refused("That shift is not as it was any more. Open the form again.")
    at = max(read_seconds(begins), work.now)
    shift = work.schedule.on_duty(rota, at, int(slot))
    if (start or end) and start is None:
        start = max(shift.start, work.now)
    if start is not None and end is None:
        end = work.schedule.on_duty(rota, start, int(slot)).end
    return _take(work, ask, rota, at=start or at, end=end, slot=int(slot), person=person)


def _take(
    work: Work,
    ask: Ask,
    rota: RotaId,
    *,
    at: datetime,
    end: datetime | None,
    slot: int,
    person: PersonId | None,
) -> Reply:
    taken = take_shift(work, rota, by=ask.by, person=person, at=at, end=end, slot=slot)
    before = who_if(work, taken.before)
    holder = None if person is None else who(work, person)
    return Reply(
        message=words.shift_is_yours(rota, taken.span.start, taken.span.end, before, holder)
    )


def _rota(work: Work, told: str) -> tuple[RotaId | None, str]:
    """A rota that is named first, and what follows."""
    first, _, after = told.strip().partition(" ")
    named = {each.lower(): each for each in work.org.rotas}
    found = named.get(first.lower())
    return (found, after.strip()) if found else (None, told.strip())


def _when(work: Work, told: str, taker: PersonId) -> When | None:
    if not told or told.lower() == "now":
        return None
    found = read_when(told, now=work.now, zone=zone_of(work, taker))
    if found is None:
        first = told.partition(" ")[0]
        raise Refused(
            f"There is no rota {first}, nor a time that I can read. The rotas are "
            f"{', '.join(work.org.rotas)}; times look like {EXAMPLES}. `/oncall take part` opens a "
            "form. Nothing was changed."
        )
    return found


def _inside(work: Work, rota: RotaId, when: When | None) -> datetime:
    """An instant of the shift that is meant: of a day alone the shift that begins on it, or the
    one that runs at its noon."""
    if when is None:
        return work.now
    if not when.is_day:
        return max(when.start, work.now)
    day = Interval(when.start, when.start + timedelta(days=1))
    for shift in work.schedule.everyones_shifts(rota, day.start, day.end):
        if shift.start > day.start and shift.person is not None:
            return max(shift.start, work.now)
    return max(day.start + timedelta(hours=12), work.now)


def _takeable(work: Work, taker: PersonId, only: RotaId | None) -> list[tuple[RotaId, Shift]]:
    """Others' shifts on the rotas in whose pool they are then, those that wake people first."""
    found = []
    for rota in work.org.rotas.values():
        if only not in (None, rota.id) or taker not in rota.everybody:
            continue
        for shift in work.schedule.everyones_shifts(rota.id, work.now, work.now + AHEAD):
            others = shift.person != taker and shift.turn and shift.end.year < MAXYEAR
            if others and taker in pool_of(work, rota, shift.start):
                found.append((rota.id, shift))
    kinds = {rota.id: rota.kind is RotaKind.TEAM for rota in work.org.rotas.values()}
    return sorted(found, key=lambda each: (kinds[each[0]], each[1].start))


def _choosable(work: Work, rota: RotaId, shift: Shift, zone: ZoneInfo) -> words.Choosable:
    span = short_span(Interval(shift.start, shift.end), zone)
    whose = who(work, shift.person).name if shift.person else "nobody"
    return words.Choosable(
        value=f"{int(shift.start.timestamp())}:{shift.slot}:{rota}",
        label=f"{whose} · {span} · {rota_names(work)[rota]}",
    )


def _runs(shift: Shift, at: datetime) -> bool:
    return shift.start <= at < shift.end
