"""The address of somebody's calendar, as they give it."""

import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from app.calendars.absences import BadCalendar

LONGEST = 1000
_SHOWN = re.compile(r"[a-z0-9.-]{1,253}")


@dataclass(frozen=True, kw_only=True)
class CalendarAddress:
    """`url` is a secret: who has it reads the calendar. `hint` is what may be shown."""

    url: str = field(repr=False)
    hint: str


def read_address(text: str) -> CalendarAddress:
    """Raises BadCalendar with a sentence. Where the name leads to is looked at when it is read."""
    url = re.sub(r"^webcals?://", "https://", text.strip())
    usable = len(url) <= LONGEST and url.isascii() and url.isprintable() and " " not in url
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        usable, host, port = False, "", None
    if not usable or parts.scheme != "https" or not _SHOWN.fullmatch(host) or "." not in host:
        raise BadCalendar("A calendar's address begins with https:// and names a public server.")
    if parts.username is not None or parts.password is not None or port == 0:
        raise BadCalendar("A calendar's address has no name and password in it.")
    return CalendarAddress(url=url, hint=f"{host} …{url[-3:]}" if len(url) > 40 else host)
