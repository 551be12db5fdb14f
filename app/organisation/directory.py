"""What the file's names mean: whom and what an entry may refer to."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from app.organisation.findings import Findings
from app.organisation.problem import nearest, quoted
from app.organisation.schema import (
    OrganisationFile,
    PersonEntry,
    RotaEntry,
    ServiceEntry,
    SlaEntry,
    TeamEntry,
)
from app.rules.organisation import PersonId

Named = TypeVar("Named", TeamEntry, ServiceEntry, SlaEntry, RotaEntry)


@dataclass(frozen=True, kw_only=True)
class Directory:
    """Of two entries with one name the first counts; `check` reports the second."""

    people: dict[str, PersonEntry]
    """By e-mail address and by Slack id."""
    teams: dict[str, TeamEntry]
    services: dict[str, ServiceEntry]
    slas: dict[str, list[str]]
    """The ids of every service's SLAs."""
    rotas: dict[str, RotaEntry]

    def identity(self, name: str) -> PersonId:
        """The one id of somebody, however the file names them."""
        person = self.people.get(name)
        return id_of(person) if person else name

    def is_manager(self, name: str) -> bool:
        person = self.people.get(name)
        return person is not None and person.manager

    def expect_person(self, name: str, path: str, findings: Findings) -> bool:
        if name in self.people:
            return True
        findings.problem(
            path,
            f"{quoted(name)} is nobody in [[person]]",
            nearest(name, self.people, otherwise="Add them as a [[person]]."),
            given=["person"],
        )
        return False


def id_of(person: PersonEntry) -> PersonId:
    return person.email or person.slack_id or ""


def directory_of(file: OrganisationFile, findings: Findings | None = None) -> Directory:
    """Names that only stand in for broken ones are left out."""
    known = findings or Findings()
    people: dict[str, PersonEntry] = {}
    for number, person in enumerate(file.person):
        if not known.is_broken(f"person[{number}]"):
            for name in (person.email, person.slack_id):
                if name is not None:
                    people.setdefault(name, person)
    services = _by_id(file.service, "service", known)
    return Directory(
        people=people,
        teams=_by_id(file.team, "team", known),
        services=services,
        slas={
            service.id: list(_by_id(service.sla, f"service[{number}].sla", known))
            for number, service in enumerate(file.service)
            if services.get(service.id) is service
        },
        rotas=_by_id(file.rota, "rota", known),
    )


def _by_id(entries: Sequence[Named], table: str, findings: Findings) -> dict[str, Named]:
    found: dict[str, Named] = {}
    for number, entry in enumerate(entries):
        if not findings.is_broken(f"{table}[{number}].id"):
            found.setdefault(entry.id, entry)
    return found


def expect(name: str, known: Iterable[str], *, kind: str, path: str, findings: Findings) -> bool:
    """Whether `name` is one of the known; a problem if not."""
    names = list(known)
    if name in names:
        return True
    findings.problem(
        path,
        f"there is no {kind} {quoted(name)}",
        nearest(name, names, otherwise=f"Add it as a [[{kind}]]."),
        given=[kind],
    )
    return False


def refuse_doubles(
    names: Iterable[tuple[str, str | None]], *, kind: str, findings: Findings
) -> None:
    """`names` are (path, name); every name after the first of its kind is a problem."""
    first: dict[str, str] = {}
    for path, name in names:
        if name is None:
            continue
        if name in first:
            findings.problem(
                path,
                f"{kind} {quoted(name)} stands at {first[name]} already",
                "Give one of them another name, or remove it.",
                given=[first[name]],
            )
        else:
            first[name] = path
