"""How Slack stands with us: whether it answers, takes our token, and lets a method be called.

Who would call in vain is told so at once, without a call: a Slack that is away is asked by one
probe instead of by everything that waits, and a token that was revoked is not tried by hundreds.
"""

import time
from collections.abc import Callable, Collection
from dataclasses import dataclass

from app.chat.errors import ChatError

PROBE = "auth.test"
"""The call that finds out; it is always let through."""
AWAY_AFTER = 5.0
"""Seconds without one good answer, from the first bad one, after which Slack counts as away."""


@dataclass(frozen=True, kw_only=True)
class _Lack:
    """A method that the app may not call; `scopes`: any of them would do."""

    scopes: frozenset[str]
    sentence: str


class Reach:
    """Told of every call's end. `problem` is a sentence with the fix, for the operator."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._silent_since: float | None = None
        self._token: ChatError | None = None
        self._lacks: dict[str, _Lack] = {}

    @property
    def silent_for(self) -> float:
        """Seconds since the first call that failed, with none that was answered after it."""
        return 0.0 if self._silent_since is None else self._monotonic() - self._silent_since

    @property
    def is_away(self) -> bool:
        return self.silent_for >= AWAY_AFTER

    @property
    def is_refused(self) -> bool:
        """Slack does not take our token."""
        return self._token is not None

    @property
    def is_shut(self) -> bool:
        """Only a person can mend it: the token is refused, or a permission is missing."""
        return self.is_refused or bool(self._lacks)

    @property
    def problem(self) -> str | None:
        if self._token is not None:
            return self._token.sentence
        return next((lack.sentence for lack in self._lacks.values()), None)

    def check(self, method: str, *, urgent: bool = False) -> None:
        """Raise ChatError where this call would be in vain; a page is tried while Slack is away."""
        if method == PROBE:
            return
        if self._token is not None:
            raise ChatError(self._token.code, self._token.sentence)
        if method in self._lacks:
            raise ChatError("missing_scope", self._lacks[method].sentence)
        if self.is_away and not urgent:
            raise ChatError("away", "Slack does not answer. This is said as soon as it does.")

    def answered(self) -> None:
        """Slack did what it was asked, or refused it for a reason of the call's own."""
        self._silent_since = self._token = None

    def silent(self) -> None:
        """No answer, or one that says that Slack itself failed."""
        if self._silent_since is None:
            self._silent_since = self._monotonic()

    def refused_token(self, error: ChatError) -> None:
        self._silent_since = None
        self._token = error

    def lacks(self, method: str, needed: str | None, sentence: str) -> None:
        """`needed`: the scopes that Slack named, any of which would do."""
        self._silent_since = None
        scopes = frozenset(filter(None, (each.strip() for each in (needed or "").split(","))))
        self._lacks[method] = _Lack(scopes=scopes, sentence=sentence)

    def granted(self, scopes: Collection[str]) -> None:
        """What the token may do now; a method whose need Slack did not name is tried again."""
        self._lacks = {
            method: lack
            for method, lack in self._lacks.items()
            if lack.scopes and not lack.scopes.intersection(scopes)
        }

    def renewed(self) -> None:
        """There is another token: what was wrong with the last one is not wrong with it yet."""
        self._token = None
        self._lacks = {}
