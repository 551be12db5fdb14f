"""Where the checks put what they find."""

import re
from collections.abc import Iterable

from app.organisation.problem import Problem

LAST_PIECE = re.compile(r"(\[\d+\]|\.?[^.\[\]]+)$|.$", re.DOTALL)


class Findings:
    """Problems prevent applying, warnings do not.

    What hangs on a place that is broken in form already is left out: it would only repeat it.
    """

    def __init__(self, broken: Iterable[str] = ()) -> None:
        self.problems: list[Problem] = []
        self.warnings: list[Problem] = []
        self._broken = frozenset(broken)

    def problem(self, path: str, what: str, hint: str, *, given: Iterable[str] = ()) -> None:
        """`given` names the other places this rests on."""
        if not any(self.is_broken(place) for place in (path, *given)):
            self.problems.append(Problem(path=path, what=what, hint=hint))

    def warning(self, path: str, what: str, hint: str, *, given: Iterable[str] = ()) -> None:
        if not any(self.is_broken(place) for place in (path, *given)):
            self.warnings.append(Problem(path=path, what=what, hint=hint))

    def is_broken(self, place: str) -> bool:
        """Whether the place, or a table or list around it, is broken."""
        while place:
            if place in self._broken:
                return True
            place = LAST_PIECE.sub("", place)
        return False
