"""A course of events as lines for a terminal."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from app.commands.moments import both_clocks
from app.commands.simulate.rehearsal import Outcome, Ring, Rung, Told, Turn
from app.organisation.moments import length, moment
from app.rules.ladder import Method

CANNOT_WAKE = "cannot be woken: no verified contact method that wakes"


def lines(outcome: Outcome, *, at: datetime, zone: ZoneInfo, phones_known: bool) -> Iterator[str]:
    """What happens when, if nobody answers."""
    incident = outcome.incident
    of = f" of {incident.service}" if incident.service else ""
    yield f"{both_clocks(at, zone)}: alarm {incident.alarm}{of} fires"
    yield incident.reason
    for gap in outcome.gaps:
        yield f"Gap: {gap}; told in the engineering channel"
    if outcome.told is not None and not outcome.turns:
        yield _told(outcome.told, zone)
    public = False
    for turn in outcome.turns:
        yield ""
        yield _head(turn, at, zone, first_of_managers=turn.tier == 2 and not public)
        public = public or turn.tier == 2
        for rung in turn.people:
            yield from _person(rung, turn, phones_known=phones_known)
    if outcome.repeats is not None:
        yield ""
        yield (
            f"Then the same again every {length(outcome.repeats)}, until somebody acknowledges "
            "or the incident ends."
        )


def _told(told: Told, zone: ZoneInfo) -> str:
    if told.held:
        return f"Nobody is woken. It is held for {told.channel} until {moment(told.at, zone)}."
    return f"Nobody is paged. It is told in {told.channel} at once."


def _head(turn: Turn, at: datetime, zone: ZoneInfo, *, first_of_managers: bool) -> str:
    local = turn.at.astimezone(zone)
    tier = "tier 1" if turn.tier == 1 else f"tier 2, round {turn.round}"
    passed = turn.at - at
    after = f"after {_span(passed)}" if passed else "at once"
    public = "; the incident says in public that nobody has answered" if first_of_managers else ""
    return f"{local:%H:%M:%S}  {tier}, {after}{public}"


def _person(rung: Rung, turn: Turn, *, phones_known: bool) -> Iterator[str]:
    yield f"  {rung.person}: {rung.reason}"
    if not phones_known:
        return
    if rung.rings:
        yield f"    {', '.join(_ring(ring, turn) for ring in rung.rings)}"
    if not rung.reachable:
        yield f"    {CANNOT_WAKE}"


def _ring(ring: Ring, turn: Turn) -> str:
    named = "Slack" if ring.method is Method.SLACK else f"{ring.method} {ring.hint}".strip()
    delay = ring.at - turn.at
    return f"{named} after {_span(delay)}" if delay else f"{named} at once"


def _span(span: timedelta) -> str:
    """To the second; a squeezed ladder knows finer ones that nobody hears."""
    return length(timedelta(seconds=round(span.total_seconds())))
