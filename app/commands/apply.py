"""`apply`: put an organisation file in force; works beside a running process."""

import argparse
import sys
from collections.abc import Sequence

from app.commands.check import path_of
from app.commands.memory import file_of, opened, settings_now
from app.commands.plan import planned, read_clean
from app.commands.sentences import Failed, say, told
from app.flows.admit import Operator
from app.flows.kit import host_clock
from app.organisation.apply import apply
from app.organisation.plan import plan_text
from app.settings import Settings
from storage.engine import open_engine
from storage.migrate import migrate, schema_of


@told
def main(arguments: Sequence[str]) -> int:
    """Check, plan, ask, migrate, apply: the last in one transaction, or not at all."""
    options = _parser().parse_args(arguments)
    path = path_of(options.file)
    settings = settings_now()
    clean = read_clean(path)
    _expect_known_schema(settings)
    changes = planned(settings, clean.organisation)
    print(plan_text(changes))
    if changes and not options.yes and not _agreed():
        raise Failed("Nothing was applied.")
    version = _apply(settings, clean.text)
    if version is None:
        say(f"{path} is in force already.")
    else:
        say(f"{path} is in force as version {version}. A running process sees it within a second.")
    return 0


def _agreed() -> bool:
    if not sys.stdin.isatty():
        raise Failed("Nothing was applied: there is nobody to ask here. Add --yes to apply it.")
    return input("Apply this? [y/N] ").strip().lower() in ("y", "yes")


def _expect_known_schema(settings: Settings) -> None:
    """An older schema is brought up to date before what is in force can be read for the plan."""
    url = settings.database_url.reveal()
    path = file_of(url)
    if path is not None and not path.exists():
        return
    with opened(settings) as database, database.read.begin() as tx:
        current, newest = schema_of(tx)
    if current is not None and current < newest:
        ran = migrate(url)
        say(f"The database's schema was brought up to date first: {', '.join(ran)}.")


def _apply(settings: Settings, text: str) -> int | None:
    url = settings.database_url.reveal()
    open_engine(url, connections=1).dispose()  # its refusals say what to do
    migrate(url)
    with opened(settings) as database, database.write.begin() as tx:
        return apply(tx, text, now=host_clock(), by=Operator().name)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python3 -m app apply",
        description="Put an organisation file in force in BATON_DATABASE_URL. It is checked and "
        "its changes are shown first. A running process sees it within a second; changed rotas "
        "serve from their next boundary.",
    )
    parser.add_argument("file", nargs="?", metavar="FILE", help="default: BATON_ORGANISATION")
    parser.add_argument("--yes", action="store_true", help="do not ask")
    return parser
