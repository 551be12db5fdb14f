"""`restore`: a backup put back, into an empty database only."""

import argparse
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from app.build import key_file
from app.commands.memory import file_of, settings_now
from app.commands.sentences import Failed, told
from app.paging.keys import fingerprints, made_key
from app.settings import Settings
from storage import archive
from storage.archive import Note
from storage.backup import put_back
from storage.migrate import newest_schema


@told
def main(arguments: Sequence[str]) -> int:
    """Everything is looked at before anything is changed; exit code 1 with the reason."""
    options = _parser().parse_args(arguments)
    settings, file = settings_now(), options.file.absolute()
    url = settings.database_url.reveal()
    place = file_of(url) or file
    with (
        tempfile.TemporaryDirectory(prefix=".baton-restore-", dir=place.parent) as folder,
        archive.unpacked(file, Path(folder, archive.COPY)) as (note, payload),
    ):
        _refuse_other(note, url)
        if not options.without_key:
            _refuse_key(note, settings)
        age = datetime.now(UTC) - datetime.fromisoformat(note.made_at)
        first = put_back(url, payload, schema=note.schema, age=age)
    print(
        f"Restored as it was at {note.made_at}. What came after it is gone; senders repeat what "
        f"still fires. New incidents are numbered from INC-{first} on, so that no number that was "
        "given meanwhile means two things. `python3 -m app run` goes on from there, and `doctor` "
        "looks it over."
    )
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python3 -m app restore",
        description="Put the backup FILE into BATON_DATABASE_URL, which must be empty or not there "
        "yet. Pages that were on their way are sent once more rather than lost.",
    )
    parser.add_argument("file", type=Path, metavar="FILE")
    parser.add_argument(
        "--without-key",
        action="store_true",
        help="restore though the key is lost: everybody's contact methods must be added anew",
    )
    return parser


def _refuse_other(note: Note, url: str) -> None:
    wanted = "sqlite" if file_of(url) is not None else "postgresql"
    if note.dialect != wanted:
        raise Failed(f"The backup is of {note.dialect}, and BATON_DATABASE_URL names {wanted}.")
    newest = newest_schema()
    if note.schema > newest:
        raise Failed(
            f"The backup's schema is {note.schema}, newer than this version's {newest}. Use the "
            "version of Baton that made it."
        )


def _refuse_key(note: Note, settings: Settings) -> None:
    """A database whose addresses nobody can open pages nobody, and would look well."""
    given, place = settings.secret_key, key_file(settings)
    if given is None and not place.exists():
        raise Failed(
            f"The key that people's addresses are sealed with is not at {place}. Put it back, or "
            "set BATON_SECRET_KEY; if it is lost for good, `--without-key` goes on, and contact "
            "methods must be added anew."
        )
    if not set(note.keys) & set(fingerprints(given.reveal() if given else made_key(place))):
        raise Failed(
            f"The backup was made with the key {note.keys[0]}, and Baton has another one. Put "
            f"that one back (BATON_SECRET_KEY, or {place}); if it is lost for good, "
            "`--without-key` goes on, and contact methods must be added anew."
        )
