"""How we stand with Slack, for health, metrics and whoever has to be told."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal


@dataclass(frozen=True, kw_only=True)
class SlackStatus:
    """`connected` counts live connections (over HTTP: 1 once Slack knows our token). `since` is
    when that last changed between none and some; `problem` is a sentence with the fix."""

    mode: Literal["socket", "http"]
    connected: int
    since: datetime
    last_envelope: datetime | None = None
    problem: str | None = None
