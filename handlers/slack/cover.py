"""Cover in Slack: the commands, the forms, the presses (product.md 24)."""

from dataclasses import dataclass
from datetime import MAXYEAR, datetime, timedelta
from zoneinfo import ZoneInfo

from app.chat.words import cover as words
from app.flows.admit import Act, admit
from app.flows.cover import (
    ask_for_cover,
    cannot_cover,
    is_soon,
    take_cover,
    withdraw_cover,
)
from app.flows.serving import pool_of
from app.flows.tell.covers import told
from app.flows.work import Refused, Work
from app.rules.calendar import Interval
from app.rules.organisation import PersonId, RotaId, RotaKind
from app.rules.rota import Shift
from handlers.slack.ask import Ask, Reply
from handlers.slack.naming import for_whom
from handlers.slack.parse import read_seconds
from handlers.slack.rota_names import rota_names
from handlers.slack.when import When, is_meant, take_when
from handlers.slack.zones import short_span, zone_of

AHEAD = timedelta(weeks=16)
MOST = 20
"""So many shifts can be chosen from."""


def run_cover(work: Work, ask: Ask, rest: str) -> Reply:
    """`/oncall cover me [when] [why]`; a manager may name somebody instead of `me`."""
    person, told = for_whom(work, rest)
    reader = admit(work, ask.by, Act.ROTA)
    when, why = take_when(told, now=work.now, zone=zone_of(work, reader))
    return ask_form(work, ask, person=person, why=why, when=when)


def ask_form(
    work: Work,
    ask: Ask,
    *,
    person: PersonId | None = None,
    why: str = "",
    when: When | None = None,
) -> Reply:
    """Which of one's shifts, from when to when; the shift that is meant stands first."""
    asker = admit(work, ask.by, Act.ROTA)
    mine = _mine(work, person or asker)
    if when is not None:
        mine.sort(key=lambda each: not is_meant(each.shift, when))
    if not mine:
        whose = "You have" if person in (None, asker) else f"{person} has"
        raise Refused(f"{whose} no shift in the next {AHEAD.days // 7} weeks to ask cover for.")
    zone = zone_of(work, asker)
    exact = when if when and not when.is_day else None
    return Reply(
        view=words.ask_form(
            [_choosable(each, zone) for each in mine[:MOST]],
            why=why,
            start=exact.start if exact else None,
            end=exact.end if exact else None,
            carry=ask.carry(person=person),
        )
    )


def ask_pool(
    work: Work,
    ask: Ask,
    shift: str,
    *,
    start: datetime | None,
    end: datetime | None,
    why: str,
    person: PersonId | None,
) -> Reply:
    """The filled form: everybody in the pool is asked."""
    rota, begins, ends = _read_choice(shift)
    start, end = start or begins, end or ends
    request = ask_for_cover(work, rota, start, end, by=ask.by, person=person, why=why)
    facts = told(work, request.id)
    assert facts is not None
    pool = pool_of(work, work.org.rotas[rota], request.start_at)
    others = [each for each in pool if each != request.person]
    soon = is_soon(work, request.start_at)
    return Reply(message=words.asked_now(facts, len(others), soon=soon))


def take(
    work: Work,
    ask: Ask,
    request: int,
    *,
    start: datetime | None = None,
    end: datetime | None = None,
) -> Reply:
    done = take_cover(work, request, by=ask.by, start=start, end=end)
    facts = told(work, request)
    assert facts is not None
    return Reply(message=words.took(facts, done.span.start, done.span.end))


def part_form(work: Work, ask: Ask, request: int) -> Reply:
    admit(work, ask.by, Act.ROTA, subject=f"cover:{request}")
    facts = told(work, request)
    if facts is None or not facts.is_open or not facts.left:
        raise Refused("Nothing of this request is open any more. Nothing was changed.")
    return Reply(view=words.part_form(facts, carry=ask.carry(request=request)))


def cannot(work: Work, ask: Ask, request: int) -> Reply:
    cannot_cover(work, request, by=ask.by)
    return Reply(message=words.cannot())


def withdraw(work: Work, ask: Ask, request: int) -> Reply:
    withdraw_cover(work, request, by=ask.by)
    return Reply(message=words.withdrawn())


@dataclass(frozen=True)
class _Mine:
    shift: Shift
    rota: RotaId
    name: str


def _mine(work: Work, person: PersonId) -> list[_Mine]:
    """Those of the rotas that wake people first, by their start."""
    found = [
        _Mine(shift, rota, name)
        for rota, name in rota_names(work).items()
        for shift in work.schedule.everyones_shifts(
            rota, work.now, work.schedule.ahead(rota, work.now, work.now + AHEAD)
        )
        if shift.person == person and shift.end.year < MAXYEAR
    ]
    kinds = {rota.id: rota.kind is RotaKind.TEAM for rota in work.org.rotas.values()}
    return sorted(found, key=lambda each: (kinds[each.rota], each.shift.start))


def _choosable(mine: _Mine, zone: ZoneInfo) -> words.Choosable:
    start, end = mine.shift.start, mine.shift.end
    return words.Choosable(
        value=f"{int(start.timestamp())}:{int(end.timestamp())}:{mine.rota}",
        label=f"{short_span(Interval(start, end), zone)} · {mine.name}",
    )


def _read_choice(value: str) -> tuple[str, datetime, datetime]:
    start, _, rest = value.partition(":")
    end, _, rota = rest.partition(":")
    return rota, read_seconds(start), read_seconds(end)
