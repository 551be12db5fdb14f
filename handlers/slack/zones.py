"""Times where Slack does not translate them, such as the choices of a form: in the zone of whoever
reads it, as the organisation file says it."""

from datetime import datetime
from zoneinfo import ZoneInfo

from app.flows.work import Work
from app.rules import calendar
from app.rules.calendar import Interval
from app.rules.organisation import PersonId


def zone_of(work: Work, person: PersonId) -> ZoneInfo:
    """Their own; the organisation's of somebody the file does not name."""
    return calendar.zone_of(work.org, person)


def short_span(span: Interval, zone: ZoneInfo) -> str:
    """ "Fri 27 Nov 18:00 – Fri 04 Dec 18:00"."""
    return f"{_short(span.start, zone)} – {_short(span.end, zone)}"


def _short(at: datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%a %d %b %H:%M}"
