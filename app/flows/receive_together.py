"""Take in the alerts of all who wait, at once: few statements, whatever their number.

What comes of them is what `receive_alerts` makes of each body after the other. Whoever calls it
falls back to that one, body by body, when anything here raises.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from app.flows import canary, speak
from app.flows.open_incident import raise_severity
from app.flows.receive_alerts import (
    Received,
    Trouble,
    attach_or_open,
    counts_of,
    receive_alerts,
    take_in,
)
from app.flows.work import Work
from app.rules.alert import Alert, AlertState, Delivery
from app.rules.incident import IncidentId
from app.rules.organisation import Severity
from storage import alerts, inbox, incidents, tallies, tokens


class LostRace(Exception):
    """Another replica changed what was looked up; everything is to be done anew."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """One request; `row` is where its body is in the inbox already, when it comes in parts."""

    delivery: Delivery
    alerts: Sequence[Alert]
    row: int | None = None


def receive_together(work: Work, told: Sequence[Told]) -> list[Received]:
    """What became of each, in order; everything is in this one transaction."""
    turned_away = _turn_away(work, told) | _canaries(work, told)
    fresh = [each for number, each in enumerate(told) if number not in turned_away]
    tellings = _tellings(work, fresh)
    troubles = _Troubles(work)
    firings = _Firings(work, troubles)
    flat = [telling for part in tellings for telling in part]
    troubles.hold(flat, ended=firings.look_up_ended(flat))
    firings.look_up(flat)
    answers = iter([firings.take(part) for part in tellings])
    firings.write()
    troubles.tell()
    return [turned_away.get(number) or next(answers) for number in range(len(told))]


def receive_one(work: Work, told: Told) -> Received:
    """One of them by itself, one alert after the other: for whatever surprises the rest."""
    if told.delivery.source == canary.SOURCE:
        canary.take_in_canary(work, told.delivery)
        return Received()
    if told.row is None:
        return receive_alerts(work, told.delivery, told.alerts)
    return take_in(work, told.delivery.source, told.row, told.alerts)


def _turn_away(work: Work, told: Sequence[Told]) -> dict[int, Received]:
    """By their place: those whose token was revoked, and those that were accepted before."""
    used = {each.delivery.token for each in told if each.delivery.token is not None}
    valid = tokens.find_valid(work.tx, list(used)) if used else used
    seen = _accepted_before(work, told)
    found = {}
    for number, each in enumerate(told):
        if each.row is not None or each.delivery.source == canary.SOURCE:
            continue  # it was let in with its first part, or is our own
        if each.delivery.token is not None and each.delivery.token not in valid:
            found[number] = Received(revoked=True)
        elif each.delivery.delivery_id is not None:
            mark = inbox.mark(each.delivery)
            if mark in seen:
                found[number] = Received(duplicate=True)
            seen.add(mark)
    again = sum(len(told[number].alerts) for number, one in found.items() if one.duplicate)
    if again:
        tallies.add(work.tx, {"suppressed": again})
    return found


def _canaries(work: Work, told: Sequence[Told]) -> dict[int, Received]:
    """By their place: alerts of Baton's own, which become no incident."""
    found = {}
    for number, each in enumerate(told):
        if each.delivery.source == canary.SOURCE:
            canary.take_in_canary(work, each.delivery)
            found[number] = Received()
    return found


def _accepted_before(work: Work, told: Sequence[Told]) -> set[tuple[str, str | None]]:
    named = [
        each.delivery
        for each in told
        if each.delivery.delivery_id and each.row is None and each.delivery.source != canary.SOURCE
    ]
    return inbox.find_accepted(work.tx, named) if named else set()


@dataclass(frozen=True, kw_only=True, slots=True)
class _Telling:
    """One alert as one body tells it."""

    source: str
    row: int
    alert: Alert
    trouble: Trouble

    @property
    def firing(self) -> tuple[str, str]:
        return self.source, self.alert.fingerprint


def _tellings(work: Work, told: Sequence[Told]) -> list[list[_Telling]]:
    """Of each body its alerts, in the one order that everybody takes them in."""
    known: dict[tuple[str, str, str | None], Trouble] = {}

    def telling(source: str, row: int, alert: Alert) -> _Telling:
        about = (source, alert.alarm, alert.service)
        trouble = known.get(about)
        if trouble is None:
            trouble = known[about] = Trouble.of(work, source, alert)
        return _Telling(source=source, row=row, alert=alert, trouble=trouble)

    return [
        sorted(
            (telling(each.delivery.source, row, alert) for alert in each.alerts),
            key=lambda one: one.trouble.key,
        )
        for each, row in zip(told, _rows(work, told), strict=True)
    ]


def _rows(work: Work, told: Sequence[Told]) -> list[int]:
    """Where each body is in the inbox, from now on at the latest."""
    new = [each for each in told if each.row is None]
    bodies, counts = [each.delivery for each in new], [counts_of(each.alerts) for each in new]
    kept = iter(inbox.keep_all(work.tx, bodies, at=work.now, counts=counts) if new else ())
    return [each.row if each.row is not None else next(kept) for each in told]


@dataclass(slots=True)
class _Here:
    """An incident that alerts are attached to now."""

    id: IncidentId
    severity: Severity
    channel_id: str | None
    changed: bool = False


class _Troubles:
    """The incidents of a crowd's troubles: held, opened where there is none, raised."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._open: dict[str, _Here] = {}
        self._held: dict[IncidentId, _Here] = {}

    def hold(self, tellings: Sequence[_Telling], *, ended: Sequence[IncidentId]) -> None:
        """All that are open first; then those without an open incident get theirs."""
        first: dict[str, _Telling] = {}
        for telling in tellings:
            if telling.alert.state is AlertState.FIRING:
                first.setdefault(telling.trouble.key, telling)
        if not first and not ended:
            return
        for brief in incidents.hold_all(self._work.tx, sorted(first), ended):
            here = _Here(brief.id, brief.severity, brief.channel_id)
            self._held[brief.id] = here
            if brief.is_open:
                self._open[brief.trouble] = here
        for key in sorted(first.keys() - self._open.keys()):
            self._open_first(first[key])

    def attach(self, telling: _Telling) -> _Here:
        """At equal severity nothing is paged; at a higher one the incident is raised."""
        here = self._open[telling.trouble.key]
        assessed = telling.trouble.assessment
        if not assessed.severity.is_worse_than(here.severity):
            here.changed = True
        elif raise_severity(self._work, self._work.incident(here.id), assessed):
            here.severity = assessed.severity
        else:
            raise LostRace
        return here

    def held(self, incident: IncidentId) -> _Here:
        if incident not in self._held:
            raise LostRace
        return self._held[incident]

    def tell(self) -> None:
        """The card of each that changed, once."""
        changed = (each for each in self._held.values() if each.changed)
        shown = [each.id for each in changed if each.channel_id is not None]
        if shown:
            speak.refresh_cards(self._work, shown)

    def _open_first(self, telling: _Telling) -> None:
        incident = attach_or_open(
            self._work, telling.source, telling.alert, telling.trouble, none_open=True
        )
        here = _Here(incident.id, incident.severity, incident.channel_id)
        self._held[here.id] = self._open[telling.trouble.key] = here


@dataclass(slots=True)
class _Firing:
    """A firing as it will stand: a new one, or with `id` one that is stored."""

    incident: IncidentId | None
    told: _Telling | None = None
    id: int | None = None
    times: int = 0
    ended: bool = False


@dataclass
class _Firings:
    """The firings of a crowd, followed in memory from telling to telling, then written."""

    work: Work
    troubles: _Troubles
    now: dict[tuple[str, str], _Firing] = field(default_factory=dict)
    new: list[_Firing] = field(default_factory=list)
    known: list[_Firing] = field(default_factory=list)

    def look_up_ended(self, tellings: Sequence[_Telling]) -> list[IncidentId]:
        """The incidents of firings that are said to be over: they are held as well."""
        over = [each for each in tellings if each.alert.state is AlertState.RESOLVED]
        return sorted({known.incident for _, known in self._find(over) if known.incident})

    def look_up(self, tellings: Sequence[_Telling]) -> None:
        """Only now, for the incidents are held: others that tell these wait for us, or are seen."""
        for source, known in self._find(tellings):
            firing = _Firing(id=known.id, incident=known.incident)
            self.now[source, known.fingerprint] = firing
            self.known.append(firing)

    def take(self, tellings: Sequence[_Telling]) -> Received:
        """The alerts of one body."""
        attached, cleared = [], 0
        for telling in tellings:
            if telling.alert.state is AlertState.FIRING:
                attached.append(self._fire(telling))
            else:
                self._clear(telling)
                cleared += 1
        return Received(attached=tuple(attached), cleared=cleared)

    def write(self) -> None:
        work, times = self.work, {each.id: each.times for each in self.known if each.times}
        if times:
            alerts.repeat_all(work.tx, {row: n for row, n in times.items() if row}, at=work.now)
        over = [each.id for each in self.known if each.ended and each.id is not None]
        if over:
            alerts.end_all(work.tx, over, at=work.now)
        alerts.add_all(work.tx, [_stored(each) for each in self.new], at=work.now)

    def _find(self, tellings: Sequence[_Telling]) -> Iterator[tuple[str, alerts.Known]]:
        wanted: dict[str, dict[str, None]] = {}
        for source, fingerprint in (each.firing for each in tellings):
            wanted.setdefault(source, {})[fingerprint] = None
        for source, fingerprints in wanted.items():
            for known in alerts.find_firings(self.work.tx, source, list(fingerprints)):
                yield source, known

    def _fire(self, telling: _Telling) -> IncidentId:
        here = self.troubles.attach(telling)
        firing = self.now.get(telling.firing)
        if firing is None:
            firing = self.now[telling.firing] = _Firing(incident=here.id, told=telling)
            self.new.append(firing)
            self._note(here.id, "alert", telling)
        elif firing.incident != here.id:
            if firing.id is not None:
                alerts.move_to(self.work.tx, firing.id, here.id)
            firing.incident = here.id
        firing.times += 1
        return here.id

    def _clear(self, telling: _Telling) -> None:
        """A cleared alert is told and never closes an incident (product.md 9)."""
        firing = self.now.pop(telling.firing, None)
        if firing is None:
            self.new.append(_Firing(incident=None, told=telling, times=1, ended=True))
            return
        firing.ended = True
        if firing.incident is not None:
            self.troubles.held(firing.incident).changed = True
            self._note(firing.incident, "cleared", telling)

    def _note(self, incident: IncidentId, kind: str, telling: _Telling) -> None:
        alert = telling.alert
        source = telling.source
        self.work.note(incident, kind, alarm=alert.alarm, title=alert.title, source=source)


def _stored(firing: _Firing) -> alerts.New:
    assert firing.told is not None
    alert, trouble = firing.told.alert, firing.told.trouble
    seen = firing.incident is not None
    service = (trouble.service.id if trouble.service else None) if seen else alert.service
    return alerts.New(
        source=firing.told.source,
        fingerprint=alert.fingerprint,
        alarm=alert.alarm,
        service=service,
        severity=trouble.assessment.severity if seen else "P4",
        title=alert.title,
        details=alert.details,
        url=alert.url,
        labels=alert.labels,
        count=firing.times,
        incident=firing.incident,
        inbox=firing.told.row,
        ended=firing.ended,
    )
