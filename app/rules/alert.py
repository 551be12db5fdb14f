"""One firing of an alarm, as any source tells it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class AlertState(StrEnum):
    FIRING = "firing"
    RESOLVED = "resolved"


@dataclass(frozen=True, kw_only=True)
class Alert:
    """What an intake format translates a body into.

    `fingerprint` is equal for two tellings of the same trouble by the same source; equal
    fingerprints attach and are never thrown away (design.md, the path of a P1). All text is
    foreign: escape it wherever it is shown.
    """

    alarm: str
    fingerprint: str
    state: AlertState
    title: str
    service: str | None = None
    details: str | None = None
    url: str | None = None
    labels: Mapping[str, str] = field(default_factory=dict)
    started_at: datetime | None = None
    ended_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """One request to the intake: its raw bytes and, where the sender gives one, its own id."""

    source: str
    body: bytes
    delivery_id: str | None = None
    token: int | None = None
