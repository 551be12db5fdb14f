"""A migration that is killed: `python -m tests.storage.dying_migration URL N` dies before its Nth
statement, or at its commit when there are fewer."""

import os
import signal
import sys
from typing import Any

from sqlalchemy import Engine, event

from storage.migrate import migrate


def main(url: str, wanted: int) -> None:
    passed = 0

    @event.listens_for(Engine, "before_cursor_execute")
    def count(*_: Any) -> None:
        nonlocal passed
        passed += 1
        if passed == wanted:
            os.kill(os.getpid(), signal.SIGKILL)

    @event.listens_for(Engine, "commit")
    def at_commit(_: Any) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    migrate(url)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
