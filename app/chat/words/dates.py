"""Times that each reader sees in their own zone (product.md 28)."""

from datetime import UTC, date, datetime, timedelta


def moment(at: datetime) -> str:
    """Day and time ("today 03:12") in the reader's zone; UTC where Slack does not translate."""
    return f"<!date^{int(at.timestamp())}^{{date_short_pretty}} {{time}}|{in_utc(at)}>"


def clock(at: datetime) -> str:
    """The time alone ("03:12"), for what is minutes away."""
    fallback = f"{at.astimezone(UTC):%H:%M} UTC"
    return f"<!date^{int(at.timestamp())}^{{time}}|{fallback}>"


def day(on: date) -> str:
    """A calendar day of a rota, which is the same day for every reader: "Fri 5 Mar 2027"."""
    return f"{on:%a} {on.day} {on:%b %Y}"


def soon(at: datetime, now: datetime) -> str:
    """ "at 03:12"; what is less than two minutes away in words, because a clock without seconds
    would show the present minute. For texts that are edited when the moment has come."""
    ahead = at - now
    if ahead >= timedelta(minutes=2):
        return f"at {clock(at)}"
    return "within a minute" if ahead <= timedelta(minutes=1) else "within two minutes"


def in_utc(at: datetime) -> str:
    """For places that translate nothing, such as a topic."""
    return f"{at.astimezone(UTC):%d %b %Y, %H:%M} UTC"


def how_long(span: timedelta) -> str:
    """In two units at most: "45 s", "12 min", "3 h 05 min", "2 d 4 h"."""
    seconds = max(0, int(span.total_seconds()))
    if seconds < 60:
        return f"{seconds} s"
    minutes = seconds // 60
    if minutes < 60:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    if hours < 24:
        return f"{hours} h {minutes:02d} min" if minutes else f"{hours} h"
    days, hours = divmod(hours, 24)
    return f"{days} d {hours} h" if hours else f"{days} d"
