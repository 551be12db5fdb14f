"""Whose word counts: the organisation in force in the database, or a file looked at by itself."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from app.commands.memory import look, opened_kit, settings_now
from app.commands.plan import read_clean
from app.flows.kit import host_clock
from app.flows.work import Work
from app.rules.organisation import Organisation, Rota
from app.rules.rota import RotaVersion
from app.rules.routing import Schedule


@dataclass(frozen=True, kw_only=True)
class Source:
    """An organisation with what decides who serves; `now` is the clock it was read by."""

    organisation: Organisation
    schedule: Schedule
    now: datetime


def source(file: str | None) -> Source:
    """The named file as if it had been in force since ever; without one, what is in force.

    Only the database knows of cover, swaps and earlier versions of a rota.
    """
    return _of_file(Path(file)) if file is not None else _in_force()


def _of_file(path: Path) -> Source:
    organisation = read_clean(path).organisation
    rotas = {rota.id: (_versions(rota), rota.overrides) for rota in organisation.rotas.values()}
    return Source(organisation=organisation, schedule=Schedule(rotas), now=host_clock())


def _versions(rota: Rota) -> tuple[RotaVersion, ...]:
    return (RotaVersion(rota=rota, effective=None),)


def _in_force() -> Source:
    with opened_kit(settings_now()) as kit:
        return look(kit, _read)


def _read(work: Work) -> Source:
    return Source(organisation=work.org, schedule=work.schedule, now=work.now)
