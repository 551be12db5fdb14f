"""How ready somebody is, and the looks at it before each shift of those who can be woken by one
(product.md 25)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from app.flows import correspond
from app.flows.admit import STALE, may_answer
from app.flows.contact import rungs_of
from app.flows.kinds import Kind
from app.flows.work import Work
from app.rules.calendar import Interval
from app.rules.ladder import is_reachable
from app.rules.organisation import PersonId, RotaId, RotaKind
from app.rules.readiness import STAGES, TEST_COUNTS, Checked, Light, Need, Readiness, stage_at
from app.rules.rota import Shift
from storage import effects, pager_tests, people
from storage.effects import Lane

AHEAD = timedelta(weeks=8)
WORTH_A_LOOK = timedelta(hours=1)
"""A shorter stretch is looked at by nobody: a rota that turns every minute would write thousands
of letters a week ahead."""
MANAGERS_TOO = STAGES[1]
"""From this stage on the managers hear of it as well."""


@dataclass(frozen=True, kw_only=True)
class Coming:
    """A shift to come, as far as its person is the same; `turn` names it however often it is cut
    by an override."""

    rota: RotaId
    slot: int
    person: PersonId
    span: Interval
    turn: datetime


def readiness_of(work: Work, person: PersonId, shift: Coming | None = None) -> Readiness:
    """The lights of somebody, for the given shift or else for their next one."""
    shift = shift or next((each for each in coming(work, AHEAD) if each.person == person), None)
    checked = [_waking(work, person), _tested(work, person), _account(work, person)]
    if shift is not None:
        checked.append(_whole(work, shift))
    return Readiness(
        person=person,
        checked=tuple(checked),
        rota=shift.rota if shift else None,
        shift=shift.span if shift else None,
    )


def coming(work: Work, ahead: timedelta) -> list[Coming]:
    """The shifts that begin within `ahead` on rotas that wake people, by start. Two that follow
    each other without a change of person are one."""
    found: list[Coming] = []
    for rota in work.org.rotas.values():
        if rota.kind is RotaKind.TEAM:
            continue
        shifts = _shifts_ahead(work, rota.id, ahead)
        for slot in sorted({each.slot for each in shifts}):
            mine = [each for each in shifts if each.slot == slot]
            found += (each for each in _joined(rota.id, mine) if each.span.start > work.now)
    return sorted(found, key=lambda each: (each.span.start, each.rota, each.slot))


def _shifts_ahead(work: Work, rota: RotaId, ahead: timedelta) -> list[Shift]:
    end = work.schedule.ahead(rota, work.now, work.now + ahead)
    return work.schedule.everyones_shifts(rota, work.now, end)


def looks_due(work: Work) -> list[tuple[Coming, timedelta]]:
    """The shifts at whose present stage nobody has looked yet; only reads."""
    found = []
    for shift in coming(work, STAGES[0]):
        if shift.span.end - shift.span.start < WORTH_A_LOOK:
            continue
        stage = stage_at(shift.span.start, work.now)
        if stage is not None and not effects.was_asked(work.tx, _key(shift, stage)):
            found.append((shift, stage))
    return found


def plan_looks(work: Work) -> int:
    """Ask for each look that is due, once ever; a Baton that was down looks at the latest stage."""
    due = looks_due(work)
    for shift, stage in due:
        work.ask(
            Kind.REMINDER,
            _key(shift, stage),
            lane=Lane.WAIT,
            facts={
                "v": 1,
                "what": "readiness",
                "rota": shift.rota,
                "slot": shift.slot,
                "person": shift.person,
                "start": shift.span.start.isoformat(),
                "stage": int(stage.total_seconds()),
            },
        )
    return len(due)


def look_at_readiness(work: Work, facts: Mapping[str, Any]) -> None:
    """Whoever is not ready is told what is missing; a day before, the managers as well. Somebody
    whose account is gone cannot read it, so the managers hear of that at once."""
    shift = shift_named(work, facts)
    if shift is None:
        return
    found = readiness_of(work, shift.person, shift)
    if found.ready:
        return
    about = f"{shift.rota}:{shift.slot}:{facts['start']}:{facts['stage']}"
    told = {name: facts[name] for name in ("rota", "slot", "person", "start")}
    correspond.write(work, shift.person, "not_ready", about=about, **told)
    gone = any(each.need is Need.ACCOUNT for each in found.missing)
    if gone or timedelta(seconds=facts["stage"]) <= MANAGERS_TOO:
        for each in work.org.people.values():
            if each.manager and each.id != shift.person:
                correspond.write(work, each.id, "not_ready_manager", about=about, **told)


def shift_named(work: Work, facts: Mapping[str, Any]) -> Coming | None:
    """The shift that facts speak of, if it is still theirs and still to come."""
    start = datetime.fromisoformat(facts["start"])
    wanted = (facts["rota"], facts["slot"], facts["person"], start)
    return next(
        (
            each
            for each in coming(work, max(STAGES[0], start - work.now) + timedelta(seconds=1))
            if (each.rota, each.slot, each.person, each.span.start) == wanted
        ),
        None,
    )


def _joined(rota: RotaId, shifts: list[Shift]) -> Iterator[Coming]:
    begun: Coming | None = None
    for shift in shifts:
        if begun is not None and shift.person == begun.person:
            span = Interval(begun.span.start, shift.end)
            begun = Coming(
                rota=rota, slot=begun.slot, person=begun.person, span=span, turn=begun.turn
            )
            continue
        if begun is not None:
            yield begun
        begun = None
        if shift.person is not None:
            begun = Coming(
                rota=rota,
                slot=shift.slot,
                person=shift.person,
                span=Interval(shift.start, shift.end),
                turn=shift.turn.start if shift.turn else shift.start,
            )
    if begun is not None:
        yield begun


def _waking(work: Work, person: PersonId) -> Checked:
    wakes = is_reachable(rungs_of(work, person), out_of_hours=True)
    return Checked(need=Need.WAKING, light=Light.OK if wakes else Light.MISSING)


def _tested(work: Work, person: PersonId) -> Checked:
    last = pager_tests.last_answered(work.tx, person)
    counts = last is not None and last > work.now - TEST_COUNTS
    return Checked(need=Need.TESTED, light=Light.OK if counts else Light.MISSING, at=last)


def _account(work: Work, person: PersonId) -> Checked:
    account = people.get(work.tx, person)
    if not may_answer(account):
        light = Light.MISSING
    elif account is None or work.now - account.seen_at > STALE:
        light = Light.UNKNOWN
    else:
        light = Light.OK
    return Checked(need=Need.ACCOUNT, light=light)


def _whole(work: Work, shift: Coming) -> Checked:
    """Whether the turn that the shift belongs to has somebody in all of it."""
    running = work.schedule.on_duty(shift.rota, shift.span.start, shift.slot)
    turn = running.turn or shift.span
    parts = work.schedule.shifts(
        shift.rota, max(turn.start, work.now), max(turn.end, shift.span.end), shift.slot
    )
    hole = next((each for each in parts if each.person is None), None)
    if hole is None:
        return Checked(need=Need.WHOLE, light=Light.OK)
    return Checked(need=Need.WHOLE, light=Light.MISSING, at=hole.start)


def _key(shift: Coming, stage: timedelta) -> str:
    hours = stage // timedelta(hours=1)
    about = f"{shift.rota}:{shift.slot}:{shift.turn.isoformat()}:{shift.person}"
    return f"reminder:readiness:{about}:{hours}"
