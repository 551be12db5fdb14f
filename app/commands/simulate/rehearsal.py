"""Fires an alarm at the copy and moves the clock from wait to wait, until the chain repeats."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from sqlalchemy import select

from app.commands.simulate.copy import make_reachable
from app.delivery.waits import answer_next
from app.flows.kinds import Kind
from app.flows.kit import Kit, host_clock
from app.flows.receive_alerts import receive_alerts
from app.flows.standing import StandingOrders
from app.flows.work import Work
from app.organisation.in_force import parse_applied
from app.rules.alert import Alert, AlertState, Delivery
from app.rules.incident import Incident
from app.rules.ladder import Method
from app.rules.organisation import Organisation, PersonId, ServiceId
from storage import contacts, effects, escalations
from storage.effects import Lane
from storage.engine import Database
from storage.escalations import Page
from storage.tables import effects as effect_rows

MOST_STEPS = 80
"""Longer than any chain is before it repeats: each step rings one manager more."""


@dataclass(frozen=True, kw_only=True)
class Ring:
    """One contact method that rings: when, and how it may be shown."""

    at: datetime
    method: Method
    hint: str


@dataclass(frozen=True, kw_only=True)
class Rung:
    """Somebody who is rung."""

    person: PersonId
    reason: str
    reachable: bool
    rings: tuple[Ring, ...]


@dataclass(frozen=True, kw_only=True)
class Turn:
    """Those who are rung at one instant as one turn of the chain."""

    at: datetime
    tier: int
    round: int
    people: tuple[Rung, ...]


@dataclass(frozen=True, kw_only=True)
class Told:
    """What wakes nobody goes to its owner's channel; `held` when only at their opening."""

    channel: str
    at: datetime
    held: bool


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What the alarm does. `turns` end where the chain begins to repeat every `repeats`."""

    incident: Incident
    turns: tuple[Turn, ...]
    repeats: timedelta | None
    gaps: tuple[str, ...]
    told: Told | None


class Rehearsal:
    """Drives the flows that `run` drives, on a database that nobody else sees. `now` may be set
    before the alarm fires."""

    def __init__(self, copy: Database) -> None:
        self.now = host_clock()
        self._kit = Kit(copy, StandingOrders(parse_applied), clock=lambda: self.now)

    def close(self) -> None:
        self._kit.close()

    def organisation(self) -> Organisation:
        return self._kit.do_now(lambda work: work.org)

    def make_all_reachable(self) -> None:
        self._kit.do_now(_make_all_reachable)

    def knows_a_phone(self) -> bool:
        """Whether anybody has any contact method that was added."""
        return self._kit.do_now(lambda work: bool(contacts.list_all(work.tx)))

    def fire(self, alarm: str, service: ServiceId) -> Outcome:
        """The whole course, if nobody ever answers."""
        alert = Alert(
            alarm=alarm,
            fingerprint="simulate",
            state=AlertState.FIRING,
            title=alarm,
            service=service,
        )
        delivery = Delivery(source="simulate", body=b"simulate")
        received = self._kit.do_now(receive_alerts, None, delivery, [alert])
        incident_id = received.attached[0]
        turns, repeats = self._ring_until_it_repeats(incident_id)
        return self._kit.do_now(_outcome, None, incident_id, turns, repeats)

    def _ring_until_it_repeats(self, incident_id: int) -> tuple[tuple[Turn, ...], timedelta | None]:
        known: list[Turn] = []
        for _ in range(MOST_STEPS):
            due = self._kit.do_now(_next_wait)
            if due is None:
                return tuple(known), None
            self.now = max(self.now, due)
            while self._kit.do_now(answer_next) is not None:
                pass
            turns = self._kit.do_now(_turns, None, incident_id)
            if known and _repeats(known[-1], turns[-1]):
                return tuple(known), turns[-1].at - known[-1].at
            known = turns
        return tuple(known), None


def _repeats(last: Turn, newest: Turn) -> bool:
    """Tier 2 that rings the same people again rings them for ever (product.md 10)."""
    same = {each.person for each in last.people} == {each.person for each in newest.people}
    return same and last.tier == newest.tier == 2 and newest.at > last.at


def _make_all_reachable(work: Work) -> None:
    for person in work.org.people:
        make_reachable(work.tx, person, now=work.now)


def _next_wait(work: Work) -> datetime | None:
    return effects.next_due(work.tx, [Lane.WAIT]).get(Lane.WAIT)


def _turns(work: Work, incident_id: int) -> list[Turn]:
    pages = sorted(
        escalations.list_pages(work.tx, incident_id),
        key=lambda page: (page.step, page.tier, page.round, page.id),
    )
    grouped = groupby(pages, key=lambda page: (page.at, page.tier, page.round))
    return [
        Turn(at=at, tier=tier, round=round, people=tuple(_rung(work, page) for page in several))
        for (at, tier, round), several in grouped
    ]


def _rung(work: Work, page: Page) -> Rung:
    return Rung(
        person=page.person,
        reason=page.reason,
        reachable=page.reachable,
        rings=tuple(_rings(work, page)),
    )


def _rings(work: Work, page: Page) -> Iterator[Ring]:
    rows = work.tx.execute(
        select(effect_rows.c.due, effect_rows.c.facts)
        .where(effect_rows.c.page == page.id, effect_rows.c.kind == Kind.RING)
        .order_by(effect_rows.c.due, effect_rows.c.id)
    )
    for row in rows:
        contact = contacts.get(work.tx, row.facts["contact"]) if row.facts["contact"] else None
        yield Ring(
            at=row.due,
            method=Method(row.facts["method"]),
            hint=contact.hint if contact else "",
        )


def _outcome(
    work: Work, incident_id: int, turns: Sequence[Turn], repeats: timedelta | None
) -> Outcome:
    incident = work.incident(incident_id)
    return Outcome(
        incident=incident,
        turns=tuple(turns),
        repeats=repeats,
        gaps=tuple(facts["gap"] for _, facts in _asked(work, Kind.GAP)),
        told=_told(work, incident),
    )


def _told(work: Work, incident: Incident) -> Told | None:
    """Where and when what wakes nobody is told; the effects that the flows asked for say it."""
    for kind in (Kind.NOTICE, Kind.DIGEST):
        for due, facts in _asked(work, kind):
            service = work.org.services.get(incident.service) if incident.service else None
            team = work.org.teams.get(facts.get("team") or (service.team if service else ""))
            channel = team.channel if team else work.org.engineering_channel
            return Told(channel=channel, at=due, held=kind is Kind.DIGEST)
    return None


def _asked(work: Work, kind: Kind) -> list[tuple[datetime, dict[str, Any]]]:
    rows = work.tx.execute(
        select(effect_rows.c.due, effect_rows.c.facts)
        .where(effect_rows.c.kind == kind)
        .order_by(effect_rows.c.id)
    )
    return [(row.due, row.facts) for row in rows]
