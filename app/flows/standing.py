"""The organisation and the rotas in force, read anew whenever somebody applied or changed them."""

from collections.abc import Callable, Sequence
from typing import TypeAlias

from sqlalchemy import Connection

from app.flows.volunteers import with_tours
from app.rules.organisation import Organisation, RotaId
from app.rules.rota import RotaVersion
from app.rules.routing import Schedule
from storage import leaves, organisations, overrides, shadows, tours
from storage.tours import StoredTour

Parse: TypeAlias = Callable[[str], Organisation]


class NoOrganisation(Exception):
    """No organisation file was ever applied to this database."""

    def __init__(self) -> None:
        super().__init__(
            "No organisation is in force yet. Write baton.toml (the README shows one), check it "
            "with `python3 -m app check`, and apply it with `python3 -m app apply`."
        )


class StandingOrders:
    """Keeps the parsed organisation and its schedule; one cheap query a transaction tells
    whether they are still the ones in force (product.md 37: seen within a second)."""

    def __init__(self, parse: Parse) -> None:
        self._parse = parse
        self._parsed: dict[int, Organisation] = {}
        self._held: tuple[organisations.Stamp, Organisation, Schedule] | None = None

    @property
    def known(self) -> Organisation | None:
        """The one that was in force at the last transaction: a hint that costs nothing."""
        return self._held[1] if self._held is not None else None

    def in_force(self, tx: Connection) -> tuple[Organisation, Schedule]:
        """Raises NoOrganisation before the first apply."""
        stamp = organisations.stamp(tx)
        held = self._held
        if held is not None and held[0] == stamp:
            return held[1], held[2]
        if stamp.organisation is None:
            raise NoOrganisation
        volunteers = tours.list_all(tx)
        org = with_tours(self.version(tx, stamp.organisation), volunteers)
        schedule = self._schedule(tx, org, volunteers)
        self._held = (stamp, org, schedule)
        return org, schedule

    def look(self, tx: Connection) -> tuple[Organisation, Schedule]:
        """As this transaction has changed them; nothing of it is kept, for it may be undone."""
        once = StandingOrders(self._parse)
        once._parsed = dict(self._parsed)
        return once.in_force(tx)

    def version(self, tx: Connection, number: int) -> Organisation:
        """One applied version; parsed once, because versions never change."""
        if number not in self._parsed:
            self._parsed[number] = self._parse(organisations.get(tx, number).source)
        return self._parsed[number]

    def _schedule(
        self, tx: Connection, org: Organisation, volunteers: Sequence[StoredTour]
    ) -> Schedule:
        versions: dict[RotaId, list[RotaVersion]] = {}
        for mark in organisations.list_marks(tx):
            applied = with_tours(self.version(tx, mark.organisation), volunteers)
            rota = applied.rotas.get(mark.rota)
            if rota is not None:
                versions.setdefault(mark.rota, []).append(
                    RotaVersion(rota=rota, effective=mark.effective)
                )
        made = overrides.list_all(tx)
        return Schedule(
            {
                rota: (
                    tuple(versions.get(rota, ())),
                    tuple([*org.rotas[rota].overrides, *made.get(rota, ())]),
                )
                for rota in org.rotas
            },
            away=leaves.list_all(tx),
            shadows=shadows.list_all(tx),
        )
