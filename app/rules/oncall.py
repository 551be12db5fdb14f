"""Who is called on call at an instant: whom a handle and a topic name (product.md 21 and 27)."""

from dataclasses import dataclass
from datetime import MAXYEAR, datetime, timedelta

from app.rules import routing
from app.rules.organisation import Organisation, PersonId
from app.rules.schedule import Schedule

AHEAD = timedelta(weeks=8)
"""So far ahead is looked for the instant at which somebody else has the pager."""


@dataclass(frozen=True, kw_only=True)
class OnCall:
    """`people` serve out of hours until `until`, None when nobody else does for weeks; `manager`
    is rung after them, or first where there is nobody."""

    people: tuple[PersonId, ...]
    until: datetime | None
    manager: PersonId | None

    @property
    def rung_first(self) -> tuple[PersonId, ...]:
        """A rota with a hole rings the managers at once (product.md 4)."""
        return self.people or ((self.manager,) if self.manager else ())


def on_call(org: Organisation, schedule: Schedule, at: datetime) -> OnCall:
    rota = org.out_of_hours_rota
    order = routing.manager_order(org, schedule, at)
    ends = [
        each
        for slot in range(schedule.slots(rota, at))
        if (each := _until(schedule, rota, at, slot)) is not None
    ]
    serving = (each.person for each in schedule.all_on_duty(rota, at))
    return OnCall(
        people=tuple(dict.fromkeys(each for each in serving if each is not None)),
        until=min(ends, default=None),
        manager=order[0] if order else None,
    )


def _until(schedule: Schedule, rota: str, at: datetime, slot: int) -> datetime | None:
    """When somebody else takes a place: shifts of one person in a row are one."""
    ahead = schedule.ahead(rota, at, at + AHEAD)
    first, *others = schedule.shifts(rota, at, ahead, slot)
    end = first.end
    for each in others:
        if each.person != first.person:
            break
        end = each.end
    return end if end < ahead and end.year < MAXYEAR else None
