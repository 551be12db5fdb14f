"""The database: does it open, is its schema this version's, what is in force?"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from app.commands.doctor.finding import Finding, State, fail, ok, warn
from app.commands.memory import file_of, kit_on, look, opened
from app.flows.audit_state import audit_state, recount
from app.flows.clocks import WORTH_TELLING
from app.flows.contact import rungs_of
from app.flows.kit import host_clock
from app.flows.standing import NoOrganisation
from app.flows.work import Work
from app.organisation.in_force import CannotRead
from app.rules import ladder
from app.rules.organisation import Organisation, PersonId
from app.settings import Settings
from storage import clock_steps, organisations
from storage.engine import CannotOpen, Database
from storage.migrate import schema_of


@dataclass(frozen=True, kw_only=True)
class InForce:
    """What was applied last, with the overrides that people made since, and who could be woken
    out of hours now."""

    organisation: Organisation
    version: int
    digest: str
    wakeable: frozenset[PersonId]


def look_at_database(settings: Settings) -> tuple[list[Finding], InForce | None]:
    """The findings, and what later checks need of it."""
    path = file_of(settings.database_url.reveal())
    if path is not None and not path.exists():
        what = f"there is none at {path}"
        return [
            fail(
                "database",
                what,
                "`python3 -m app apply` makes it, and so does `python3 -m app run`.",
            )
        ], None
    try:
        with opened(settings) as database:
            opens = ok("database", f"{path or 'PostgreSQL'} opens and can be written")
            schema = _schema(database)
            if schema.state is not State.OK:
                return [opens, schema], None
            found, in_force = _in_force(database)
            audited = list(_audited(database)) if in_force is not None else []
            return [opens, schema, *_clock(database), found, *audited], in_force
    except CannotOpen as error:
        return [fail("database", str(error))], None


def _clock(database: Database) -> list[Finding]:
    """Replicas go by PostgreSQL's clock; a machine whose own is wrong writes wrong logs, and
    commands on it look at the wrong instant."""
    if database.dialect != "postgresql":
        return []
    with database.read.begin() as tx:
        off = host_clock() - clock_steps.server_time(tx)
    if abs(off) <= WORTH_TELLING:
        return []
    what = f"this machine's clock is {off.total_seconds():+.1f} s off the database's"
    return [warn("clock", what, "Let both keep time by NTP.")]


def _schema(database: Database) -> Finding:
    with database.read.begin() as tx:
        current, newest = schema_of(tx)
    if current == newest:
        return ok("schema", f"at {current}, this version's")
    if current is None:
        return fail("schema", "the database is empty", "`python3 -m app apply` makes its tables.")
    if current < newest:
        what = f"at {current}, and this version wants {newest}"
        return fail("schema", what, "Run `python3 -m app migrate`, or start `run` of this version.")
    return fail(
        "schema",
        f"at {current}, newer than this version's {newest}",
        "Use the version of Baton that brought it there.",
    )


def _in_force(database: Database) -> tuple[Finding, InForce | None]:
    with kit_on(database) as kit:
        try:
            found = look(kit, _read)
        except NoOrganisation:
            what = "no organisation was ever applied, so nobody would be paged"
            return fail(
                "in force", what, "`python3 -m app apply` puts the organisation file in force."
            ), None
        except CannotRead as error:
            return fail("in force", str(error)), None
    return ok("in force", f"{found.organisation.name}, version {found.version}"), found


def _audited(database: Database) -> Iterator[Finding]:
    """What the auditor finds now; nothing is mended, that is the running process's."""
    with kit_on(database) as kit:
        findings = [*look(kit, audit_state).findings, *look(kit, recount)]
    for each in findings:
        fix = "A running Baton mends this within half a minute." if each.mend else "See its log."
        yield fail("auditor", f"{each.sentence.rstrip('.')} ({each.rule})", fix)
    if not findings:
        yield ok("auditor", "every invariant holds")


def _read(work: Work) -> InForce:
    version = organisations.newest_id(work.tx) or 0
    return InForce(
        organisation=_with_overrides(work),
        version=version,
        digest=organisations.get(work.tx, version).digest,
        wakeable=frozenset(
            person
            for person in work.org.people
            if ladder.is_reachable(rungs_of(work, person), out_of_hours=True)
        ),
    )


def _with_overrides(work: Work) -> Organisation:
    """Cover and swaps fill gaps, so they count when gaps are looked for."""
    rotas = {
        rota.id: replace(rota, overrides=tuple(work.schedule.rotas[rota.id][1]))
        for rota in work.org.rotas.values()
    }
    return replace(work.org, rotas=rotas)
