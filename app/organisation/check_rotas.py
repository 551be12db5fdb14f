"""Can every rota be turned, and are the right people on it?"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from operator import itemgetter

from app.organisation.check_rotations import check_rotations
from app.organisation.check_teams import check_members
from app.organisation.directory import Directory, refuse_doubles
from app.organisation.findings import Findings
from app.organisation.problem import quoted
from app.organisation.schema import OrganisationFile, RotaEntry
from app.rules.organisation import RotaKind

WEEK = timedelta(weeks=1)
FEWEST, MOST = 5, 8
TOUR_KEYS = ("person", "from", "weeks")


def check_rotas(
    file: OrganisationFile, directory: Directory, findings: Findings, *, today: date | None
) -> None:
    """Tours that have ended by `today` do not count as volunteers; without it all count."""
    refuse_doubles(
        ((f"rota[{number}].id", rota.id) for number, rota in enumerate(file.rota)),
        kind="rota",
        findings=findings,
    )
    used = {file.organisation.out_of_hours_rota, file.organisation.manager_rota}
    used |= {team.rota for team in file.team if team.rota is not None}
    for number, rota in enumerate(file.rota):
        path = f"rota[{number}]"
        if rota.id not in used:
            findings.warning(
                path,
                "nothing uses this rota",
                "Name it in [organisation] or as a team's rota, or remove it.",
                given=["organisation", "team", f"{path}.id"],
            )
        check_rotations(rota, path, findings)
        for place, members in _members(rota, path):
            check_members(members, place, directory, findings)
        _check_kind(rota, path, file, directory, findings)
        _check_tours(rota, path, directory, findings)
        _check_overrides(rota, path, directory, findings)
        _check_pool(rota, path, findings)
        _check_volunteers(rota, path, directory, findings, today)
    _check_two_tiers(file, directory, findings)


def _check_kind(
    rota: RotaEntry,
    path: str,
    file: OrganisationFile,
    directory: Directory,
    findings: Findings,
) -> None:
    kind = [f"{path}.kind"]
    if rota.kind is RotaKind.VOLUNTEERS:
        for place, members in _members(rota, path):
            if not members:
                continue
            findings.problem(
                place,
                "belongs to rotas of other kinds: nobody is a volunteer without a tour",
                "Write a [[rota.tour]] for each, with the day they accepted it.",
                given=kind,
            )
        return
    for place, members in _members(rota, path):
        if not members:
            findings.problem(
                place, "is empty, so nobody would be paged", "Name its people.", given=kind
            )
    for key in ("tour", "pool"):
        if getattr(rota, key):
            findings.problem(
                f"{path}.{key}", "belongs to the volunteers", "Write members instead.", given=kind
            )
    if rota.kind is RotaKind.MANAGERS:
        for place, name in _named(rota, path):
            _expect_manager(name, place, path, directory, findings)
    else:
        _check_team_members(rota, path, file, directory, findings)


def _members(rota: RotaEntry, path: str) -> list[tuple[str, list[str]]]:
    """The rota's people by where they stand: its own, or those of each office."""
    if rota.office:
        return [(f"{path}.office[{n}].members", each.members) for n, each in enumerate(rota.office)]
    return [(f"{path}.members", rota.members)]


def _named(rota: RotaEntry, path: str) -> Iterator[tuple[str, str]]:
    for place, members in _members(rota, path):
        yield from ((f"{place}[{number}]", name) for number, name in enumerate(members))


def _expect_manager(
    name: str, place: str, path: str, directory: Directory, findings: Findings
) -> None:
    """Tier 2 takes only people marked manager (product.md 11)."""
    if name in directory.people and not directory.is_manager(name):
        findings.problem(
            place,
            f"{quoted(name)} is not marked manager",
            "Only managers stand in the second tier: set manager = true, or name somebody else.",
            given=[f"{path}.kind"],
        )


def _check_team_members(
    rota: RotaEntry,
    path: str,
    file: OrganisationFile,
    directory: Directory,
    findings: Findings,
) -> None:
    teams = [team for team in file.team if team.rota == rota.id]
    own = {directory.identity(member) for team in teams for member in team.members}
    for place, name in _named(rota, path):
        if teams and name in directory.people and directory.identity(name) not in own:
            findings.warning(
                place,
                f"{quoted(name)} is paged for team {quoted(teams[0].id)} and is not in it",
                "Add them to the team's members, or take them off its rota.",
                given=[f"{path}.kind", "team"],
            )


def _check_tours(rota: RotaEntry, path: str, directory: Directory, findings: Findings) -> None:
    tours: dict[str, list[tuple[datetime, datetime, str]]] = {}
    for number, tour in enumerate(rota.tour):
        place = f"{path}.tour[{number}]"
        directory.expect_person(tour.person, f"{place}.person", findings)
        start = datetime.combine(tour.start, time(), UTC)
        tours.setdefault(directory.identity(tour.person), []).append(
            (start, start + tour.weeks * WEEK, place)
        )
    for person, spans in tours.items():
        for later, earlier in _overlaps(spans):
            findings.problem(
                later,
                f"overlaps the tour of {quoted(person)} at {earlier}",
                "Let the later tour start when the earlier one has ended.",
                given=[
                    f"{p}.{key}" for p in (later, earlier) for key in ("person", "from", "weeks")
                ],
            )


def _overlaps(spans: list[tuple[datetime, datetime, str]]) -> Iterator[tuple[str, str]]:
    """Each (start, end, path) that begins before an earlier one ends, and that earlier one."""
    longest: tuple[datetime, str] | None = None
    for start, end, path in sorted(spans, key=itemgetter(0, 1)):
        if longest is not None and start < longest[0]:
            yield path, longest[1]
        if longest is None or end > longest[0]:
            longest = end, path


def _check_overrides(rota: RotaEntry, path: str, directory: Directory, findings: Findings) -> None:
    """Overlaps inside the file are refused (product.md 37)."""
    spans: list[tuple[datetime, datetime, str]] = []
    for number, override in enumerate(rota.override):
        place = f"{path}.override[{number}]"
        directory.expect_person(override.person, f"{place}.person", findings)
        if rota.kind is RotaKind.MANAGERS:
            _expect_manager(override.person, f"{place}.person", path, directory, findings)
        if override.end <= override.start:
            findings.problem(
                f"{place}.to",
                "is not after from",
                "Write the later instant as to.",
                given=[f"{place}.from"],
            )
        else:
            spans.append((override.start, override.end, place))
    for later, earlier in _overlaps(spans):
        findings.problem(
            later,
            f"overlaps {earlier}",
            "Let one end where the other begins.",
            given=[f"{p}.{key}" for p in (later, earlier) for key in ("from", "to")],
        )


def _check_pool(rota: RotaEntry, path: str, findings: Findings) -> None:
    """A pool outside 5 to 8 is said with what it means for each volunteer (product.md 22)."""
    if rota.pool is None:
        return
    if rota.pool.min > rota.pool.max:
        findings.problem(
            f"{path}.pool.min",
            f"{rota.pool.min} is more than max, {rota.pool.max}",
            "Exchange them.",
            given=[f"{path}.pool.max"],
        )
        return
    for key, size in (("min", rota.pool.min), ("max", rota.pool.max)):
        if not FEWEST <= size <= MOST:
            findings.warning(
                f"{path}.pool.{key}",
                f"{_count(size)} would be outside {FEWEST} to {MOST}: {_between(size, rota)}",
                "With fewer, turns come too often; with more, too seldom to stay in practice.",
                given=[f"{path}.kind"],
            )


def _check_volunteers(
    rota: RotaEntry, path: str, directory: Directory, findings: Findings, today: date | None
) -> None:
    if rota.kind is not RotaKind.VOLUNTEERS:
        return
    fewest, most = (rota.pool.min, rota.pool.max) if rota.pool else (FEWEST, MOST)
    people = len(
        {
            directory.identity(tour.person)
            for tour in rota.tour
            if tour.accepted_on is not None
            and (today is None or today < tour.start + tour.weeks * WEEK)
        }
    )
    if not fewest <= people <= most:
        findings.warning(
            path,
            f"has {_count(people)} where {fewest} to {most} are wanted: {_between(people, rota)}",
            "Ask for volunteers." if people < fewest else "Let tours end without a successor.",
            given=[f"{path}.{key}" for key in ("kind", "tour", "pool", "rotation")],
        )


def _count(people: int) -> str:
    return "1 volunteer" if people == 1 else f"{people} volunteers"


def _between(people: int, rota: RotaEntry) -> str:
    """How many weeks pass from one start of a volunteer's shift to the next."""
    if people == 0:
        return "nobody is on it, and every out-of-hours page goes to the managers"
    every = (
        (rota.rotation or rota.office[0].rotation).every if rota.rotation or rota.office else WEEK
    )
    weeks = people * (every / WEEK)
    return f"each starts a shift every {weeks:g} week{'' if weeks == 1 else 's'}"


def _check_two_tiers(file: OrganisationFile, directory: Directory, findings: Findings) -> None:
    """The same person is never tier 1 and tier 2 at one instant (product.md 11)."""
    second = directory.rotas.get(file.organisation.manager_rota)
    if second is None:
        return
    managers = {directory.identity(name) for _, name in _named(second, "")}
    for number, rota in enumerate(file.rota):
        if rota.kind is RotaKind.MANAGERS:
            continue
        places = list(_named(rota, f"rota[{number}]"))
        places += [(f"rota[{number}].tour[{n}]", t.person) for n, t in enumerate(rota.tour)]
        for path, name in places:
            if directory.identity(name) in managers:
                findings.warning(
                    path,
                    f"{quoted(name)} is on the manager rota too",
                    "While they are tier 1, the next manager in turn is tier 2."
                    if len(managers) > 1
                    else "While they are tier 1, there is no second tier.",
                    given=["organisation.manager_rota", f"rota[{number}].kind"],
                )
