"""Acme's organisation file, filled in so that it is night for whoever is on call now.

Acme has three places, so at every hour it is night in one of them and day in another. The
teams keep their order and trade places: the story is the same at whatever hour it is told.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from string import Template
from zoneinfo import ZoneInfo

PLACES = ("Europe/Dublin", "America/Los_Angeles", "Asia/Singapore")
DEEP_NIGHT, MIDDAY = 3.0, 13.0
FILE = Path(__file__).with_name("acme.toml")
WEEKS = 9
"""So many shifts ago the volunteers began, which makes the present one Seán's."""
PAST = timedelta(days=5, hours=6)
"""So long before the last handover the demo's past begins."""
LIVED_WITH = "5m"
"""The waits of ordinary life, in which Acme's past was lived."""


@dataclass(frozen=True, kw_only=True)
class Company:
    """Where it is night, where it is day, and when the pager was handed over last."""

    night: ZoneInfo
    day: ZoneInfo
    third: ZoneInfo
    handover: datetime
    """The last full hour of the day's place: less than an hour ago, in office hours there."""

    @property
    def began(self) -> datetime:
        return self.handover - PAST

    def file(self, wait: str) -> str:
        """The organisation file; both tiers have `wait` to answer."""
        turned = self.handover.astimezone(self.day)
        since = turned.date() - timedelta(weeks=WEEKS)
        return Template(FILE.read_text(encoding="utf-8")).substitute(
            night=self.night.key,
            day=self.day.key,
            third=self.third.key,
            wait=wait,
            weekday=("mon", "tue", "wed", "thu", "fri", "sat", "sun")[turned.weekday()],
            time=f"{turned:%H:%M}",
            since=since.isoformat(),
            joins=(turned.date() + timedelta(weeks=2)).isoformat(),
            accepted=(since - timedelta(days=12)).isoformat(),
            monday=(since - timedelta(days=since.weekday())).isoformat(),
        )


def company_at(now: datetime) -> Company:
    """The company as it is at `now`."""
    zones = [ZoneInfo(place) for place in PLACES]
    night = min(zones, key=lambda zone: _apart(now, zone, DEEP_NIGHT))
    zones.remove(night)
    day = min(zones, key=lambda zone: _apart(now, zone, MIDDAY))
    zones.remove(day)
    return Company(
        night=night,
        day=day,
        third=zones[0],
        handover=now.replace(minute=0, second=0, microsecond=0),
    )


def _apart(now: datetime, zone: ZoneInfo, hour: float) -> float:
    """Hours between the clock there and `hour`, the shorter way round."""
    local = now.astimezone(zone)
    apart = abs(local.hour + local.minute / 60 - hour)
    return min(apart, 24 - apart)
