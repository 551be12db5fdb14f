"""`backup` and `restore`: what they keep, and everything that they refuse."""

import os
import stat
import tarfile
import uuid
from datetime import datetime, timedelta, tzinfo
from pathlib import Path

import pytest

from app.commands import restore
from app.flows.admit import Operator
from app.flows.declare import declare
from app.flows.kit import Kit
from app.flows.standing import StandingOrders
from app.organisation.in_force import parse_applied
from storage.engine import open_engine
from storage.file_lock import hold_file
from storage.incidents import GAP
from tests.commands.conftest import Shell
from tests.postgres import Server

KEY = "a key for tests only and of no worth to anybody"


@pytest.fixture
def kept(baton: Shell, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A backup of a database with the example in force and a contact method, and no database."""
    assert baton("apply", "--yes").code == 0
    target = ("--method", "push", "--target", "ntfy://127.0.0.1:9/ana")
    assert baton("contact", "add", "ana@acme.test", *target).code == 0
    file = baton.folder / "kept"
    assert baton("backup", str(file)).code == 0
    lose(baton)
    return file


def lose(baton: Shell) -> None:
    for path in baton.folder.glob("baton.db*"):
        path.unlink()


def test_a_backup_is_restored_with_everything_in_it(baton: Shell, kept: Path) -> None:
    said = baton("restore", str(kept))
    assert said.code == 0, said.err
    assert "ntfy" in baton("contact", "list", "ana@acme.test").out
    assert stat.S_IMODE((baton.folder / "baton.db").stat().st_mode) == 0o600
    left = {path.name for path in baton.folder.iterdir()}
    assert left <= {"baton.toml", "baton.db", "baton.db-wal", "baton.db-shm"} | {
        "baton.db.lock",
        "baton.key",
        "kept",
    }


def test_no_number_that_was_given_after_the_backup_is_given_again(
    baton: Shell, kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = baton("restore", str(kept))
    first = opened(baton)
    assert first > GAP
    assert f"numbered from INC-{first} on" in said.out
    assert opened(baton) == first + 1
    lose(baton)
    monkeypatch.setattr(restore, "datetime", Later)
    assert baton("restore", str(kept)).code == 0
    assert opened(baton) >= first + 3600, "the same copy again, an hour later"


def test_on_postgresql_the_numbers_begin_anew_as_well(
    baton: Shell, postgres: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    lost, found = (f"{name}_{uuid.uuid4().hex}" for name in ("lost", "found"))
    monkeypatch.setenv("BATON_DATABASE_URL", postgres.create_database(lost))
    assert baton("apply", "--yes").code == 0
    before = opened(baton)
    assert baton("backup", str(baton.folder / "kept")).code == 0
    monkeypatch.setenv("BATON_DATABASE_URL", postgres.create_database(found))
    said = baton("restore", str(baton.folder / "kept"))
    assert said.code == 0, said.err
    first = opened(baton)
    assert first > before + GAP
    assert f"numbered from INC-{first} on" in said.out
    for name in (lost, found):
        postgres.drop_database(name)


class Later(datetime):
    """An hour from now."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> "Later":
        return super().now(tz) + timedelta(hours=1)


def opened(baton: Shell) -> int:
    """The number of an incident that is opened now."""
    url = os.environ.get("BATON_DATABASE_URL", f"sqlite:///{baton.folder / 'baton.db'}")
    database = open_engine(url, connections=1)
    kit = Kit(database, StandingOrders(parse_applied), writers=1, readers=1)
    made = kit.do_now(declare, None, "orders fail", by=Operator())
    kit.close()
    database.dispose()
    return int(made.incident.id)


def test_a_backup_is_its_owners_alone_and_replaces_nothing(baton: Shell, kept: Path) -> None:
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert baton("restore", str(kept)).code == 0
    before = kept.read_bytes()
    said = baton("backup", str(kept))
    assert said.code == 1
    assert "replaces nothing" in said.err
    assert kept.read_bytes() == before


def test_a_backup_tells_the_schema_and_the_keys_fingerprint_and_never_the_key(
    baton: Shell, kept: Path
) -> None:
    with tarfile.open(kept) as archive:
        note = archive.extractfile("note.json")
        assert note is not None
        told = note.read().decode()
    assert '"schema": "00' in told
    assert '"keys"' in told
    assert (baton.folder / "baton.key").read_text().strip().encode() not in kept.read_bytes()


def test_a_restore_into_a_database_with_something_in_it_is_refused(
    baton: Shell, kept: Path
) -> None:
    assert baton("apply", "--yes").code == 0
    before = (baton.folder / "baton.db").read_bytes()
    said = baton("restore", str(kept))
    assert said.code == 1
    assert "holds a database already" in said.err
    assert (baton.folder / "baton.db").read_bytes() == before


def test_a_restore_beside_a_running_baton_is_refused(baton: Shell, kept: Path) -> None:
    with hold_file(baton.folder / "baton.db", restoring=True):
        said = baton("restore", str(kept))
    assert said.code == 1
    assert "Another `run`" in said.err
    assert not (baton.folder / "baton.db").exists()


def test_a_restore_where_a_run_has_lost_its_file_is_what_it_is_for(
    baton: Shell, kept: Path
) -> None:
    (baton.folder / "baton.db.lock").touch()
    assert baton("restore", str(kept)).code == 0


def test_a_journal_of_the_lost_file_is_never_mixed_in(baton: Shell, kept: Path) -> None:
    (baton.folder / "baton.db-wal").write_bytes(b"newest changes")
    said = baton("restore", str(kept))
    assert said.code == 1
    assert "keep it" in said.err
    assert (baton.folder / "baton.db-wal").read_bytes() == b"newest changes"


def test_a_damaged_backup_is_refused_before_anything_is_changed(baton: Shell, kept: Path) -> None:
    whole = bytearray(kept.read_bytes())
    whole[len(whole) // 2] ^= 0xFF
    kept.write_bytes(whole)
    said = baton("restore", str(kept))
    assert said.code == 1
    assert "damaged" in said.err
    assert not (baton.folder / "baton.db").exists()


@pytest.mark.parametrize("text", [b"", b"something else entirely" * 99])
def test_what_is_no_backup_is_refused(baton: Shell, text: bytes) -> None:
    file = baton.folder / "other"
    file.write_bytes(text)
    said = baton("restore", str(file))
    assert said.code == 1
    assert "cannot be read as a backup" in said.err


def test_a_lost_key_is_told_before_a_database_is_there_that_pages_nobody(
    baton: Shell, kept: Path
) -> None:
    (baton.folder / "baton.key").unlink()
    said = baton("restore", str(kept))
    assert said.code == 1
    assert "--without-key" in said.err
    assert not (baton.folder / "baton.db").exists()
    assert baton("restore", "--without-key", str(kept)).code == 0


def test_another_key_is_refused(baton: Shell, kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BATON_SECRET_KEY", KEY)
    said = baton("restore", str(kept))
    assert said.code == 1
    assert "Baton has another one" in said.err


def test_a_backup_of_nothing_is_refused(baton: Shell) -> None:
    said = baton("backup", str(baton.folder / "kept"))
    assert said.code == 1
    assert not (baton.folder / "kept").exists()
