"""What the doctor finds: how it stands, and where it is not well, the fix in a sentence."""

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """`warn`: it works, with something less than there could be. `fail`: it does not work."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """`about` is one word for what was looked at."""

    state: State
    about: str
    what: str
    fix: str = ""

    def __str__(self) -> str:
        end = "" if self.what.endswith((".", "?")) else "."
        return f"{self.about}: {self.what}{end} {self.fix}".rstrip()


def ok(about: str, what: str) -> Finding:
    return Finding(state=State.OK, about=about, what=what)


def warn(about: str, what: str, fix: str) -> Finding:
    return Finding(state=State.WARN, about=about, what=what, fix=fix)


def fail(about: str, what: str, fix: str = "") -> Finding:
    """`fix` may be left out where `what` says it already."""
    return Finding(state=State.FAIL, about=about, what=what, fix=fix)
