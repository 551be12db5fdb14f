"""What goes wrong is told as a sentence on stderr, not as a traceback."""

import functools
import sys
from collections.abc import Callable, Sequence
from typing import TypeAlias

from sqlalchemy.exc import DBAPIError

from app.chat.errors import ChatError
from app.flows.standing import NoOrganisation
from app.flows.work import Refused
from app.organisation.in_force import CannotRead
from app.paging.errors import PagingError
from app.paging.keys import KeyUnusable
from app.settings import SettingsError
from storage.backup import BackupError
from storage.engine import CannotOpen
from storage.file_lock import FileHeld
from storage.migrate import MigrationError

Main: TypeAlias = Callable[[Sequence[str]], int]

EXPECTED = (
    SettingsError,
    Refused,
    NoOrganisation,
    CannotRead,
    CannotOpen,
    BackupError,
    FileHeld,
    MigrationError,
    KeyUnusable,
    PagingError,
    ChatError,
)
"""Each of them carries a sentence for the person who reads it; anything else is our mistake."""


class Failed(Exception):
    """The command cannot do what it was asked; the message says why and what to do."""


def told(command: Main) -> Main:
    """The command, its expected failures told on stderr and answered with exit code 1."""

    @functools.wraps(command)
    def main(arguments: Sequence[str]) -> int:
        try:
            return command(arguments)
        except (Failed, *EXPECTED) as error:
            say(str(error))
        except DBAPIError as error:
            detail = str(error.orig).strip().splitlines()[0]
            say(f"The database refused: {detail}. Nothing was changed; try again in a moment.")
        return 1

    return main


def say(text: str) -> None:
    """For the person, beside the answer on stdout."""
    sys.stdout.flush()
    print(text, file=sys.stderr, flush=True)
