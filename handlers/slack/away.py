"""Absences in Slack: a form, or a line with dates; what changes is shown before it is saved."""

import html
import re
from collections.abc import Callable, Mapping
from datetime import datetime, time, timedelta

from app.calendars.absences import RULE, BadCalendar
from app.calendars.address import read_address
from app.chat.words import away as words
from app.flows.admit import Act, admit
from app.flows.away import (
    CALENDAR,
    Foreseen,
    come_back,
    foresee_away,
    foresee_back,
    go_away,
    list_away,
)
from app.flows.leave_calendar import (
    add_calendar,
    confirm_calendar,
    list_calendars,
    remove_calendar,
)
from app.flows.tell.names import who, who_if
from app.flows.work import Refused, Work
from app.rules import calendar
from app.rules.organisation import PersonId
from handlers.slack.ask import Ask, Reply
from handlers.slack.days import read_days
from handlers.slack.naming import for_whom
from handlers.slack.rota_names import rota_names
from handlers.slack.zones import zone_of
from storage.leave_calendars import LeaveCalendar
from storage.leaves import StoredLeave

ADDRESS = re.compile(r"((?:https?|webcals?)://[^\s|<>]{1,2000})")


def run_away(work: Work, ask: Ask, rest: str) -> Reply:
    """`/oncall away [@somebody] [2026-12-20 to 2027-01-02] [note]`: without days, the form; or
    `calendar` and its address."""
    raw = rest
    person, rest = for_whom(work, rest)
    if not rest:
        return form(work, ask, person=person)
    if rest.split()[0].lower() == CALENDAR:
        return add(work, ask, raw, person=person)
    absent = person or admit(work, ask.by, Act.ROTA)
    found = read_days(rest, zone_of(work, absent))
    return ask_away(work, ask, start=found.start, end=found.end, note=found.note, person=person)


def form(work: Work, ask: Ask, *, person: PersonId | None = None) -> Reply:
    """What stands, and what to add."""
    absences = list_away(work, by=ask.by, person=person)
    calendars = list_calendars(work, by=ask.by, person=person)
    asker = admit(work, ask.by, Act.ROTA)
    zone = zone_of(work, person or asker)
    tomorrow = work.now.astimezone(zone).date() + timedelta(days=1)
    return Reply(
        view=words.form(
            who_if(work, person if person != asker else None),
            [_absence(each) for each in absences],
            start=calendar.to_utc(tomorrow, time(), zone),
            end=calendar.to_utc(tomorrow + timedelta(days=1), time(), zone),
            carry=ask.carry(person=person),
            more=words.calendars([_calendar(each) for each in calendars]),
        )
    )


def ask_away(
    work: Work,
    ask: Ask,
    *,
    start: datetime | None,
    end: datetime | None,
    note: str,
    person: PersonId | None,
) -> Reply:
    """What it would do; a press of Confirm does it."""
    if start is None or end is None:
        raise Refused("Choose both: from when, and until when. Nothing was changed.")
    seen = foresee_away(work, start, end, by=ask.by, person=person)
    carry = ask.carry(
        person=person,
        start=int(start.timestamp()),
        end=int(end.timestamp()),
        note=note[: words.NOTE],
    )
    return Reply(view=words.confirm(_outlook(work, ask, seen), carry=carry))


def save(
    work: Work,
    ask: Ask,
    *,
    start: datetime,
    end: datetime,
    note: str,
    person: PersonId | None,
) -> Reply:
    """What it does is worked out once more: the rota may have changed since it was shown."""
    seen = foresee_away(work, start, end, by=ask.by, person=person)
    made = go_away(work, start, end, by=ask.by, person=person, note=note)
    return Reply(message=words.saved(_outlook(work, ask, seen), made.id))


def ask_back(work: Work, ask: Ask, absence: int) -> Reply:
    seen = foresee_back(work, absence, by=ask.by)
    carry = ask.carry(absence=absence)
    return Reply(view=words.confirm(_outlook(work, ask, seen, back=True), carry=carry))


def remove(work: Work, ask: Ask, absence: int) -> Reply:
    seen = foresee_back(work, absence, by=ask.by)
    come_back(work, absence, by=ask.by)
    return Reply(message=words.removed(_outlook(work, ask, seen, back=True)))


def add(work: Work, ask: Ask, raw: str, *, person: PersonId | None) -> Reply:
    """`/oncall away calendar https://…`; Slack writes an address between angle brackets."""
    found = ADDRESS.search(raw)
    if found is None:
        raise Refused(
            f"Give its private address: `/oncall away calendar https://…`. {RULE} Nothing was "
            "changed."
        )
    try:
        address = read_address(html.unescape(found[1]))
    except BadCalendar as bad:
        raise Refused(f"{bad.sentence} Nothing was changed.") from None
    assert ask.seal is not None
    added = add_calendar(work, address, seal=ask.seal, by=ask.by, person=person)
    return Reply(message=words.calendar_added(added.hint, rule=RULE))


def confirm(work: Work, ask: Ask, calendar: int) -> Reply:
    return Reply(message=words.calendar_confirmed(confirm_calendar(work, calendar, by=ask.by)))


def remove_one(work: Work, ask: Ask, calendar: int) -> Reply:
    return Reply(message=words.calendar_removed(remove_calendar(work, calendar, by=ask.by).hint))


def _calendar(held: LeaveCalendar) -> words.Calendar:
    return words.Calendar(
        id=held.id,
        hint=held.hint,
        confirmed=held.confirmed_at is not None,
        problem=held.problem or "",
    )


def _outlook(work: Work, ask: Ask, seen: Foreseen, *, back: bool = False) -> words.Outlook:
    names = rota_names(work)
    asker = admit(work, ask.by, Act.ROTA)
    return words.Outlook(
        who=who(work, seen.person) if seen.person != asker else None,
        start=seen.start,
        end=seen.end,
        changes=[
            words.Change(
                rota=names.get(each.rota, each.rota),
                start=each.start,
                end=each.end,
                before=who_if(work, each.before),
                after=who_if(work, each.after),
            )
            for each in seen.changes
        ],
        stays=[
            words.Stay(
                rota=names.get(each.rota, each.rota),
                start=each.start,
                end=each.end,
                running=each.running,
            )
            for each in seen.stays
        ],
        back=back,
    )


def _absence(leave: StoredLeave) -> words.Absence:
    return words.Absence(
        id=leave.id,
        start=leave.start_at,
        end=leave.end_at,
        note=leave.note,
        calendar=leave.kind == CALENDAR,
    )


COMMANDS: Mapping[str, Callable[[Work, Ask, str], Reply]] = {"away": run_away}
"""By the word of the rota command."""
