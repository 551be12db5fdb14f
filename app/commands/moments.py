"""Times and durations as they are typed on a command line."""

import argparse
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from pydantic import TypeAdapter, ValidationError

from app.commands.sentences import Failed
from app.organisation.moments import moment as spoken
from app.organisation.times import FIRST_YEAR, LAST_YEAR, Duration
from app.rules.calendar import to_utc

_DURATION: TypeAdapter[timedelta] = TypeAdapter(Duration)
EXAMPLES = "Write 2026-09-05T03:00:00+00:00, or 2026-09-05T03:00 on the organisation's clock."


@dataclass(frozen=True, kw_only=True)
class Moment:
    """An instant in UTC; `note` says how it was understood when that is not obvious."""

    at: datetime
    note: str = ""


def moment(text: str | None, zone: ZoneInfo, *, now: datetime) -> Moment:
    """What was typed after --at; nothing means now. Without an offset it is on `zone`'s clock,
    as rota times are: an hour that is skipped becomes its end, of a repeated one the first
    counts (product.md 21)."""
    if text is None or text.lower() == "now":
        return Moment(at=now)
    try:
        given = datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise Failed(f"{text!r} is not a time. {EXAMPLES}") from error
    if not FIRST_YEAR <= given.year <= LAST_YEAR:
        raise Failed(f"{text} is out of range: use a year from {FIRST_YEAR} to {LAST_YEAR}.")
    if given.tzinfo is not None:
        return Moment(at=given.astimezone(UTC))
    at = to_utc(given.date(), given.time(), zone)
    return Moment(at=at, note=f"{text} is read on the clock of {zone.key}: {both_clocks(at, zone)}")


def duration(text: str) -> timedelta:
    """For argparse: "90s", "5m", "1h", as in the organisation file."""
    try:
        return _DURATION.validate_python(text)
    except ValidationError as error:
        found = error.errors()[0]
        hint = found.get("ctx", {}).get("hint", "")
        raise argparse.ArgumentTypeError(f"{found['msg']}. {hint}") from error


def both_clocks(at: datetime, zone: ZoneInfo) -> str:
    """`Sat 5 Sep 2026 04:00 IST (03:00:00 UTC)`."""
    shown = spoken(at, zone)
    utc = at.astimezone(UTC)
    return shown if shown.endswith("UTC") else f"{shown} ({utc:%Y-%m-%d %H:%M:%S} UTC)"
