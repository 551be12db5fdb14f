"""A calendar of shifts: what a feed shows, as it is now."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from app.calendars.feed import Entry
from app.chat.words import feed as words
from app.flows.admit import is_manager, may_answer
from app.flows.calendar_link import hash_of
from app.flows.tell.names import who, who_if
from app.flows.work import Work
from app.rules.organisation import PersonId, RotaId, RotaKind, Shadow
from app.rules.rota import ALL_AWAY, NOBODY, TOO_FEW, Shift
from storage import feeds, organisations, people
from storage.feeds import Feed, Of

BEFORE, AHEAD = timedelta(weeks=4), timedelta(weeks=26)
HOLES = (NOBODY, TOO_FEW, ALL_AWAY)
"""Gaps that are worth a line; a day on which nobody is to serve is none."""
LONG = timedelta(weeks=13)
"""A shift longer than that is shown as far as it is looked at."""


@dataclass(frozen=True, kw_only=True)
class FeedFacts:
    name: str
    entries: tuple[Entry, ...]
    changed_at: datetime
    sequence: int


def calendar_feed(work: Work, secret: str, *, host: str) -> FeedFacts | None:
    """What the calendar at this address shows; None for no address of ours, one that was revoked,
    or one whose maker may not look any more."""
    found = feeds.find(work.tx, hash_of(secret))
    if found is None or not may_answer(people.get(work.tx, found.made_by)):
        return None
    if found.kind is Of.ROTA and (
        found.subject not in work.org.rotas or not is_manager(work, found.made_by)
    ):
        return None
    stamp = organisations.stamp(work.tx)
    entries = (
        _of_person(work, found, host)
        if found.kind is Of.PERSON
        else _of_rota(work, found.subject, host)
    )
    name = (
        words.name_of_mine(work.org.name)
        if found.kind is Of.PERSON
        else words.name_of_rota(_rota_name(work, found.subject), work.org.name)
    )
    return FeedFacts(
        name=name,
        entries=tuple(sorted(entries, key=lambda each: (each.start, each.uid))),
        changed_at=feeds.changed_at(work.tx),
        sequence=(stamp.organisation or 0) + (stamp.mark or 0) + (stamp.acts or 0),
    )


def _of_person(work: Work, found: Feed, host: str) -> Iterator[Entry]:
    for rota in work.org.rotas:
        name = _rota_name(work, rota)
        for shift in _shifts(work, rota):
            if shift.person == found.subject:
                summary = words.mine(name, instead_of=who_if(work, shift.instead_of))
                yield _entry(work, rota, shift, host, summary, words.about_mine())
        for shadow in _shadows(work, rota):
            if shadow.person == found.subject:
                yield _shadow(work, rota, shadow, host, words.shadow(name), words.about_shadow())


def _of_rota(work: Work, rota: RotaId, host: str) -> Iterator[Entry]:
    name = _rota_name(work, rota)
    for shift in _shifts(work, rota):
        if shift.person is None and shift.note not in HOLES:
            continue
        person = who_if(work, shift.person)
        instead_of = who_if(work, shift.instead_of)
        about = "" if person else words.about_hole()
        summary = words.theirs(name, person, instead_of=instead_of)
        yield _entry(work, rota, shift, host, summary, about)
    for shadow in _shadows(work, rota):
        summary = words.shadowed(name, who(work, shadow.person))
        yield _shadow(work, rota, shadow, host, summary, "")


def _shifts(work: Work, rota: RotaId) -> list[Shift]:
    """Whole, so that each is the same event however far the window has moved."""
    start, end = work.now - BEFORE, work.now + AHEAD
    found = work.schedule.everyones_shifts(rota, start - LONG, end + LONG)
    return [each for each in found if each.start < end and start < each.end]


def _shadows(work: Work, rota: RotaId) -> list[Shadow]:
    start, end = work.now - BEFORE, work.now + AHEAD
    found = work.schedule.shadows.get(rota, ())
    return [each for each in found if each.start < end and start < each.end]


def _entry(work: Work, rota: RotaId, shift: Shift, host: str, summary: str, about: str) -> Entry:
    begins = f"{shift.start:%Y%m%dT%H%M%SZ}" if _begins(work, shift) else "open"
    return Entry(
        uid=f"{rota}-{shift.slot}-{begins}@{host}",
        start=shift.start,
        end=shift.end,
        zone=_zone(work, rota),
        summary=summary,
        description=about,
        busy=shift.person is not None,
    )


def _shadow(work: Work, rota: RotaId, shadow: Shadow, host: str, summary: str, about: str) -> Entry:
    return Entry(
        # Not their address: a calendar is read by more than they chose.
        uid=f"{rota}-shadow-{_digest(shadow.person)}-{shadow.start:%Y%m%dT%H%M%SZ}@{host}",
        start=shadow.start,
        end=shadow.end,
        zone=_zone(work, rota),
        summary=summary,
        description=about,
        busy=False,
    )


def _digest(person: PersonId) -> str:
    return hashlib.sha256(person.encode()).hexdigest()[:12]


def _begins(work: Work, shift: Shift) -> bool:
    """Whether that is its beginning, and not only where it was cut."""
    return shift.start > work.now - BEFORE - LONG


def _zone(work: Work, rota: RotaId) -> ZoneInfo:
    return work.org.rotas[rota].rotation.timezone


def _rota_name(work: Work, rota: RotaId) -> str:
    kind = work.org.rotas[rota].kind
    if kind is RotaKind.VOLUNTEERS:
        return "Out of hours"
    if kind is RotaKind.MANAGERS:
        return "Managers"
    return next((each.name for each in work.org.teams.values() if each.rota == rota), rota)
