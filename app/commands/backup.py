"""`backup`: a consistent copy of everything Baton remembers, made while it runs."""

import argparse
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from app.build import key_file
from app.commands.memory import opened, settings_now
from app.commands.sentences import told
from app.paging.keys import fingerprints, made_key
from app.settings import Settings
from storage import archive
from storage.archive import Note
from storage.backup import copy_out
from storage.engine import Database


@told
def main(arguments: Sequence[str]) -> int:
    """Prints the file's size and schema; exit code 1 with a sentence when there is no backup."""
    parser = argparse.ArgumentParser(
        prog="python3 -m app backup",
        description="Copy BATON_DATABASE_URL into FILE while Baton runs. The copy is one moment "
        "of it. The secret key is not in it: keep that elsewhere, too.",
    )
    parser.add_argument("file", type=Path, metavar="FILE")
    file = parser.parse_args(arguments).file.absolute()
    settings = settings_now()
    archive.refuse_existing(file)
    with opened(settings) as database:
        note = _back_up(settings, database, file)
    print(f"{file}: {file.stat().st_size:,} bytes, schema {note.schema}, {note.made_at}")
    return 0


def _back_up(settings: Settings, database: Database, file: Path) -> Note:
    """Everything is written beside FILE, where there must be room for it anyway."""
    made_at = datetime.now(UTC).isoformat(timespec="seconds")
    given = settings.secret_key
    keys = fingerprints(given.reveal() if given else made_key(key_file(settings)))
    with tempfile.TemporaryDirectory(prefix=f".{file.name}-", dir=file.parent) as folder:
        payload = Path(folder, archive.COPY)
        schema = copy_out(database, settings.database_url.reveal(), payload)
        note = Note(
            dialect=database.dialect,
            schema=schema,
            made_at=made_at,
            keys=keys,
            digest=archive.digest_of(payload),
        )
        archive.write(file, note, payload)
    return note
