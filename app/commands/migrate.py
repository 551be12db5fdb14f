"""`migrate`: bring the database's schema up to this version."""

import argparse
from collections.abc import Sequence

from app.commands.memory import settings_now
from app.commands.sentences import told
from storage.engine import open_engine
from storage.migrate import migrate


@told
def main(arguments: Sequence[str]) -> int:
    """Prints each revision that was run, or that there was none to run."""
    argparse.ArgumentParser(
        prog="python3 -m app migrate",
        description="Bring the schema of BATON_DATABASE_URL up to this version, in one "
        "transaction; a SQLite file is copied beside itself first. `run` does it at its start.",
    ).parse_args(arguments)
    url = settings_now().database_url.reveal()
    open_engine(url, connections=1).dispose()  # its refusals say what to do
    ran = migrate(url)
    for revision in ran:
        print(revision)
    if not ran:
        print("The schema is up to date.")
    return 0
