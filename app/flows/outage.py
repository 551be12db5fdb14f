"""An outage of the database, as those who use it find it out: whom to let try, whom to refuse."""

import logging
import threading

from sqlalchemy.exc import OperationalError

from app.flows.elapsed import elapsed
from storage.trouble import in_words, is_away, is_damage, is_full, is_passing

log = logging.getLogger("baton.database")

PATIENCE = 2.0
"""Seconds for which everybody tries on when the database goes away: so long a restart may take
without anybody being refused."""
REST = 0.5
"""After it, seconds between two tries. Everybody else is refused at once, and not kept waiting."""
SETTLED = 5.0
"""A full disk still has room for this and that. Only when for so many seconds nothing found it full
does something written show that it is not."""
TELL_EVERY = 60.0
AWAY = "the database is away since %.0f s (%s): %s. Senders are told to repeat; Baton tries on."
DAMAGED = (
    "the database is damaged since %.0f s (%s): %s. No alert is taken in any more; what it still "
    "holds is paged as far as it can be read. Stop Baton, keep a copy of the file and of its -wal "
    "beside it, and put back the newest backup with `restore`."
)


class StillAway(OperationalError):
    """The database was away a moment ago; it was not tried again for this."""

    def __init__(self, reason: str) -> None:
        super().__init__("BEGIN", {}, Exception(f"still away: {reason}"))


class Outage:
    """One for what is written and one for what is read. Used from all of the kit's threads."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._lock = threading.Lock()
        self._since: float | None = None
        self._failed = 0.0
        self._told = 0.0
        self._reason = ""
        self._trying: int | None = None
        self._no_room = False
        self._is_full = False
        self.is_damaged = False
        """Its file is not whole. That part of it can still be used proves nothing."""

    @property
    def seconds(self) -> float | None:
        """How long the database has been away; None while it is well."""
        since = self._since
        return None if since is None else elapsed() - since

    @property
    def needs_a_write(self) -> bool:
        """Whether only something written can show that the database is back: it had no room."""
        return self._since is not None and self._no_room and not self.is_damaged

    @property
    def is_long(self) -> bool:
        """Whether patience has run out."""
        return (self.seconds or 0.0) >= PATIENCE

    def refuse_early(self) -> None:
        """Raises StillAway when somebody tries just now, or found it away a moment ago."""
        if not self.is_long or self.is_damaged or self._is_full:
            return  # what is left of a damaged file, or of a disk, may do for paging people
        busy = self._trying not in (None, threading.get_ident())
        if busy or elapsed() - self._failed < REST:
            raise StillAway(self._reason)

    def enter(self) -> None:
        """Before a transaction; raises StillAway."""
        if self._since is None:
            return
        with self._lock:
            self.refuse_early()
            if self.is_long:
                self._trying = threading.get_ident()

    def leave(self) -> None:
        """After a transaction, however it ended."""
        if self._trying == threading.get_ident():
            self._trying = None

    def worked(self, *, wrote: bool = True) -> None:
        """After a commit. On a full disk one that `wrote` nothing proves nothing."""
        if self._since is None or self.is_damaged or (self._no_room and not wrote):
            return
        if self._is_full and elapsed() - self._failed < SETTLED:
            return
        self._end()

    def mended(self) -> None:
        """The file was read through and is whole again."""
        self.is_damaged = False
        self._end()

    def _end(self) -> None:
        with self._lock:
            lasted, self._since = self.seconds, None
        if lasted is not None and self._told:
            log.warning("the database is back after %.0f s (%s)", lasted, self._what)
        self._told = 0.0

    def failed(self, error: BaseException) -> None:
        """After a transaction that raised; only what tells of an outage counts."""
        if not is_away(error):
            return
        with self._lock:
            self._failed = elapsed()
            self._no_room = not is_passing(error)
            self._is_full = is_full(error)
            self.is_damaged = self.is_damaged or is_damage(error)
            self._reason = in_words(error)
            if self._since is None:
                self._since = self._failed
        self._tell()

    def _tell(self) -> None:
        """Once patience has run out, and then once a minute: in an outage there is much else."""
        now = elapsed()
        due = not self._told or now - self._told >= TELL_EVERY
        if due and (self.is_long or self.is_damaged):
            self._told = now
            log.error(DAMAGED if self.is_damaged else AWAY, self.seconds, self._what, self._reason)
