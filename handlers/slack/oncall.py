"""The rota command: who is on call, what comes, what is mine, and a test of my pager."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import MAXYEAR, datetime, timedelta
from typing import TypeAlias

from app.chat.words import guide, help, readiness
from app.chat.words import oncall as words
from app.chat.words.in_step import in_a_line
from app.flows.admit import Act, admit
from app.flows.contact import rungs_of, try_contacts
from app.flows.got_test_page import got_test_page as got
from app.flows.keep_in_step import out_of_step
from app.flows.readiness import readiness_of
from app.flows.tell.names import everyone, who_if
from app.flows.tell.on_call import named
from app.flows.work import Work
from app.rules import calendar, routing
from app.rules.ladder import Method
from app.rules.organisation import PersonId
from app.rules.rota import Shift, Why
from handlers.slack import (
    away,
    calendar_link,
    cover,
    handover,
    pay,
    proposal,
    swap,
    take,
    volunteers,
)
from handlers.slack.ask import Ask, Reply
from handlers.slack.contacts import ContactForms
from handlers.slack.parse import ONCALL, Line, nearest
from handlers.slack.rota_names import rota_names
from storage import contacts

AHEAD = timedelta(weeks=8)
EACH = 5
"""So many coming shifts of each rota."""


Shifts: TypeAlias = list[words.Duty]
CHANGES: Mapping[str, Callable[[Work, Ask, str], Reply]] = {
    "cover": cover.run_cover,
    "take": take.run_take,
    "swap": swap.run_swap,
    "propose": proposal.run_propose,
    **volunteers.COMMANDS,
    **handover.COMMANDS,
    **away.COMMANDS,
    **calendar_link.COMMANDS,
}
"""What changes who serves, by the word of the command."""


def run_oncall(work: Work, ask: Ask, line: Line, forms: ContactForms) -> Reply:
    """One command line, understood and done."""
    if (run := CHANGES.get(line.verb or "")) is not None:
        return run(work, ask, line.rest)
    match line.verb:
        case "who":
            return who_now(work, ask)
        case "next":
            return coming(work, ask)
        case "me":
            return mine(work, ask)
        case "load":
            return pay.run_load(work, ask, line.rest)
        case "pay":
            return pay.run_pay(work, ask, line.rest)
        case "test":
            return test(work, ask)
        case "contact":
            return forms.open(work, ask)
        case "help":
            return Reply(message=help.oncall())
    meant = nearest(line.word, ONCALL)
    again = f"{meant} {line.rest}".strip()
    return Reply(message=guide.unknown_word(line.word, meant=meant, line=again, command="oncall"))


def who_now(work: Work, ask: Ask) -> Reply:
    """Everybody who is rung now, and whoever can be asked without waking anyone."""
    admit(work, ask.by, Act.LOOK)
    org, schedule, now = work.org, work.schedule, work.now
    managers = routing.manager_order(org, schedule, now)
    serving = _duty(work, "Out of hours", schedule.on_duty(org.out_of_hours_rota, now))
    looks_on = everyone(work, schedule.shadowing(org.out_of_hours_rota, now))
    told = words.Now(
        volunteers=replace(serving, looks_on=looks_on),
        owners=[
            _duty(work, team.name, schedule.on_duty(team.rota, now))
            for team in org.teams.values()
            if team.rota and calendar.is_working(team.working_hours, now)
        ],
        managers=everyone(work, managers),
        managers_until=_end(schedule.on_duty(org.manager_rota, now)) if managers else None,
        awake=everyone(work, calendar.awake_now(org, now)),
        amiss=[in_a_line(named(work, kind), why) for kind, why in out_of_step(work).items()],
    )
    return Reply(message=words.who_now(told))


def coming(work: Work, ask: Ask) -> Reply:
    """The next shifts: out of hours, managers, and those of the asker's own teams."""
    person = admit(work, ask.by, Act.LOOK)
    org = work.org
    names = {org.out_of_hours_rota: "Out of hours", org.manager_rota: "Managers"}
    names |= {
        team.rota: team.name for team in org.teams.values() if team.rota and person in team.members
    }
    return Reply(
        message=words.coming(
            [
                _duty(work, name, shift)
                for rota, name in names.items()
                for shift in work.schedule.shifts(
                    rota, work.now, work.schedule.ahead(rota, work.now, work.now + AHEAD)
                )[:EACH]
            ]
        )
    )


def mine(work: Work, ask: Ask) -> Reply:
    person = admit(work, ask.by, Act.LOOK)
    lights = readiness.lines(readiness_of(work, person))
    return Reply(message=words.mine(duties_of(work, person), ways_of(work, person), lights))


def test(work: Work, ask: Ask) -> Reply:
    """Rings everything of the asker's that is verified."""
    person = admit(work, ask.by, Act.CONTACT)
    rung = try_contacts(work, person, by=ask.by)
    wakes = any(Method(each.method).wakes for each in rung)
    hints = [(each.method, each.hint) for each in rung]
    return Reply(message=words.tested(hints, answerable=wakes))


def got_test_page(work: Work, ask: Ask) -> Reply:
    """The test page has come."""
    got(work, by=ask.by)
    return Reply(message=words.got_test_page())


def duties_of(work: Work, person: PersonId) -> Shifts:
    """A person's shifts of the coming weeks on every rota, the running one first."""
    found = [
        _duty(work, name, shift)
        for rota, name in rota_names(work).items()
        for shift in work.schedule.everyones_shifts(
            rota, work.now, work.schedule.ahead(rota, work.now, work.now + AHEAD)
        )
        if shift.person == person
    ]
    return sorted(found, key=lambda duty: duty.start)[:EACH]


def ways_of(work: Work, person: PersonId) -> list[words.Way]:
    """How a person is reached, as they themselves may see it."""
    hints = {each.id: each.hint for each in contacts.list_of(work.tx, person)}
    return [
        words.Way(
            method=rung.method,
            hint=hints.get(rung.contact, "") if rung.contact else "",
            verified=rung.verified,
            wakes=Method(rung.method).wakes,
        )
        for rung in rungs_of(work, person)
    ]


def _duty(work: Work, rota: str, shift: Shift) -> words.Duty:
    return words.Duty(
        rota=rota,
        who=who_if(work, shift.person),
        start=shift.start,
        end=_end(shift),
        covering=shift.why in (Why.OVERRIDE, Why.LEAVE),
    )


def _end(shift: Shift) -> datetime | None:
    """None where nothing ends it: a rota of one without turns, a gap that stays."""
    return shift.end if shift.end.year < MAXYEAR else None
