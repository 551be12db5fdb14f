"""`plan`: what putting an organisation file in force would change."""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from app.commands.check import path_of
from app.commands.memory import expect_schema, file_of, kit_on, look, opened, settings_now
from app.commands.sentences import Failed, say, told
from app.flows.kit import host_clock
from app.flows.standing import NoOrganisation
from app.flows.volunteers import with_tours
from app.flows.work import Work
from app.organisation.plan import Change, plan, plan_json, plan_text
from app.organisation.read import read, read_file
from app.rules.organisation import Organisation
from app.rules.routing import Schedule
from app.settings import Settings
from storage import tours
from storage.engine import Database
from storage.migrate import schema_of
from storage.tours import StoredTour


@told
def main(arguments: Sequence[str]) -> int:
    """Exit code 1 when the file has problems; that something would change is no failure."""
    options = _parser().parse_args(arguments)
    clean = read_clean(path_of(options.file))
    changes = planned(settings_now(), clean.organisation)
    print(plan_json(changes) if options.json else plan_text(changes))
    return 0


@dataclass(frozen=True, kw_only=True)
class Clean:
    """A file without problems: what it says, and the very text that said it."""

    organisation: Organisation
    text: str


def read_clean(path: Path) -> Clean:
    """The file, its warnings told on stderr; Failed with the whole list where it has problems."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise Failed(read_file(path).text()) from error
    reading = read(data, source=path.name, now=host_clock())
    if reading.organisation is None:
        raise Failed(reading.text())
    if reading.warnings:
        say(reading.text())
    # Line ends as `run` reads them, so that both mean the same version.
    text = data.decode("utf-8").replace("\r\n", "\n")
    return Clean(organisation=reading.organisation, text=text)


def planned(settings: Settings, new: Organisation) -> list[Change]:
    """The differences to what is in force; to a database that is not there, all of it is new."""
    path = file_of(settings.database_url.reveal())
    if path is not None and not path.exists():
        return plan(None, new, host_clock())
    with opened(settings) as database:
        return _against(database, new)


def _against(database: Database, new: Organisation) -> list[Change]:
    with database.read.begin() as tx:
        current, _ = schema_of(tx)
    if current is None:
        return plan(None, new, host_clock())
    expect_schema(database)
    with kit_on(database) as kit:
        try:
            old, schedule, volunteers = look(kit, _in_force)
        except NoOrganisation:
            return plan(None, new, host_clock())
    versions = {rota: list(versions) for rota, (versions, _) in schedule.rotas.items()}
    return plan(old, with_tours(new, volunteers), host_clock(), versions=versions)


def _in_force(work: Work) -> tuple[Organisation, Schedule, Sequence[StoredTour]]:
    return work.org, work.schedule, tours.list_all(work.tx)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python3 -m app plan",
        description="Show what `apply` would change, against the organisation in force in "
        "BATON_DATABASE_URL. Nothing is changed.",
    )
    parser.add_argument("file", nargs="?", metavar="FILE", help="default: BATON_ORGANISATION")
    parser.add_argument("--json", action="store_true", help="the same as JSON")
    return parser
