"""`handover`: the sections of a handover on a terminal, every number with what is behind it."""

import argparse
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from app.chat.words.dates import how_long
from app.chat.words.handover import HandoverFacts, Serving, ShiftNumbers
from app.chat.words.people import Who
from app.commands.memory import look, opened_kit, settings_now
from app.commands.moments import both_clocks, moment
from app.commands.sentences import Failed, say, told
from app.flows.tell.handover import draft_of, facts_of
from app.flows.tell.shift import month_of
from app.flows.work import Work
from app.organisation.problem import nearest, quoted
from app.paging.words import tame
from app.rules import handover as rules
from storage import handovers, shift_figures

LABEL = 20


@dataclass(frozen=True, kw_only=True)
class Report:
    """What a handover says, and the queries that its numbers are of."""

    facts: HandoverFacts
    queries: dict[str, str]
    zone: ZoneInfo
    note: str


@told
def main(arguments: Sequence[str]) -> int:
    """The sections on stdout, in the order of the post; how the time was read on stderr."""
    options = _parser().parse_args(arguments)
    with opened_kit(settings_now()) as kit:
        report = look(kit, lambda work: _report(work, options))
    if report.note:
        say(report.note)
    if options.json:
        queries = {"queries": report.queries} if options.sql else {}
        print(json.dumps({**asdict(report.facts), **queries}, default=_plain, indent=2))
        return 0
    for line in _lines(report):
        print(line)
    if options.sql:
        for name, query in report.queries.items():
            print(f"\n-- {name}\n{query};")
    return 0


def _report(work: Work, options: argparse.Namespace) -> Report:
    rota_id = options.rota or work.org.out_of_hours_rota
    if rota_id not in work.org.rotas:
        hint = nearest(rota_id, work.org.rotas, otherwise="")
        raise Failed(f"There is no rota {quoted(rota_id)}. {hint}".strip())
    asked = moment(options.at, work.org.timezone, now=work.now)
    facts = _facts(work, rota_id, asked.at, draft=options.draft)
    return Report(
        facts=facts,
        queries=dict(_queries(work, facts)),
        zone=work.org.timezone,
        note=asked.note,
    )


def _facts(work: Work, rota_id: str, at: datetime, *, draft: bool) -> HandoverFacts:
    """The last handover that was made by then or, where none was, the draft of the next one."""
    made = None if draft else handovers.latest(work.tx, rota_id, until=at)
    if made is not None:
        return facts_of(work, made)
    boundary = rules.next_boundary(work.schedule, rota_id, at)
    change = rules.change_at(work.schedule, rota_id, boundary) if boundary else None
    if change is None:
        raise Failed(f"The rota {quoted(rota_id)} does not change hands after that.")
    return draft_of(work, change)


def _queries(work: Work, facts: HandoverFacts) -> Iterator[tuple[str, str]]:
    """As this database takes them; anybody who may read it can run them again."""
    start, end = facts.shift_start, facts.counted_to
    for name, figure in shift_figures.FIGURES.items():
        yield name, shift_figures.spelled(work.tx, figure(start, end))
    yield "open", shift_figures.spelled(work.tx, shift_figures.not_over(end))
    month = shift_figures.out_of_hours(month_of(work, end), end)
    yield "budget", shift_figures.spelled(work.tx, month)


# ── lines ─────────────────────────────────────────────────────────────────────────────────────
def _lines(report: Report) -> Iterator[str]:
    """Empty parts are left out, as in the post."""
    facts, zone = report.facts, report.zone
    kind = "Handover" if facts.number else "Draft of the handover"
    yield f"{kind} of {tame(facts.rota)}, {both_clocks(facts.boundary, zone)}"
    yield from _who(facts, zone)
    for each in facts.open:
        head = each.head
        title = f"{head.severity} {head.key} {tame(head.title, 80)}"
        yield _line("open", f"{title} ({each.standing.state.value})")
    for head in facts.came_back:
        yield _line("came back", f"{head.severity} {head.key} {tame(head.title, 80)}")
    for alarm, times in facts.flapping:
        yield _line("flapping", f"{tame(alarm, 60)} fired {times} times")
    yield from _shift(facts, zone)
    yield _line("budget", f"{facts.budget_used} of {facts.budget} this month")
    for owed in facts.owed:
        yield _line("owed", f"{owed.key} {tame(owed.text, 120)} ({tame(owed.team or '', 60)})")
    yield from _coming(facts, zone)
    if facts.note:
        yield _line("note", f"{_name(facts.note_by)}: {tame(facts.note, 400)}")
    if facts.accepted_by is not None and facts.accepted_at is not None:
        at = both_clocks(facts.accepted_at, zone)
        yield _line("accepted", f"by {_name(facts.accepted_by)}, {at}")


def _who(facts: HandoverFacts, zone: ZoneInfo) -> Iterator[str]:
    until = both_clocks(facts.until, zone)
    yield _line("who", f"{_name(facts.outgoing)} to {_name(facts.incoming)}, until {until}")
    for each in facts.then:
        yield _line("then", _serving(each, zone))
    after = f", after {_name(facts.manager_before)}" if facts.manager_before else ""
    yield _line("manager on duty", f"{_name(facts.manager)}{after}")
    if facts.awake:
        yield _line("awake", ", ".join(_name(each) for each in facts.awake))


def _shift(facts: HandoverFacts, zone: ZoneInfo) -> Iterator[str]:
    numbers, since = facts.numbers, both_clocks(facts.shift_start, zone)
    yield f"This shift, since {since}, counted to {both_clocks(facts.counted_to, zone)}:"
    for name, incidents in _figures(numbers):
        keys = " ".join(f"INC-{number}" for number in incidents)
        yield _line(name, f"{len(incidents)}  {keys}".rstrip())
    if numbers.acknowledged_in is not None:
        yield _line("median answer", f"after {how_long(numbers.acknowledged_in)}")
    for alarm, count in numbers.top_alarms:
        yield _line("alarm", f"{tame(alarm, 60)} ({count})")


def _figures(numbers: ShiftNumbers) -> Iterator[tuple[str, Sequence[int]]]:
    yield "paged", numbers.paged
    yield "out of hours", numbers.out_of_hours
    yield "in asleep hours", numbers.asleep
    yield "to the managers", numbers.escalated
    yield "cleared by itself", numbers.self_cleared


def _coming(facts: HandoverFacts, zone: ZoneInfo) -> Iterator[str]:
    for each in facts.coming.cover:
        yield _line("cover needed", _serving(each, zone))
    for gap in facts.coming.gaps:
        span = f"{both_clocks(gap.start, zone)} to {both_clocks(gap.end, zone)}"
        yield _line("gap", f"nobody on {tame(gap.rota, 60)} from {span}")
    for tour in facts.coming.tours:
        yield _line("tour ends", f"{_name(tour.who)}'s, {tour.day}")


def _serving(part: Serving, zone: ZoneInfo) -> str:
    return (
        f"{_name(part.who)} from {both_clocks(part.start, zone)} to {both_clocks(part.end, zone)}"
    )


def _line(name: str, text: str) -> str:
    return f"  {name:<{LABEL}}{text}"


def _name(who: Who | None) -> str:
    return tame(who.name, 40) if who else "nobody"


def _plain(value: Any) -> Any:
    """What JSON has no word for."""
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    raise TypeError(f"{value!r} is not told as JSON")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python3 -m app handover",
        description="The last handover, section by section, every number with the incidents behind "
        "it; where none was made yet, the draft of the next one.",
    )
    parser.add_argument("--rota", metavar="R", help="default: the out-of-hours rota")
    parser.add_argument(
        "--at",
        metavar="TIME",
        help="the last one by then: 2026-09-05T03:00:00+00:00, or without an offset on the "
        "organisation's clock; default: now",
    )
    parser.add_argument("--draft", action="store_true", help="the next one, as things stand now")
    parser.add_argument("--sql", action="store_true", help="also the query behind each number")
    parser.add_argument("--json", action="store_true", help="the same as JSON")
    return parser
