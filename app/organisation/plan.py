"""What putting a file in force would change, in words, before anybody does it."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from app.organisation.moments import moment
from app.organisation.spoken import difference, differences, spoken
from app.rules.organisation import Organisation, Override, Person, PersonId, Rota, RotaId
from app.rules.rota import RotaVersion, next_boundary, on_duty

INSTANT = timedelta(microseconds=1)
OF_THE_WHOLE = (
    "name",
    "timezone",
    "engineering_channel",
    "oncall_channel",
    "out_of_hours_rota",
    "manager_rota",
    "oncall_handle",
    "oncall_topic",
    "page_budget",
)


@dataclass(frozen=True, kw_only=True)
class Change:
    """One sentence about one thing; `effective` only where a change waits for a boundary."""

    kind: str
    subject: str
    sentence: str
    effective: datetime | None = None


def plan(
    old: Organisation | None,
    new: Organisation,
    now: datetime,
    *,
    versions: Mapping[RotaId, Sequence[RotaVersion]] | None = None,
) -> list[Change]:
    """Every difference between the organisation in force and a new one; none means none.

    `versions` are the rotas in force with their history, for the exact next person; without them
    the rotas of `old` are taken as they are.
    """
    before = old or Organisation(
        name="",
        timezone=new.timezone,
        engineering_channel="",
        oncall_channel="",
        out_of_hours_rota="",
        manager_rota="",
    )
    history = versions or {
        rota.id: [RotaVersion(rota=rota, effective=None)] for rota in before.rotas.values()
    }
    return [
        *(_whole(before, new) if old is not None else [_first(new)]),
        *_people(before.people, new.people),
        *_things("team", before.teams, new.teams),
        *_things("service", before.services, new.services),
        *_things("alarm", before.alarms, new.alarms),
        *_things("heartbeat", before.heartbeats, new.heartbeats),
        *_intakes(before, new),
        *_rotas(before, new, now, history),
    ]


def plan_text(changes: Sequence[Change]) -> str:
    """One line each."""
    return "\n".join(change.sentence for change in changes) or "Nothing changes."


def plan_json(changes: Sequence[Change]) -> str:
    return json.dumps(
        {
            "changes": [
                {
                    **asdict(change),
                    "effective": change.effective.isoformat() if change.effective else None,
                }
                for change in changes
            ]
        },
        indent=2,
        ensure_ascii=False,
    )


def _first(new: Organisation) -> Change:
    return Change(
        kind="organisation",
        subject=new.name,
        sentence=f"{new.name} is set up: no organisation was in force before.",
    )


def _whole(old: Organisation, new: Organisation) -> Iterator[Change]:
    for key in OF_THE_WHOLE:
        for said in difference(key, getattr(old, key), getattr(new, key)):
            yield Change(kind="organisation", subject=key, sentence=f"Organisation: {said}.")
    for said in differences(old.escalation, new.escalation):
        yield Change(
            kind="escalation",
            subject="escalation",
            sentence=f"Escalation: {said}. "
            "Incidents that are open keep what was in force when they were triggered.",
        )


def _people(old: Mapping[PersonId, Person], new: Mapping[PersonId, Person]) -> Iterator[Change]:
    for person_id in _all(old, new):
        was, becomes = old.get(person_id), new.get(person_id)
        if becomes is not None and (was is None or was.manager != becomes.manager):
            if was is None:
                said = f"is added{' as a manager' if becomes.manager else ''}"
            else:
                said = "becomes a manager" if becomes.manager else "is no longer a manager"
            yield Change(kind="person", subject=person_id, sentence=f"Person {person_id} {said}.")
        elif becomes is None:
            yield Change(
                kind="person", subject=person_id, sentence=f"Person {person_id} is removed."
            )
        if was is not None and becomes is not None:
            yield from _differences(
                "person", person_id, replace(was, manager=False), replace(becomes, manager=False)
            )


def _things(kind: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    for key in _all(old, new):
        was, becomes = old.get(key), new.get(key)
        if was is None or becomes is None:
            said = "is added" if was is None else "is removed"
            yield Change(kind=kind, subject=key, sentence=f"{kind.title()} {key} {said}.")
        else:
            yield from _differences(kind, key, was, becomes)


def _differences(kind: str, key: str, was: Any, becomes: Any) -> Iterator[Change]:
    said = differences(was, becomes)
    if said:
        yield Change(kind=kind, subject=key, sentence=f"{kind.title()} {key}: {'; '.join(said)}.")


def _intakes(old: Organisation, new: Organisation) -> Iterator[Change]:
    for intakes, others, said in (
        (new.intakes, old.intakes, "is added"),
        (old.intakes, new.intakes, "is removed"),
    ):
        for intake in intakes:
            if intake not in others:
                yield Change(
                    kind="intake",
                    subject=intake.source,
                    sentence=f"Intake mapping {spoken(intake)} {said}.",
                )


def _rotas(
    old: Organisation,
    new: Organisation,
    now: datetime,
    history: Mapping[RotaId, Sequence[RotaVersion]],
) -> Iterator[Change]:
    for rota_id in _all(old.rotas, new.rotas):
        was, becomes = old.rotas.get(rota_id), new.rotas.get(rota_id)
        if becomes is None:
            yield Change(kind="rota", subject=rota_id, sentence=f"Rota {rota_id} is removed.")
            continue
        if was is None:
            yield _added(becomes, now)
        elif replace(was, overrides=()) != replace(becomes, overrides=()):
            yield _turned(was, becomes, now, history.get(rota_id) or ())
        yield from _overrides(was, becomes)


def _added(rota: Rota, now: datetime) -> Change:
    first = on_duty([RotaVersion(rota=rota, effective=None)], rota.overrides, now)
    return Change(
        kind="rota",
        subject=rota.id,
        sentence=f"Rota {rota.id} is added; on duty now: {first.person or 'nobody'}.",
    )


def _turned(was: Rota, becomes: Rota, now: datetime, versions: Sequence[RotaVersion]) -> Change:
    """A changed rota serves from the next boundary; the running shift stays (product.md 21)."""
    known = list(versions) or [RotaVersion(rota=was, effective=None)]
    effective = next_boundary(known, now)
    before = on_duty(known, was.overrides, effective - INSTANT)
    after = on_duty(
        [*known, RotaVersion(rota=becomes, effective=effective)], becomes.overrides, effective
    )
    said = differences(replace(was, overrides=()), replace(becomes, overrides=()))
    return Change(
        kind="rota",
        subject=was.id,
        sentence=f"Rota {was.id}: {'; '.join(said)}. It takes effect at "
        f"{moment(effective, becomes.rotation.timezone)}, the next boundary: on duty before it "
        f"{before.person or 'nobody'}, after it {after.person or 'nobody'}.",
        effective=effective,
    )


def _overrides(was: Rota | None, becomes: Rota) -> Iterator[Change]:
    earlier = was.overrides if was is not None else ()
    for overrides, others, said in (
        (becomes.overrides, earlier, "is added"),
        (earlier, becomes.overrides, "is removed"),
    ):
        for override in overrides:
            if override not in others:
                yield Change(
                    kind="override",
                    subject=becomes.id,
                    sentence=f"Rota {becomes.id}: the override {_span(override, becomes)} {said}.",
                )


def _span(override: Override, rota: Rota) -> str:
    zone = rota.rotation.timezone
    return f"{override.person} from {moment(override.start, zone)} to {moment(override.end, zone)}"


def _all(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    return list(dict.fromkeys([*old, *new]))
