"""Put the organisation file in force at a start, or go on with the last one that was."""

import logging
from datetime import UTC, datetime
from pathlib import Path

from app.organisation.apply import apply
from app.organisation.read import read
from storage import organisations
from storage.engine import Database

log = logging.getLogger("baton")


class NothingInForce(Exception):
    """The file cannot be put in force and none was before; the sentence says what to do."""


def apply_file(path: Path, database: Database, *, by: str) -> None:
    """Put the organisation file in force; one with problems leaves the last applied one (rule 37).

    Raises NothingInForce when there is none to go on with.
    """
    problem = _apply_file(path, database, by=by)
    if problem is None:
        return
    with database.read.begin() as tx:
        in_force = organisations.newest_id(tx)
    if in_force is None:
        raise NothingInForce(problem)
    log.error("%s The organisation applied before stays in force.", problem)


def _apply_file(path: Path, database: Database, *, by: str) -> str | None:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        return (
            f"The organisation file {path} cannot be read ({error.__class__.__name__}). Set "
            "BATON_ORGANISATION to it, or write it: the README shows how."
        )
    reading = read(text, source=str(path))
    if reading.organisation is None:
        count = len(reading.problems)
        first = "; ".join(str(problem) for problem in reading.problems[:3])
        return f"{path} has {count} problems ({first}). `python3 -m app check {path}` lists all."
    with database.write.begin() as tx:
        if apply(tx, text, now=datetime.now(UTC), by=by) is not None:
            log.info("%s is in force", path)
    return None
