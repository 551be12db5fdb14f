"""A backup's file: a tar of a note, and of the database's copy that the note is about."""

import hashlib
import json
import os
import tarfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

from storage.backup import BackupError

NOTE = "note.json"
COPY = "copy"
FORMAT = 1
LONGEST_NOTE = 10_000


@dataclass(frozen=True, kw_only=True)
class Note:
    """What a backup says of itself. `keys`: fingerprints of the keys that its addresses are
    sealed with; the keys themselves are never in it."""

    dialect: str
    schema: str
    made_at: str
    keys: Sequence[str]
    digest: str
    format: int = FORMAT


def write(file: Path, note: Note, payload: Path) -> None:
    """The backup appears whole at `file`, readable by its owner only, and replaces nothing."""
    part = file.with_name(f"{file.name}.part-{os.getpid()}")
    try:
        number = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(number, "wb") as stream:
            _write(stream, note, payload)
            stream.flush()
            os.fsync(stream.fileno())
        os.link(part, file)  # unlike a rename, it never replaces what is there
    except FileExistsError as error:
        raise _is_there(file) from error
    except OSError as error:
        raise BackupError(f"{file} cannot be written: {error.strerror}.") from error
    finally:
        part.unlink(missing_ok=True)


def refuse_existing(file: Path) -> None:
    """Before any work is done for it."""
    if file.exists():
        raise _is_there(file)


@contextmanager
def unpacked(file: Path, into: Path) -> Iterator[tuple[Note, Path]]:
    """The note, and the copy written to `into` for the block; raises unless it is whole."""
    try:
        with tarfile.open(file, "r:") as archive:
            note = _read_note(file, archive)
            _unpack(file, archive, into)
    except (OSError, tarfile.TarError) as error:
        raise BackupError(f"{file} cannot be read as a backup: {error}.") from error
    try:
        if digest_of(into) != note.digest:
            raise BackupError(f"{file} is damaged: its copy is not what its note says.")
        yield note, into
    finally:
        into.unlink(missing_ok=True)


def digest_of(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _write(stream: Any, note: Note, payload: Path) -> None:
    with tarfile.open(fileobj=stream, mode="w") as archive:
        told = json.dumps(asdict(note), indent=2).encode()
        entry = tarfile.TarInfo(NOTE)
        entry.size, entry.mode = len(told), 0o600
        archive.addfile(entry, BytesIO(told))
        entry = tarfile.TarInfo(COPY)
        entry.size, entry.mode = payload.stat().st_size, 0o600
        with payload.open("rb") as copy:
            archive.addfile(entry, copy)


def _read_note(file: Path, archive: tarfile.TarFile) -> Note:
    told = _stream(file, archive, NOTE).read(LONGEST_NOTE)
    try:
        facts = json.loads(told)
        if facts["format"] != FORMAT:
            raise BackupError(
                f"{file} is a backup of form {facts['format']}, which this version does not know. "
                "Use the version of Baton that made it, or a newer one."
            )
        return Note(**facts)
    except (ValueError, KeyError, TypeError) as error:
        raise BackupError(f"{file} is no backup of Baton: its note cannot be read.") from error


def _unpack(file: Path, archive: tarfile.TarFile, into: Path) -> None:
    copy = _stream(file, archive, COPY)
    number = os.open(into, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(number, "wb") as target:
        while chunk := copy.read(1 << 20):
            target.write(chunk)


def _stream(file: Path, archive: tarfile.TarFile, name: str) -> Any:
    try:
        found = archive.extractfile(name)
    except KeyError:
        found = None
    if found is None:
        raise BackupError(f"{file} is no backup of Baton: there is no {name} in it.")
    return found


def _is_there(file: Path) -> BackupError:
    return BackupError(f"{file} is there already, and a backup replaces nothing. Name another.")
