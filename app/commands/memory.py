"""Opens Baton's database for a short command, beside a `run` that may be working on it."""

import asyncio
import contextlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

from sqlalchemy.exc import ArgumentError, NoSuchModuleError

from app.commands.sentences import Failed
from app.flows.kit import Clock, Kit, host_clock
from app.flows.standing import StandingOrders
from app.flows.work import Work
from app.organisation.in_force import parse_applied
from app.settings import Settings
from storage.address import read_address
from storage.engine import CannotOpen, Database, open_engine
from storage.migrate import schema_of

T = TypeVar("T")

CONNECTIONS = 3


def settings_now() -> Settings:
    """From the environment; raises SettingsError with every problem."""
    return Settings.read(os.environ)


@contextlib.contextmanager
def opened(settings: Settings) -> Iterator[Database]:
    """The database as it stands. A file that is not there is not made by looking at it."""
    url = settings.database_url.reveal()
    path = file_of(url)
    if path is not None and not path.exists():
        raise CannotOpen(
            f"There is no database at {path} yet. `python3 -m app apply` makes it and puts the "
            "organisation file in force; BATON_DATABASE_URL names another one."
        )
    database = open_engine(url, connections=CONNECTIONS)
    try:
        yield database
    finally:
        database.dispose()


@contextlib.contextmanager
def opened_kit(settings: Settings, *, clock: Clock = host_clock) -> Iterator[Kit]:
    """A kit on a database whose schema is this version's."""
    with opened(settings) as database:
        expect_schema(database)
        with kit_on(database, clock=clock) as kit:
            yield kit


@contextlib.contextmanager
def kit_on(database: Database, *, clock: Clock = host_clock) -> Iterator[Kit]:
    kit = Kit(database, StandingOrders(parse_applied), clock=clock, writers=1, readers=1)
    try:
        yield kit
    finally:
        kit.close()


def expect_schema(database: Database) -> None:
    """Raises with the way out when the schema is older or newer than this version's."""
    with database.read.begin() as tx:
        current, newest = schema_of(tx)
    if current is None:
        raise Failed(
            "The database is empty. `python3 -m app apply` makes its schema, `run` does as well."
        )
    if current < newest:
        raise Failed(
            f"The database's schema is at {current}, this version wants {newest}. Run "
            "`python3 -m app migrate`, or start `run` of this version once."
        )
    if current > newest:
        raise Failed(
            f"The database's schema is at {current}, newer than this version's {newest}. Use the "
            "version of Baton that `run` uses."
        )


def look(kit: Kit, view: Callable[[Work], T]) -> T:
    """What a view that only reads says; it takes no writer's place from a running process."""
    return asyncio.run(kit.read(view))


def file_of(url: str) -> Path | None:
    """The SQLite file behind an address; None for any other database, or an unreadable address."""
    try:
        parsed = read_address(url)
    except (ArgumentError, NoSuchModuleError):  # open_engine explains it
        return None
    if parsed.get_backend_name() != "sqlite" or not parsed.database:
        return None
    return Path(parsed.database).absolute()
