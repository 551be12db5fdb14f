"""What every test may ask for: the event loop's kind, and a database with the schema in it."""

import fcntl
import os
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from storage.engine import Database, open_engine
from storage.migrate import migrate
from tests.memory import Files
from tests.postgres import Databases, NoPostgres, Server

FILES = pytest.StashKey[Files | None]()
FAILED = pytest.StashKey[bool]()
FOLDER = pytest.StashKey[str]()
TEMPLATE = "baton_template"


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def postgres(request: pytest.FixtureRequest) -> Server:
    """One running server per test run, shared by all workers. Without one: skipped, or failed
    where CI promises one."""
    try:
        server = Server(Path(request.config.stash[FOLDER]))
    except NoPostgres as reason:
        if os.environ.get("CI"):
            pytest.fail(f"CI tests both databases. {reason}", pytrace=False)
        pytest.skip(str(reason))
    with (server.folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (server.folder / "ready").exists():
            server.create()
            server.keep_pristine()
            server.start()
            server.remove_after(int((server.folder / "owner").read_text()))
            migrate(server.create_database(TEMPLATE))
            (server.folder / "ready").touch()
    return server


@pytest.fixture
def own_server(postgres: Server) -> Iterator[Server]:
    """A second, durable one that a test may kill."""
    server = Server(Path(tempfile.mkdtemp(prefix="baton-pg-")), durable=True)
    server.create(like=postgres)
    server.start()
    yield server
    server.remove()


@pytest.fixture(scope="session")
def _databases(postgres: Server) -> Databases:
    return Databases(postgres, TEMPLATE)


@pytest.fixture
def postgres_url(postgres: Server, _databases: Databases) -> Iterator[str]:
    """A PostgreSQL database of the test's own, with the schema in it."""
    name = _databases.take()
    yield postgres.url(name)
    _databases.give_back(name)


@pytest.fixture(scope="session")
def _sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "baton.db"
    migrate(f"sqlite:///{path}")
    return path


@pytest.fixture
def sqlite_url(_sqlite_template: Path, tmp_path: Path) -> str:
    """A SQLite file of the test's own, with the schema in it."""
    return f"sqlite:///{shutil.copy(_sqlite_template, tmp_path / 'baton.db')}"


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """For tests that start a process of their own: each runs once per kind of database."""
    name = "sqlite_url" if request.param == "sqlite" else "postgres_url"
    url: str = request.getfixturevalue(name)
    return url


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database without a schema, once per kind."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.db'}"
        return
    server: Server = request.getfixturevalue("postgres")
    name = f"empty_{uuid.uuid4().hex}"
    yield server.create_database(name)
    server.drop_database(name)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """An open database with the schema in it; the test runs once per kind of database."""
    opened = open_engine(database_url)
    yield opened
    opened.dispose()


def pytest_configure(config: pytest.Config) -> None:
    """The first process (not a worker) names the folders, and removes them at the end."""
    given = getattr(config, "workerinput", {}).get("postgres")
    config.stash[FILES] = None if given else Files.where_there_is_room()
    config.stash[FOLDER] = given or tempfile.mkdtemp(prefix="baton-pg-")
    if not given:
        Path(config.stash[FOLDER], "owner").write_text(str(os.getpid()))


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    node.workerinput["postgres"] = node.config.stash[FOLDER]


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """What failed tests left behind is there until the next run."""
    session.config.stash[FAILED] = bool(exitstatus)
    files = session.config.stash[FILES]
    if files and exitstatus:
        print(f"\nThe files of this run are in {files.folder}, until the next.")


def pytest_unconfigure(config: pytest.Config) -> None:
    if hasattr(config, "workerinput"):
        return
    folder = Path(config.stash[FOLDER])
    if (folder / "data").exists():
        Server(folder).remove()
    shutil.rmtree(folder, ignore_errors=True)
    if files := config.stash[FILES]:
        files.leave(keep=config.stash.get(FAILED, True))
