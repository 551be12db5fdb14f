"""Trouble ordered by a test: which method fails, how, and how often."""

from dataclasses import dataclass
from typing import Any

from app.demo.workspace.errors import Refused
from app.demo.workspace.values import Json

_KINDS: dict[str, tuple[type, ...]] = {
    "status": (int,),
    "error": (str,),
    "delay": (int, float),
    "rate_limited": (int,),
    "hang_after_commit": (bool,),
    "status_after_commit": (int,),
    "times": (int,),
    "channel": (str,),
}


@dataclass(slots=True, kw_only=True)
class Fault:
    """`status`, `error`, `rate_limited` answer before anything is done; the others after it. With
    `channel` only calls that name it are struck."""

    status: int = 0
    error: str = ""
    delay: float = 0.0
    rate_limited: int = 0
    hang_after_commit: bool = False
    status_after_commit: int = 0
    times: int | None = None
    channel: str = ""


class Faults:
    """Faults by method; `*` is every method that has none of its own."""

    def __init__(self) -> None:
        self._faults: dict[str, Fault] = {}

    def put(self, method: str, wanted: Json) -> None:
        for key, value in wanted.items():
            if not isinstance(value, _KINDS.get(key, ())):
                known = ", ".join(_KINDS)
                raise Refused(f"{key}={value!r} is not a fault; there are: {known}.")
        self._faults[method] = Fault(**wanted)

    def remove(self, method: str) -> None:
        """`*` removes every fault, as the way back to a healthy Slack."""
        if method == "*":
            self._faults.clear()
        self._faults.pop(method, None)

    def take(self, method: str, channel: str) -> Fault | None:
        """The fault that strikes this call; one with `times` is used up by being taken."""
        name = method if method in self._faults else "*"
        fault = self._faults.get(name)
        if fault is not None and fault.channel not in ("", channel):
            return None
        if fault is not None and fault.times is not None:
            fault.times -= 1
            if fault.times <= 0:
                del self._faults[name]
        return fault

    def listed(self) -> dict[str, Any]:
        return {
            method: {key: value for key in _KINDS if (value := getattr(fault, key))}
            for method, fault in self._faults.items()
        }
