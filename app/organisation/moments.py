"""Instants and lengths of time as sentences of this room say them."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

UNITS = (
    ("w", timedelta(weeks=1)),
    ("d", timedelta(days=1)),
    ("h", timedelta(hours=1)),
    ("m", timedelta(minutes=1)),
    ("s", timedelta(seconds=1)),
)


def moment(at: datetime, zone: ZoneInfo) -> str:
    """`Fri 5 Mar 2027 18:00 GMT`; a zone whose clock has no letters is named after it."""
    local = at.astimezone(zone)
    clock = local.strftime("%H:%M" if local.second == 0 else "%H:%M:%S")
    letters = local.tzname() or ""
    name = letters if letters.isalpha() else zone.key
    return f"{local:%a} {local.day} {local:%b %Y} {clock} {name}"


def length(duration: timedelta) -> str:
    """As the file writes it, in the largest unit that divides it."""
    for letter, unit in UNITS:
        if duration and duration % unit == timedelta(0):
            return f"{duration // unit}{letter}"
    return "0s"
