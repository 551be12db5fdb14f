"""Rotas that follow the sun: each office has its hours of the day, and its own people in turn
(product.md 23).

An office serves from its own time on until the time of whichever office is next, so that the
offices' stretches tile, also on the days on which one of them sets its clocks.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from app.rules import succession
from app.rules.calendar import DAY, Interval, to_utc
from app.rules.organisation import Office, PersonId
from app.rules.succession import Reign, RotaVersion, Turn, reigns


class _Watch(NamedTuple):
    """The hours of one office on one day."""

    span: Interval
    office: Office


def turns_between(
    versions: Sequence[RotaVersion], start: datetime, end: datetime
) -> Iterator[Turn]:
    """As those of `succession`, for rotas with offices and without."""
    if not any(each.rota.offices for each in versions):
        yield from succession.turns_between(versions, start, end)
        return
    for reign in reigns(versions):
        begin, stop = max(start, reign.span.start), min(end, reign.span.end)
        if begin >= stop:
            continue
        if reign.version.rota.offices:
            yield from _watched(versions, reign, begin, stop)
        else:
            yield from succession.turns_between(versions, begin, stop)


def turn_order(versions: Sequence[RotaVersion], at: datetime) -> list[PersonId]:
    """As that of `succession`; after an office's own people come those of the next ones."""
    if not any(each.rota.offices for each in versions):
        return succession.turn_order(versions, at)
    ahead = turns_between(versions, at, at + 2 * DAY)
    return list(dict.fromkeys(person for turn in ahead for person in turn.order()))


def _watched(
    versions: Sequence[RotaVersion], reign: Reign, start: datetime, end: datetime
) -> Iterator[Turn]:
    for watch in _watches(reign.version.rota.offices, start, end):
        own = _of_office(tuple(versions), watch.office.name)
        at, stop = max(watch.span.start, reign.span.start), min(watch.span.end, reign.span.end)
        for turn in succession.turns_between(own, at, stop):
            begin = max(turn.span.start, at)
            span = Interval(begin, min(turn.span.end, stop))
            if at < begin:
                yield Turn(Interval(at, begin), watch.span, (), reign.number, None, 0)
            duty = [_common(each, span) for each in turn.duty if _meet(each, span)]
            yield turn._replace(span=span, whole=watch.span, duty=duty, version=reign.number)
            at = span.end
        if at < stop:
            yield Turn(Interval(at, stop), watch.span, (), reign.number, None, 0)


def _watches(offices: Sequence[Office], start: datetime, end: datetime) -> Iterator[_Watch]:
    """Those of which some part lies in `[start, end)`, in order."""
    openings: list[tuple[datetime, int]] = []
    for number, office in enumerate(offices):
        zone = office.rotation.timezone
        day, last = start.astimezone(zone).date() - 2 * DAY, end.astimezone(zone).date() + 2 * DAY
        while day <= last:
            openings.append((to_utc(day, office.rotation.time, zone), number))
            day += DAY
    for (at, number), (following, _) in pairwise(sorted(openings)):
        if at < following and at < end and start < following:
            yield _Watch(Interval(at, following), offices[number])


@lru_cache(maxsize=256)
def _of_office(versions: tuple[RotaVersion, ...], name: str) -> tuple[RotaVersion, ...]:
    """An office's people as a rota of their own, with nobody on it where it is no more."""
    found: list[RotaVersion] = []
    before: Office | None = None
    for version in versions:
        office = next((each for each in version.rota.offices if each.name == name), None)
        tours = tuple(each for each in version.rota.tours if each.office == name)
        members = office.members if office else ()
        rota = replace(version.rota, offices=(), members=members, tours=tours)
        if office is not None:
            rota = replace(rota, rotation=office.rotation)
        effective = _own_boundary(found[-1], version.effective) if before else version.effective
        found.append(RotaVersion(rota=rota, effective=effective))
        before = office
    return tuple(found)


def _own_boundary(running: RotaVersion, effective: datetime | None) -> datetime | None:
    """An edit takes effect at a boundary of the whole rota; in an office whose people turn more
    seldom, at its own next one, or the running turn would be cut in two."""
    if effective is None or running.since > effective:
        return effective
    turn = running.turns.at(effective)
    begun = running.turns.start(turn) if turn >= 0 else effective
    return effective if begun == effective else running.turns.start(turn + 1)


def _meet(one: Interval, other: Interval) -> bool:
    return one.start < other.end and other.start < one.end


def _common(one: Interval, other: Interval) -> Interval:
    return Interval(max(one.start, other.start), min(one.end, other.end))
