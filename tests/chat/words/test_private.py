"""What one person is told in private: sound whatever stands in it, and of use to them."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from app.chat.message import Message
from app.chat.validate import view_complaints
from app.chat.words import (
    away,
    calendar_link,
    contact_forms,
    cover,
    forms,
    gaps,
    guide,
    handover,
    handover_letters,
    help,
    history,
    home,
    in_step,
    inputs,
    load,
    moved,
    offer,
    oncall,
    pager,
    panel,
    pay,
    pool,
    proposal,
    readiness,
    replies,
    rota_digest,
    swap,
    tours,
)
from app.chat.words.ringing import Asked
from app.rules.calendar import Interval
from app.rules.coverage import Lack
from app.rules.incident import FollowUp, FollowUpKind, Incident, Missing, State
from app.rules.organisation import Service, Severity, Sla, Team, WorkingHours
from app.rules.readiness import Checked, Light, Need, Readiness
from tests.chat.words.cases import ANA, CASES, NOW, STATES, Case
from tests.chat.words.checks import assert_sound, buttons_of

SOON = timedelta(hours=1)
OWED = Missing(root_cause=True, follow_up=True)
DONE = Missing(root_cause=False, follow_up=False)
HOURS = WorkingHours(
    timezone=ZoneInfo("Europe/Dublin"), days=frozenset(range(5)), start=time(9), end=time(18)
)
MANY = 120
FEW = 23


def an_incident(case: Case, state: State = State.TRIGGERED) -> Incident:
    return Incident(
        id=123_456,
        trouble="service:x",
        title=case.foreign,
        severity=Severity.P1,
        reason=case.foreign,
        state=state,
        source="people",
        triggered_at=NOW,
        opened_at=NOW,
        acknowledged_at=NOW,
        resolved_at=NOW,
        end_reason=case.foreign,
        channel_id="C0INCIDENT",
        update_text=case.foreign,
        update_due=NOW,
        root_cause=case.foreign,
    )


def a_row(case: Case, state: State) -> panel.Row:
    return panel.Row(
        incident=an_incident(case, state), head=case.head(state), standing=case.standing(state)
    )


def duties(case: Case) -> list[oncall.Duty]:
    who = case.crowd[0]
    return [
        oncall.Duty(
            rota=case.foreign,
            who=who,
            start=NOW,
            end=NOW + SOON,
            covering=True,
            looks_on=case.crowd,
        ),
        oncall.Duty(rota="x", who=None, start=NOW + SOON, end=None),
    ] * 5


def swaps(case: Case) -> Iterator[swap.SwapFacts]:
    """In each state, with an undo that is asked for, and of shifts that are no more."""
    who = case.crowd[0]
    half = swap.Half(who=who, start=NOW, end=NOW + SOON)
    for standing in swap.Standing:
        facts = swap.SwapFacts(
            number=1, rota=case.foreign, one=half, other=half, why=case.foreign, standing=standing
        )
        yield facts
        yield replace(facts, undo_by=who, other=swap.Half(who=who, start=None, end=None))


def outlooks(case: Case) -> Iterator[away.Outlook]:
    """One's own with more than fits, and somebody's that changes nothing."""
    who = case.crowd[0]
    change = away.Change(rota=case.foreign, start=NOW, end=NOW + SOON, before=who, after=None)
    stay = away.Stay(rota=case.foreign, start=NOW, end=NOW + SOON, running=False)
    changes, stays = [change, replace(change, after=who)] * 20, [stay] * 30
    mine = away.Outlook(who=None, start=NOW, end=NOW + SOON, changes=changes, stays=stays)
    yield mine
    yield replace(mine, who=who, changes=(), stays=(), back=True)


def of_absence(case: Case) -> Iterator[Message]:
    """Of absences and calendars."""
    for outlook in outlooks(case):
        yield away.saved(outlook, 123_456)
        yield away.removed(outlook)
    yield away.entered_for_you(case.crowd[0], NOW, NOW + SOON, stands=True)
    for rota in (None, case.foreign):
        yield calendar_link.made("https://baton.acme.test/calendar/x.ics", rota=rota, id="x")
        yield calendar_link.there_is_one(NOW, rota=rota, id="x")
    yield calendar_link.revoked()
    change = away.Change(rota=case.foreign, start=NOW, end=NOW, before=case.crowd[0], after=None)
    found = away.Found(
        calendar=1, hint=case.foreign, absences=[(NOW, NOW + SOON)] * 90, changes=[change] * 90
    )
    yield away.calendar_found(found, rule="The rule.")
    yield away.calendar_found(replace(found, absences=(), changes=()), rule="The rule.")
    yield away.calendar_added(case.foreign, rule="The rule.")
    yield away.calendar_failed(1, case.foreign, case.foreign)
    yield away.calendar_confirmed(1)
    yield away.calendar_removed(case.foreign)


def absences(case: Case) -> list[away.Absence]:
    one = away.Absence(id=1, start=NOW, end=NOW + SOON, note=case.foreign, calendar=False)
    return [one, replace(one, id=2, note="", calendar=True)] * 20


def covers(case: Case) -> Iterator[cover.CoverFacts]:
    """Open and untaken, open in part, taken, withdrawn."""
    who = case.crowd[0]
    part = cover.Part(who=who, start=NOW, end=NOW + SOON)
    open_one = cover.CoverFacts(
        number=1,
        rota=case.foreign,
        who=who,
        start=NOW,
        end=NOW + SOON,
        why=case.foreign,
        is_open=True,
        withdrawn=False,
        taken=[],
        left=[(NOW, NOW + SOON)],
        cannot=False,
    )
    yield open_one
    yield replace(open_one, taken=[part] * 3, cannot=True)
    yield replace(open_one, taken=[part], left=[], is_open=False)
    yield replace(open_one, withdrawn=True, is_open=False)


def a_tour(case: Case) -> Iterator[tours.TourFacts]:
    """With everything there is to say of it, and with nothing."""
    full = tours.TourFacts(
        rota=case.foreign,
        value="2026-12-04 26 dublin",
        weeks=26,
        start=NOW,
        end=NOW + SOON,
        first=(NOW, NOW + SOON),
        people=6,
        every=timedelta(weeks=6),
        outside=True,
        shadow=tours.Shadowed(who=case.crowd[0], start=NOW, end=NOW + SOON),
        wakes=False,
    )
    yield full
    yield replace(full, first=None, people=0, every=None, shadow=None, wakes=True, weeks=1)


def a_pool(case: Case) -> Iterator[pool.PoolFacts]:
    """Too few, nobody, too many, enough again."""
    few = pool.PoolFacts(
        rota=case.foreign,
        people=3,
        every=timedelta(weeks=3),
        least=5,
        most=8,
        falls_at=NOW,
        over=False,
    )
    yield few
    yield replace(few, people=0, every=None, falls_at=None)
    yield replace(few, people=9, every=timedelta(weeks=9))
    yield replace(few, people=5, over=True)


def my_tours(case: Case, full: bool) -> tours.MineFacts:
    span = (NOW, NOW + SOON)
    return tours.MineFacts(
        rota=case.foreign,
        tours=[span] * 2,
        shifts=[span] * tours.SHOWN * full,
        looks_on=[span] * full,
        people=6,
        every=timedelta(weeks=6),
        extends="2026-12-04" if full else None,
        left=not full,
    )


def leaving(case: Case, yours: bool) -> tours.LeaveFacts:
    span = (NOW, NOW + SOON)
    return tours.LeaveFacts(
        rota=case.foreign,
        value="ana@acme.test",
        who=case.crowd[0],
        yours=yours,
        since=NOW,
        running=span if yours else None,
        given_up=[(span, case.crowd[0]), (span, None)] * tours.SHOWN,
        people=0,
        every=None,
    )


def handovers(case: Case) -> Iterator[handover.HandoverFacts]:
    """A full one, the same late and accepted, one that nobody takes over, and a quiet one."""
    who, head = case.crowd[0], case.head(State.TRIGGERED)
    stood = case.standing(State.TRIGGERED)
    full = handover.HandoverFacts(
        number=7,
        rota=case.foreign,
        incoming=who,
        outgoing=ANA,
        shift_start=NOW - SOON,
        boundary=NOW,
        until=NOW + SOON,
        counted_to=NOW,
        manager=who,
        manager_before=ANA,
        beside=case.crowd,
        then=[handover.Serving(who=None, start=NOW, end=NOW + SOON)] * 9,
        awake=case.crowd,
        open=[
            handover.Open(
                head=head, standing=stood, lead=who, second=ANA, next_step=case.foreign,
                missing=missing,
            )
            for missing in (None, OWED, DONE)
        ]
        * 5,
        came_back=[head] * 9,
        flapping=[(case.foreign, 12)] * 9,
        numbers=handover.ShiftNumbers(
            paged=range(1, 60),
            out_of_hours=[1],
            asleep=[1],
            escalated=[1],
            self_cleared=[1],
            acknowledged_in=SOON,
            top_alarms=[(case.foreign or "x", 3)] * 3,
        ),
        budget=10,
        budget_used=12,
        owed=[handover.Owed(key="INC-1", text=case.foreign, team=case.foreign)] * 9,
        coming=handover.Coming(
            cover=[handover.Serving(who=who, start=NOW, end=NOW + SOON)] * 9,
            gaps=[handover.Gap(rota=case.foreign, start=NOW, end=NOW + SOON)] * 9,
            tours=[handover.TourEnd(who=who, day=NOW.date())] * 9,
        ),
        note=case.foreign * 20,
        note_by=who,
        accepted_by=None,
        accepted_at=None,
        late=None,
    )  # fmt: skip
    yield full
    yield replace(full, accepted_by=who, accepted_at=NOW, late=SOON)
    yield replace(full, incoming=None)
    quiet = handover.ShiftNumbers()
    yield replace(
        full, open=(), came_back=(), flapping=(), numbers=quiet, budget_used=0, owed=(), note=None,
        coming=handover.Coming(), then=(), beside=(),
    )  # fmt: skip


def handover_letters_of(case: Case) -> Iterator[Message]:
    who = case.crowd[0]
    for side in handover_letters.Side:
        soon = handover_letters.Soon(
            rota=case.foreign,
            boundary=NOW,
            until=NOW + SOON,
            outgoing=who,
            incoming=who,
            side=side,
            is_over=False,
        )
        yield handover_letters.soon(soon)
        yield handover_letters.manager_change(soon)
        yield handover_letters.soon(replace(soon, is_over=True, outgoing=None, incoming=None))
    for accepted in (None, who, ANA):
        press = handover_letters.Press(
            number=1,
            rota=case.foreign,
            boundary=NOW,
            until=NOW + SOON,
            incoming=who,
            accepted_by=accepted,
        )
        yield handover_letters.press(press)
        yield handover_letters.missed(press)


def ways(case: Case) -> list[oncall.Way]:
    return [oncall.Way(method="push", hint=case.foreign, verified=False, wakes=True)] * 10


def readinesses(case: Case) -> Iterator[Readiness]:
    """Every light of every need."""
    for light in Light:
        for at in (None, NOW):
            yield Readiness(
                person="ana@acme.test",
                checked=tuple(Checked(need=need, light=light, at=at) for need in Need),
                rota=case.foreign,
                shift=Interval(NOW, NOW + SOON),
            )


def gap_facts(case: Case) -> Iterator[gaps.GapFacts]:
    """Each lack, with its end in sight and without, closed, and over."""
    for lack in Lack:
        for tier, end in ((1, NOW + SOON), (2, None)):
            yield gaps.GapFacts(
                rota=case.foreign,
                tier=tier,
                lack=lack,
                services=[case.foreign],
                people=case.crowd[:1] if tier == 1 else (),
                note=case.foreign,
                start=NOW,
                end=end,
                closed=lack is Lack.PLACES,
                over=lack is Lack.ALONE,
            )


def not_none(message: Message | None) -> Message:
    assert message is not None
    return message


def a_service(case: Case) -> Service:
    slas = tuple(Sla(id=f"s{n}", text=case.foreign, core=n == 0) for n in range(MANY))
    return Service(id="x" * 75, name=case.foreign, team="t", slas=slas)


def a_team(case: Case, number: int = 0) -> Team:
    return Team(id=f"t{number}", name=case.foreign, channel="#x", members=(), working_hours=HOURS)


def of_readiness(case: Case) -> Iterator[Message]:
    """Whether people and rotas are ready."""
    crowd = case.crowd
    given = proposal.Given(start=NOW, who=crowd[0], before=None, weight=12.5, load=120.0)
    yield proposal.proposal(1, case.foreign, [given, replace(given, before=crowd[-1])] * 6)
    yield proposal.proposal(1, case.foreign, [replace(given, before=given.who)])
    yield proposal.accepted()
    yield proposal.dismissed()
    for gap in gap_facts(case):
        yield gaps.gap_ahead(gap)
    yield rota_digest.rota_digest(
        rota_digest.DigestFacts(
            gaps=list(gap_facts(case)),
            unready=[(crowd[0], found) for found in readinesses(case)] * 3,
            risks=[(case.foreign, crowd[0], 12)],
            pools=[(case.foreign, 2, 5, 8), (case.foreign, 9, 5, 8)],
            ending=[(crowd[0], case.foreign, NOW.date())] * FEW,
        )
    )
    money = [
        pay.Line(
            who=crowd[0],
            rota=case.foreign,
            shifts=2,
            served=SOON,
            amount=Decimal("1234.50"),
            currency=case.foreign,
            corrects=corrects,
            unserved=corrects is None,
        )
        for corrects in (NOW.date(), None)
    ]
    yield pay.pay(NOW.date(), money * FEW, published=True)
    yield pay.pay(NOW.date(), money[:1], published=False)
    yield pay.pay(NOW.date(), [], published=False)
    yield pay.is_there(NOW.date())
    burden = load.LoadFacts(
        whose=case.foreign, people=3, pages=9, out_of_hours=4, asleep=2, on_call=SOON
    )
    yield load.load([burden] * FEW)
    yield load.load([replace(burden, whose="", people=1, pages=0)])
    for found in readinesses(case):
        yield oncall.mine(duties(case), ways(case), readiness.lines(found))
        if not found.ready:
            yield not_none(readiness.not_ready(found, case.foreign, NOW))
            yield not_none(readiness.not_ready_manager(found, crowd[0], case.foreign, NOW))


def of_tours(case: Case) -> Iterator[Message]:
    who = case.crowd[0]
    for tour in a_tour(case):
        yield tours.proposal(tour)
        yield tours.joined(tour, new=True)
        yield tours.extended(tour, new=True)
        for asked_so in tours.Asked:
            yield tours.invitation(tour, who, asked_so, rota=case.foreign)
            yield tours.invitation(tour, None, asked_so, rota=case.foreign)
    yield tours.invited(who, NOW, new=True)
    yield tours.invited(who, NOW, new=False)
    yield tours.taken_up(who, case.foreign)
    yield tours.not_taken_up(who, case.foreign)
    yield tours.declined()
    for off in (True, False):
        yield tours.shadow_primary(who, case.foreign, (NOW, NOW + SOON), off=off)
    yield tours.shadow_begins(who, case.foreign, (NOW, NOW + SOON))
    yield tours.shadow_begins(None, case.foreign, (NOW, NOW + SOON))
    yield tours.copied(tours.declined())
    yield tours.let_end(case.foreign, NOW)
    for ending in tours.Ending:
        last = (NOW, NOW + SOON) if ending is tours.Ending.ASKS else None
        yield tours.tour_ends(
            tours.EndFacts(
                rota=case.foreign, value="2027-03-05", end=NOW, weeks=2, last=last, state=ending
            )
        )
    for facts_of_pool in a_pool(case):
        yield pool.warning(facts_of_pool)
        yield pool.recruiting(facts_of_pool)
    for own in (True, False):
        yield tours.mine(my_tours(case, own))
        yield tours.leave(leaving(case, own))
        yield tours.left(leaving(case, own))
    yield tours.mine(replace(my_tours(case, True), tours=[]))
    yield tours.ended_for_you(who, case.foreign, NOW)


def about_handovers(case: Case) -> Iterator[Message]:
    who = case.crowd[0]
    for each in handovers(case):
        yield handover.handover(each)
        yield handover.shown(each)
        yield handover.draft(each)
        yield handover.posted(each)
    part = pager.Part(who=who, start=NOW, end=NOW + SOON, instead_of=ANA)
    for each_now in (part, replace(part, who=None)):
        yield pager.pager(case.foreign, each_now, earlier=[part] * 9, later=[each_now] * 9)
        yield pager.pager(case.foreign, each_now, earlier=[], later=[])
    yield handover.not_yours(case.foreign, NOW, outgoing=who)
    yield handover.noted(NOW, is_posted=True, note=case.foreign)
    yield handover.noted(NOW, is_posted=False, note=None)
    yield handover.none_yet(case.foreign)
    yield handover.reviewed(case.foreign)
    yield from handover_letters_of(case)


def messages(case: Case, state: State) -> Iterator[Message]:
    one, who, crowd = an_incident(case, state), case.crowd[0], case.crowd
    asked = Asked(people=crowd, asked_by=who, why=case.foreign, managers=True)
    yield replies.declared(one, new=True, ringing=crowd, owner=case.foreign)
    yield replies.declared(one, new=False, ringing=(), owner=case.foreign)
    for yours in (True, False):
        yield replies.acknowledged(one, holder=who, yours=yours, first=yours, expires=SOON)
        yield replies.not_actionable(one, holder=who, yours=yours)
    yield replies.answered(one, holder=who, asked=asked)
    yield replies.still_on_it(one, SOON)
    yield replies.passed_on(one)
    yield replies.passed_too_late(one)
    yield replies.joined(one, who)
    yield replies.followed(one)
    yield replies.updated(one, case.foreign)
    yield replies.noted(one, case.foreign)
    yield replies.paged(one, crowd, case.foreign)
    yield replies.escalated(one, crowd, case.foreign)
    for missing in (OWED, DONE):
        yield replies.resolved(one, missing, owner=None)
        yield replies.resolved(replace(one, out_of_hours=True), missing, owner=case.foreign)
        yield replies.root_cause_set(one, case.foreign, missing)
        for kind in FollowUpKind:
            added = FollowUp(id=1, incident=1, kind=kind, text=case.foreign, by="a", at=NOW)
            yield replies.follow_up_added(one, added, team=case.foreign, missing=missing)
    yield replies.closed(one)
    yield replies.cancelled(one)
    yield replies.reopened(one)
    yield replies.pager_taken(NOW, holder=who)
    yield guide.unknown_word(case.foreign, meant="ack", line=f"ack {case.foreign}", command="inc")
    yield guide.unknown_word(case.foreign, meant=None, line="", command="oncall")
    many = [replace(one, id=number) for number in range(1, FEW)]
    yield guide.which(many, verb="ack", rest=case.foreign)
    yield guide.which([], verb="ack", rest="")
    yield help.inc(one)
    row = a_row(case, state)
    yield panel.panel(row, ringing=crowd, helping=crowd, missing=OWED)
    yield panel.listing([row] * FEW)
    yield panel.listing([])
    yield panel.service(a_service(case), row)
    yield panel.services(200, {f"{n} {case.foreign}": row for n in range(FEW)})
    for facts in covers(case):
        yield cover.asked(facts)
        yield cover.reminder(facts)
        yield cover.on_the_board(facts)
        yield cover.taken(facts)
        yield cover.still_open(facts)
        yield cover.asked_for_you(facts)
        yield cover.took(facts, NOW, NOW + SOON)
        yield cover.asked_now(facts, 3, soon=True)
    yield cover.shift_taken(who, before=who, rota=case.foreign, start=NOW, end=NOW, by=who)
    yield cover.shift_is_yours(case.foreign, NOW, NOW + SOON, who)
    for swapped in swaps(case):
        yield swap.asked(swapped)
        yield swap.told(swapped)
        yield swap.undo_asked(swapped)
        yield swap.kept(swapped)
        yield swap.on_the_board(swapped)
        yield swap.proposed(swapped)
        yield swap.accepted(swapped)
        yield swap.declined(swapped)
        yield swap.undoing(swapped)
    yield swap.withdrawn()
    yield swap.keeping()
    yield cover.shift_is_yours(case.foreign, NOW, NOW + SOON, None, who)
    spans = [moved.Span(rota=case.foreign, start=NOW, end=NOW + SOON)] * FEW
    for cause in moved.Cause:
        yield moved.shifts_moved(cause, lost=spans, gained=[])
        yield moved.shifts_moved(cause, lost=spans[:1], gained=spans)
    yield offer.taken_over(an_incident(case), who)
    yield offer.passed(an_incident(case), who)
    yield offer.passed(an_incident(case), None)
    yield cover.cannot()
    yield cover.withdrawn()
    yield from of_tours(case)
    for tour in a_tour(case):
        yield tours.proposal(tour)
        yield tours.joined(tour, new=True)
        yield tours.extended(tour, new=True)
        for asked_so in tours.Asked:
            yield tours.invitation(tour, who, asked_so, rota=case.foreign)
            yield tours.invitation(tour, None, asked_so, rota=case.foreign)
    yield tours.invited(who, NOW, new=True)
    yield tours.invited(who, NOW, new=False)
    yield tours.taken_up(who, case.foreign)
    yield tours.not_taken_up(who, case.foreign)
    yield tours.declined()
    for own in (True, False):
        yield tours.mine(my_tours(case, own))
        yield tours.leave(leaving(case, own))
        yield tours.left(leaving(case, own))
    yield tours.mine(replace(my_tours(case, True), tours=[]))
    yield tours.ended_for_you(who, case.foreign, NOW)
    yield from about_handovers(case)
    yield replies.follow_up_done(one.key, case.foreign)
    yield from of_absence(case)
    yield oncall.coming(duties(case))
    yield oncall.mine(duties(case), ways(case))
    yield oncall.tested([("push", case.foreign)] * 10, answerable=True)
    yield oncall.tested([("email", case.foreign)], answerable=False)
    yield oncall.test_was_asked(crowd[0])
    yield oncall.got_test_page()
    yield from of_readiness(case)
    yield oncall.who_now(
        oncall.Now(
            volunteers=duties(case)[0],
            owners=duties(case),
            managers=crowd,
            managers_until=NOW,
            awake=crowd * 20,
            amiss=[in_step.in_a_line(case.foreign, case.foreign)],
        )
    )


@pytest.mark.parametrize("case", [case for _, case in CASES], ids=[name for name, _ in CASES])
@pytest.mark.parametrize("state", [State.ACKNOWLEDGED, State.RESOLVED, State.CANCELLED])
def test_every_private_answer_is_sound(case: Case, state: State) -> None:
    for message in messages(case, state):
        assert_sound(message)


@pytest.mark.parametrize("case", [case for _, case in CASES], ids=[name for name, _ in CASES])
def test_every_line_of_a_timeline_is_sound(case: Case) -> None:
    kinds = [*history.KINDS, "something_new"]
    facts = {name: case.foreign for name in ("text", "why", "title", "reason", "name", "team")}
    happenings = [
        history.Happening(at=NOW, kind=kind, by=case.crowd[0], facts=facts, target=ANA)
        for kind in kinds * 3
    ]
    assert_sound(history.timeline(an_incident(case), happenings))
    for happening in happenings:
        assert_sound(history.timeline(an_incident(case), [happening]))


@pytest.mark.parametrize("case", [case for _, case in CASES], ids=[name for name, _ in CASES])
def test_every_form_is_one_that_slack_takes(case: Case) -> None:
    one, carry = an_incident(case), {"incident": 123_456, "back": "https://x.test/" + "y" * 200}
    services = [(a_service(case), a_team(case, n % 7)) for n in range(MANY)]
    held = [
        contact_forms.Held(id=n, method="push", hint=case.foreign, verified=n % 2 == 0)
        for n in range(20)
    ]
    shifts = [cover.Choosable(value=f"{n}:{case.foreign}", label=case.foreign) for n in range(FEW)]
    for view in [
        forms.declare(services[:1], carry=carry, told=case.foreign, reason=case.foreign),
        forms.declare([], carry=carry),
        forms.declare(services[:1], carry=carry, chosen=services[0][0], reason=case.foreign),
        forms.update(one, carry),
        forms.note(one, carry),
        forms.escalate(one, case.crowd, carry),
        forms.cancel(one, carry),
        forms.root_cause(one, carry),
        forms.follow_up(one, [a_team(case, n) for n in range(MANY)], a_team(case), carry),
        forms.add_to_incident([one], case.foreign, carry),
        contact_forms.contacts(held, slack=True, carry=carry, told=case.foreign),
        handover.note_form(NOW, case.foreign, carry=carry),
        contact_forms.add(carry),
        contact_forms.verify(case.foreign, carry),
        cover.ask_form(shifts, why=case.foreign, carry=carry),
        cover.part_form(next(covers(case)), carry=carry),
        swap.swap_form(shifts, shifts, why=case.foreign, carry=carry),
        inputs.notice(replies.noted(one, case.foreign)),
        inputs.notice(guide.TROUBLE),
        home.home(
            home.HomeFacts(
                now=NOW,
                duties=duties(case),
                ringing=[home.Call(page=7, row=a_row(case, State.TRIGGERED), because=case.foreign)]
                * FEW,
                swaps=list(swaps(case)),
                incidents=[a_row(case, State.TRIGGERED)] * FEW,
                ways=ways(case),
                tour_ends=NOW.date(),
                cover=[*covers(case)] * FEW,
                owed=[handover.Owed(key="INC-1", text=case.foreign, team=case.foreign)] * FEW,
                ready=readiness.lines(next(readinesses(case))),
            )
        ),
        home.home(home.HomeFacts(now=NOW, refused="You may not.")),
        *(away.confirm(each, carry=carry) for each in outlooks(case)),
        away.form(
            case.crowd[0],
            absences(case),
            start=NOW,
            end=NOW + SOON,
            carry=carry,
            more=away.calendars(
                [away.Calendar(id=1, hint=case.foreign, confirmed=True, problem=case.foreign)] * 5
            ),
        ),
    ]:
        assert view_complaints(view) == []


def test_the_panel_offers_what_fits_the_state() -> None:
    calm = Case(foreign="orders fail")
    offered = {
        state: buttons_of(panel.panel(a_row(calm, state), ringing=(), helping=(), missing=OWED))
        for state in STATES
    }
    held = panel.panel(
        a_row(calm, State.ACKNOWLEDGED),
        ringing=(),
        helping=(),
        missing=OWED,
        holds=True,
        inside=True,
    )
    assert offered[State.TRIGGERED][0] == "Acknowledge"
    assert "Join" in offered[State.ACKNOWLEDGED]
    assert "Still on it" not in offered[State.ACKNOWLEDGED]
    assert "Join" not in buttons_of(held)
    assert "Still on it" in buttons_of(held)
    assert offered[State.RESOLVED] == ["Root cause", "Follow-up", "Close", "Reopen"]
    assert offered[State.CLOSED] == ["Reopen"]
    assert offered[State.CANCELLED] == []


def test_who_came_second_is_told_to_do_nothing() -> None:
    one = an_incident(Case(foreign="orders fail"), State.ACKNOWLEDGED)
    said = replies.acknowledged(one, holder=ANA, yours=False, first=False, expires=SOON).text
    assert said.startswith("Ana has *INC-123456* orders fail")
    assert "You need do nothing" in said


def test_at_night_the_rest_is_the_owners() -> None:
    one = replace(an_incident(Case(foreign="orders fail"), State.RESOLVED), out_of_hours=True)
    night = replies.resolved(one, OWED, owner="Payments")
    assert "are for Payments, on their next working day" in night.text
    assert buttons_of(night) == ["Leave a note", "Root cause", "Follow-up"]
    day = replies.resolved(replace(one, out_of_hours=False), OWED, owner="Payments")
    assert "it still needs a root cause" in day.text
    assert "it still needs a root cause" in replies.resolved(one, OWED, owner=None).text


def test_the_help_fits_on_a_screen() -> None:
    one = an_incident(Case(foreign="orders fail"))
    assert len(help.inc(one).text.splitlines()) <= 14
    assert buttons_of(help.inc(one)) == ["Join INC-123456"]


@pytest.mark.parametrize(
    ("every", "said"),
    [
        (timedelta(weeks=6), "6 weeks"),
        (timedelta(weeks=1), "week"),
        (timedelta(weeks=2.5), "2.5 weeks"),
        (timedelta(days=3), "3 days"),
        (timedelta(hours=36), "36 hours"),
    ],
)
def test_how_often_a_shift_comes(every: timedelta, said: str) -> None:
    assert tours.how_often(every) == said
