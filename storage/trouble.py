"""What an error of the database means: try the same again, or the database is away."""

from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnection

LOST_RACES = frozenset({"40001", "40P01", "55P03", "23505"})
"""PostgreSQL's codes for: not serializable, deadlock, lock not had in time, and another
transaction's row of the same key, which whoever looks again will see."""
READ_ONLY = "25006"
"""A server that takes no writes any more: after a failover another one does."""
CONNECTION_LOST = ("08", "57P")
"""How PostgreSQL's codes for a broken connection and for a server that stops or starts begin."""
NO_ROOM = ("53", "58", "XX001", "XX002")
"""… for a server without disk, memory or free connections, and for damaged data."""
DISK_FULL = "53100"
SQLITE_BUSY = frozenset({"BUSY", "LOCKED"})
SQLITE_DAMAGED = frozenset({"CORRUPT", "NOTADB"})
SQLITE_AWAY = (SQLITE_BUSY | SQLITE_DAMAGED) | {
    *("FULL", "IOERR", "CANTOPEN", "READONLY", "PERM", "NOMEM", "PROTOCOL"),
}


class FileGone(OperationalError):
    """The SQLite file was deleted or replaced under the process that uses it: what would be
    written goes where nobody finds it again."""

    def __init__(self, path: object) -> None:
        super().__init__("BEGIN", {}, Exception(f"{path} was deleted or replaced"))


class FileDamaged(OperationalError):
    """The SQLite file was read through, and is not whole."""

    def __init__(self, path: object, detail: str) -> None:
        super().__init__("PRAGMA quick_check", {}, Exception(f"{path} is damaged ({detail})"))


def is_passing(error: BaseException | None) -> bool:
    """Whether the same whole transaction may succeed a moment later."""
    return is_lost_race(error) or is_cut(error) or _sqlite(error) in SQLITE_BUSY


def is_lost_race(error: BaseException | None) -> bool:
    """Whether another transaction was quicker; the database itself is well."""
    return isinstance(error, DBAPIError) and _state(error) in LOST_RACES


def is_cut(error: BaseException | None) -> bool:
    """Whether the connection to the server was lost, or could not be had."""
    if not isinstance(error, DBAPIError) or isinstance(error, FileGone | FileDamaged):
        return False
    if error.connection_invalidated:
        return True
    state = _state(error)
    if state is None:  # the server was never reached, so it gave no code
        return isinstance(error, OperationalError) and _sqlite(error) is None
    return state == READ_ONLY or state.startswith(CONNECTION_LOST)


def is_away(error: BaseException | None) -> bool:
    """Whether the database cannot be reached or cannot be written: nobody's fault who asks."""
    if isinstance(error, NoConnection | FileGone | FileDamaged) or is_cut(error):
        return True
    if not isinstance(error, DBAPIError):
        return False
    state = _state(error)
    return _sqlite(error) in SQLITE_AWAY or (state is not None and state.startswith(NO_ROOM))


def is_full(error: BaseException | None) -> bool:
    """Whether the disk has no room for it. For less there may be some, so others may try."""
    full = isinstance(error, DBAPIError) and _state(error) == DISK_FULL
    return full or _sqlite(error) == "FULL"


def is_damage(error: BaseException | None) -> bool:
    """Whether SQLite's file is not whole. What another statement finds in it proves nothing."""
    return isinstance(error, FileDamaged) or _sqlite(error) in SQLITE_DAMAGED


def in_words(error: BaseException) -> str:
    """The driver's reason in one line; no statement and nobody's values."""
    orig = getattr(error, "orig", None)
    primary = getattr(getattr(orig, "diag", None), "message_primary", None)
    told = str(primary or orig or "").strip()
    return told.splitlines()[-1].strip() if told else type(error).__name__


def _state(error: DBAPIError) -> str | None:
    code = getattr(error.orig, "sqlstate", None)
    return str(code) if code is not None else None


def _sqlite(error: BaseException | None) -> str | None:
    """The kind of SQLite's error, such as BUSY; None when it is not SQLite's."""
    name = getattr(getattr(error, "orig", None), "sqlite_errorname", None)
    return str(name).split("_")[1] if name else None
