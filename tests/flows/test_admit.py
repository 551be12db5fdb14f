"""Rule 36 as one table: every kind of caller times every act, through the flows themselves."""

import importlib
import inspect
import itertools
import pkgutil
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

import app.flows
from app.calendars.address import read_address
from app.chat.client import _account as read_account
from app.delivery.waits import answer_next
from app.flows import acknowledge as acknowledging
from app.flows import (
    away,
    calendar_link,
    contact,
    cover,
    escalate,
    hand_over,
    intake_token,
    invite,
    leave_calendar,
    progress,
    swap,
    update,
    verify_contact,
)
from app.flows import close as closing
from app.flows.admit import (
    MAY,
    STALE,
    Act,
    Caller,
    LinkCaller,
    Operator,
    SlackCaller,
    Who,
    admit,
    is_manager,
    may_answer,
)
from app.flows.cancel import cancel
from app.flows.declare import declare
from app.flows.extend_tour import extend_tour
from app.flows.finish_follow_up import finish_follow_up
from app.flows.got_test_page import got_test_page
from app.flows.join import join
from app.flows.know_people import know_people
from app.flows.leave_rota import leave_rota, would_leave
from app.flows.not_actionable import not_actionable
from app.flows.note_handover import note_handover
from app.flows.pass_on import pass_on
from app.flows.person import erase_person, export_person
from app.flows.propose import accept_proposal, dismiss_proposal, propose
from app.flows.reopen import reopen
from app.flows.reseal import reseal
from app.flows.resolve import resolve
from app.flows.review_alarm import review_alarm
from app.flows.take_shift import take_shift
from app.flows.tour_notices import let_tour_end
from app.flows.volunteer import Wish, volunteer, would_volunteer
from app.flows.work import Admission, Refused, Work
from app.organisation.apply import apply
from app.organisation.example import example_text
from app.paging.seal import Seal
from app.paging.targets import read_target
from app.rules.chain import Record
from app.rules.ladder import Method
from app.rules.organisation import Anchor, Person, PersonId
from storage import contacts, handovers, incidents, people, swaps, tables, tours
from storage.people import Standing
from storage.tours import TourState
from tests.kit import Bench

HERE, THERE = 1, 2
"""A P1 that rings Chi, and a P2 that nobody is rung for."""
SEAL = Seal("a-key-for-tests-only-0123456789abcdef")
TARGET = read_target(Method.PUSH, "ntfys://ntfy.example.com/someones", trusted=False)
OPERATOR = Operator()

CALLERS: dict[str, Caller] = {
    "primary": SlackCaller(slack_id="UCHI", team="T1"),
    "member": SlackCaller(slack_id="USEAN", team="T1"),
    "manager": SlackCaller(slack_id="UMIA", team="T1"),
    "single": SlackCaller(slack_id="UGUS", team="T1"),
    "multi": SlackCaller(slack_id="UGIL", team="T1"),
    "connect": SlackCaller(slack_id="UOMAR", team="T9"),
    "lookalike": SlackCaller(slack_id="UMIA", team="T9", external=True),
    "bot": SlackCaller(slack_id="ULUNCHBOT", team="T1"),
    "gone": SlackCaller(slack_id="UTOM", team="T1"),
    "unknown": SlackCaller(slack_id="UNOBODY", team="T1"),
    "named": SlackCaller(slack_id="U0BEN00001", team="T1"),
    "stale": SlackCaller(slack_id="UOLD", team="T1"),
    "operator": OPERATOR,
    "link": LinkCaller(person="chi@acme.test", incident=HERE),
    "other": LinkCaller(person="chi@acme.test", incident=THERE),
}
"""`single`, `multi`: guests of one channel and of several. `connect`: an account of another
workspace that the directory knows; `lookalike`: one with the id of our manager. `named`: in the
organisation file, not in the directory. `stale`: seen in the directory too long ago. `link`,
`other`: a page's link to Chi for the P1, and for the other incident."""

TABLE = """
               primary member manager single multi connect lookalike bot gone unknown named stale operator link other
acknowledge       yes    yes    yes     no    no     no       no      no  no    no     yes   yes    yes     yes   no
pass_on           yes    no     no      no    no     no       no      no  no    no     no    no     no      yes   no
still_on_it       yes    yes    yes     no    no     no       no      no  no    no     yes   yes    no      yes   no
not_actionable    yes    yes    yes     no    no     no       no      no  no    no     yes   yes    yes     no    no
declare           yes    yes    yes     no    no     no       no      no  no    no     yes   yes    yes     no    no
escalate          yes    yes    yes     no    no     no       no      no  no    no     yes   yes    yes     no    no
join              yes    yes    yes     yes   yes    no       no      no  no    no     yes   yes    yes     no    no
note              yes    yes    yes     yes   yes    no       no      no  no    no     yes   yes    yes     no    no
look              yes    yes    yes     yes   yes    no       no      no  no    no     yes   yes    yes     no    no
resolve           yes    yes    yes     no    no     no       no      no  no    no     no    no     yes     yes   no
page              yes    yes    yes     no    no     no       no      no  no    no     no    no     yes     no    no
update            yes    yes    yes     no    no     no       no      no  no    no     no    no     yes     no    no
close             yes    yes    yes     no    no     no       no      no  no    no     no    no     yes     no    no
cancel            yes    yes    yes     no    no     no       no      no  no    no     no    no     yes     no    no
reopen            yes    yes    yes     no    no     no       no      no  no    no     no    no     yes     no    no
root_cause        yes    yes    yes     no    no     no       no      no  no    no     no    no     yes     no    no
finish            yes    yes    yes     no    no     no       no      no  no    no     no    no     yes     no    no
follow_up         yes    yes    yes     no    no     no       no      no  no    no     no    no     yes     no    no
hand_over         yes    no     yes     no    no     no       no      no  no    no     no    no     no      no    no
note_handover     yes    no     yes     no    no     no       no      no  no    no     no    no     yes     no    no
review_alarm      yes    yes    yes     no    no     no       no      no  no    no     no    no     yes     no    no
add_contact       yes    yes    yes     no    no     no       no      no  no    no     no    no     yes     no    no
list_contacts     yes    yes    yes     no    no     no       no      no  no    no     no    no     yes     no    no
try_contacts      yes    yes    yes     no    no     no       no      no  no    no     no    no     yes     no    no
got_test_page     yes    yes    yes     no    no     no       no      no  no    no     no    no     no      no    no
propose           no     no     yes     no    no     no       no      no  no    no     no    no     yes     no    no
accept_proposal   no     no     yes     no    no     no       no      no  no    no     no    no     yes     no    no
dismiss_proposal  no     no     yes     no    no     no       no      no  no    no     no    no     yes     no    no
send_code         yes    yes    yes     no    no     no       no      no  no    no     no    no     yes     no    no
verify_contact    yes    yes    yes     no    no     no       no      no  no    no     no    no     yes     no    no
remove_contact    yes    yes    yes     no    no     no       no      no  no    no     no    no     yes     no    no
add_anas          no     no     no      no    no     no       no      no  no    no     no    no     yes     no    no
list_anas         no     no     yes     no    no     no       no      no  no    no     no    no     yes     no    no
try_anas          no     no     yes     no    no     no       no      no  no    no     no    no     yes     no    no
send_anas_code    no     no     no      no    no     no       no      no  no    no     no    no     yes     no    no
verify_anas       no     no     no      no    no     no       no      no  no    no     no    no     yes     no    no
remove_anas       no     no     no      no    no     no       no      no  no    no     no    no     yes     no    no
new_token         no     no     no      no    no     no       no      no  no    no     no    no     yes     no    no
reseal            no     no     no      no    no     no       no      no  no    no     no    no     yes     no    no
export_person     no     no     no      no    no     no       no      no  no    no     no    no     yes     no    no
erase_person      no     no     no      no    no     no       no      no  no    no     no    no     yes     no    no
revoke_token      no     no     no      no    no     no       no      no  no    no     no    no     yes     no    no
ask_cover         yes    no     no      no    no     no       no      no  no    no     no    no     no      no    no
ask_chis_cover    yes    no     yes     no    no     no       no      no  no    no     no    no     yes     no    no
take_cover        no     no     no      no    no     no       no      no  no    no     no    no     no      no    no
take_anas_cover   no     no     yes     no    no     no       no      no  no    no     no    no     yes     no    no
cannot_cover      yes    yes    yes     no    no     no       no      no  no    no     no    no     yes     no    no
withdraw_cover    yes    no     yes     no    no     no       no      no  no    no     no    no     yes     no    no
propose_swap      yes    no     no      no    no     no       no      no  no    no     no    no     no      no    no
propose_chis_swap yes    no     yes     no    no     no       no      no  no    no     no    no     yes     no    no
accept_swap       no     no     yes     no    no     no       no      no  no    no     no    no     yes     no    no
decline_swap      no     no     yes     no    no     no       no      no  no    no     no    no     yes     no    no
withdraw_swap     yes    no     yes     no    no     no       no      no  no    no     no    no     yes     no    no
undo_swap         yes    no     yes     no    no     no       no      no  no    no     no    no     yes     no    no
keep_swap         no     no     yes     no    no     no       no      no  no    no     no    no     yes     no    no
take_shift        no     no     no      no    no     no       no      no  no    no     no    no     no      no    no
take_anas_shift   no     no     yes     no    no     no       no      no  no    no     no    no     yes     no    no
volunteer         yes    yes    yes     no    no     no       no      no  no    no     no    no     no      no    no
would_volunteer   yes    yes    yes     no    no     no       no      no  no    no     no    no     no      no    no
invite_eve        no     no     yes     no    no     no       no      no  no    no     no    no     yes     no    no
accept_mine       no     yes    yes     no    no     no       no      no  no    no     no    no     no      no    no
accept_eves       no     no     no      no    no     no       no      no  no    no     no    no     no      no    no
decline_mine      yes    yes    yes     no    no     no       no      no  no    no     no    no     no      no    no
decline_eves      no     no     no      no    no     no       no      no  no    no     no    no     no      no    no
extend_tour       yes    no     no      no    no     no       no      no  no    no     no    no     no      no    no
let_tour_end      yes    no     no      no    no     no       no      no  no    no     no    no     no      no    no
leave_rota        yes    no     no      no    no     no       no      no  no    no     no    no     no      no    no
end_anas_tour     no     no     yes     no    no     no       no      no  no    no     no    no     yes     no    no
would_leave       yes    no     no      no    no     no       no      no  no    no     no    no     no      no    no
away              yes    yes    yes     no    no     no       no      no  no    no     no    no     no      no    no
away_for_ana      no     no     yes     no    no     no       no      no  no    no     no    no     yes     no    no
foresee_away      yes    yes    yes     no    no     no       no      no  no    no     no    no     no      no    no
come_back         no     no     yes     no    no     no       no      no  no    no     no    no     yes     no    no
foresee_back      no     no     yes     no    no     no       no      no  no    no     no    no     yes     no    no
list_away         yes    yes    yes     no    no     no       no      no  no    no     no    no     no      no    no
list_anas_away    no     no     yes     no    no     no       no      no  no    no     no    no     yes     no    no
add_calendar      yes    yes    yes     no    no     no       no      no  no    no     no    no     no      no    no
add_anas_one      no     no     yes     no    no     no       no      no  no    no     no    no     yes     no    no
confirm_calendar  no     no     yes     no    no     no       no      no  no    no     no    no     yes     no    no
remove_calendar   no     no     yes     no    no     no       no      no  no    no     no    no     yes     no    no
list_calendars    yes    yes    yes     no    no     no       no      no  no    no     no    no     no      no    no
import_absences   no     no     yes     no    no     no       no      no  no    no     no    no     yes     no    no
my_calendar       yes    yes    yes     no    no     no       no      no  no    no     no    no     no      no    no
rotas_calendar    no     no     yes     no    no     no       no      no  no    no     no    no     no      no    no
find_calendar     yes    yes    yes     no    no     no       no      no  no    no     no    no     no      no    no
revoke_calendar   yes    yes    yes     no    no     no       no      no  no    no     no    no     no      no    no
"""  # noqa: E501
ANA, CHI = "ana@acme.test", "chi@acme.test"
BOUNDARY = datetime(2026, 11, 27, 18, tzinfo=UTC)
"""Chi, the primary, hands to Ana."""

Deed = Callable[[Work, Caller, PersonId], Any]


def held(work: Work, person: PersonId, *, verified: bool = False) -> int:
    """A contact method of this person, as if they had added it."""
    return contacts.add(
        work.tx,
        person=person,
        method="push",
        target=SEAL.close(TARGET.url),
        hint=TARGET.hint,
        delay_seconds=0,
        trusted=False,
        added_by=person,
        added_at=work.now,
        verified_at=work.now if verified else None,
        code_hash=None if verified else SEAL.mark("unused"),
        code_expires=None if verified else work.now + timedelta(minutes=5),
    ).id


def still_on_it(work: Work, by: Caller, me: PersonId) -> Any:
    incidents.change(work.tx, HERE, state="acknowledged", acknowledged_by=me)
    return progress.still_on_it(work, HERE, by=by)


def reopened(work: Work, by: Caller, me: PersonId) -> Any:
    resolve(work, HERE, by=OPERATOR)
    return reopen(work, HERE, by=by)


def closed(work: Work, by: Caller, me: PersonId) -> Any:
    resolve(work, THERE, by=OPERATOR)
    closing.set_root_cause(work, THERE, "a full disk", by=OPERATOR)
    closing.add_follow_up(work, THERE, "a larger one", by=OPERATOR)
    return closing.close(work, THERE, by=by)


def finished(work: Work, by: Caller, me: PersonId) -> Any:
    owed = closing.add_follow_up(work, THERE, "a larger disk", by=OPERATOR)
    return finish_follow_up(work, owed.id, by=by)


def taken_over(work: Work, by: Caller, me: PersonId) -> Any:
    made = handovers.open_boundary(
        work.tx,
        rota="volunteers",
        boundary=work.now,
        outgoing=ANA,
        incoming="chi@acme.test",
        shift_start=work.now,
        shift_end=work.now + timedelta(weeks=1),
    )
    assert made is not None
    return hand_over.accept(work, made.id, by=by)


def add(work: Work, by: Caller, person: PersonId) -> Any:
    return contact.add_contact(work, person, method=Method.PUSH, target=TARGET, seal=SEAL, by=by)


def verify(work: Work, by: Caller, person: PersonId) -> Any:
    return verify_contact.verify_contact(work, held(work, person), "123456", by=by, seal=SEAL)


def send_code(work: Work, by: Caller, person: PersonId) -> Any:
    return verify_contact.begin_verification(work, held(work, person), by=by, seal=SEAL)


def try_one(work: Work, by: Caller, person: PersonId) -> Any:
    held(work, person, verified=True)
    return contact.try_contacts(work, person, by=by)


def got_one(work: Work, by: Caller, person: PersonId) -> Any:
    try_one(work, OPERATOR, person)
    return got_test_page(work, by=by)


def proposed(work: Work, by: Caller) -> Any:
    for person in (ANA, CHI):
        held(work, person, verified=True)
    return propose(work, "volunteers", 3, by=by)


def revoke(work: Work, by: Caller, me: PersonId) -> Any:
    intake_token.new_token(work, "generic")
    return intake_token.revoke_token(work, intake_token.list_tokens(work)[-1].id, by=by)


def chis_cover(work: Work, by: Caller, person: PersonId | None) -> Any:
    soon = work.now + timedelta(hours=1)
    return cover.ask_for_cover(work, "volunteers", work.now, soon, by=by, person=person)


def a_request(work: Work) -> int:
    return int(chis_cover(work, OPERATOR, CHI).id)


def take(work: Work, by: Caller, person: PersonId | None) -> Any:
    held(work, ANA, verified=True)
    return cover.take_cover(work, a_request(work), by=by, person=person)


def take_over(work: Work, by: Caller, person: PersonId | None) -> Any:
    held(work, ANA, verified=True)
    return take_shift(work, "volunteers", by=by, person=person)


def in_a_year(work: Work) -> Wish:
    """When nobody has a tour yet."""
    return Wish(starts=work.now.date() + timedelta(days=300))


def invited(work: Work, person: PersonId) -> int:
    """The number of an invitation of theirs, as if a manager had asked them."""
    made = tours.invite(
        work.tx, rota="volunteers", person=person, starts=work.now.date(), weeks=26,
        state=TourState.INVITED, made_at=work.now, made_by="mia@acme.test",
    )  # fmt: skip
    return int(made.id)


def swap_of(work: Work, by: Caller, person: PersonId | None) -> Any:
    """Chi's week for Ana's before it."""
    held(work, ANA, verified=True)
    held(work, CHI, verified=True)
    theirs = Anchor(person=ANA, day=date(2026, 11, 27))
    return swap.propose_swap(work, "volunteers", date(2026, 12, 4), theirs, by=by, person=person)


def a_swap(work: Work, *, accepted: bool = False, undo_by: PersonId | None = None) -> int:
    made = int(swap_of(work, OPERATOR, CHI).id)
    if accepted:
        swap.accept_swap(work, made, by=OPERATOR)
        swaps.ask_undo(work.tx, made, by=undo_by)
    return made


def tomorrow(work: Work) -> datetime:
    return work.now + timedelta(days=1)


def gone(work: Work, by: Caller, person: PersonId | None) -> Any:
    return away.go_away(work, work.now, tomorrow(work), by=by, person=person)


def an_address(work: Work, by: Caller, person: PersonId | None) -> Any:
    address = read_address("https://calendar.acme.test/a.ics")
    return leave_calendar.add_calendar(work, address, seal=SEAL, by=by, person=person)


def confirm_anas(work: Work, by: Caller, me: PersonId) -> Any:
    added = an_address(work, OPERATOR, ANA)
    leave_calendar.calendar_read(work, added.id, [])
    return leave_calendar.confirm_calendar(work, added.id, by=by)


DEEDS: dict[str, tuple[Callable[..., Any], Deed]] = {
    "acknowledge": (
        acknowledging.acknowledge,
        lambda work, by, me: acknowledging.acknowledge(work, HERE, by=by),
    ),
    "pass_on": (pass_on, lambda work, by, me: pass_on(work, 1, by=by)),
    "still_on_it": (progress.still_on_it, still_on_it),
    "not_actionable": (not_actionable, lambda work, by, me: not_actionable(work, HERE, by=by)),
    "declare": (declare, lambda work, by, me: declare(work, "orders fail", by=by)),
    "escalate": (
        escalate.escalate,
        lambda work, by, me: escalate.escalate(work, HERE, "we are stuck", by=by),
    ),
    "join": (join, lambda work, by, me: join(work, HERE, by=by)),
    "note": (update.note, lambda work, by, me: update.note(work, HERE, "seen at six", by=by)),
    "look": (admit, lambda work, by, me: admit(work, by, Act.LOOK)),
    "resolve": (resolve, lambda work, by, me: resolve(work, HERE, by=by)),
    "page": (
        escalate.page,
        lambda work, by, me: escalate.page(work, HERE, "mia@acme.test", "more eyes", by=by),
    ),
    "update": (update.update, lambda work, by, me: update.update(work, HERE, "better", by=by)),
    "close": (closing.close, closed),
    "cancel": (cancel, lambda work, by, me: cancel(work, THERE, "a test", by=by)),
    "reopen": (reopen, reopened),
    "root_cause": (
        closing.set_root_cause,
        lambda work, by, me: closing.set_root_cause(work, THERE, "a full disk", by=by),
    ),
    "follow_up": (
        closing.add_follow_up,
        lambda work, by, me: closing.add_follow_up(work, THERE, "a larger one", by=by),
    ),
    "finish": (finish_follow_up, finished),
    "hand_over": (hand_over.accept, taken_over),
    "note_handover": (
        note_handover,
        lambda work, by, me: note_handover(work, BOUNDARY, "the disk is small", by=by),
    ),
    "review_alarm": (review_alarm, lambda work, by, me: review_alarm(work, "EltLate", by=by)),
    "add_contact": (contact.add_contact, add),
    "list_contacts": (
        contact.list_contacts,
        lambda work, by, me: contact.list_contacts(work, me, by=by),
    ),
    "try_contacts": (contact.try_contacts, try_one),
    "got_test_page": (got_test_page, got_one),
    "send_code": (verify_contact.begin_verification, send_code),
    "verify_contact": (verify_contact.verify_contact, verify),
    "remove_contact": (
        contact.remove_contact,
        lambda work, by, me: contact.remove_contact(work, held(work, me), by=by),
    ),
    "add_anas": (contact.add_contact, lambda work, by, me: add(work, by, ANA)),
    "list_anas": (
        contact.list_contacts,
        lambda work, by, me: contact.list_contacts(work, ANA, by=by),
    ),
    "try_anas": (contact.try_contacts, lambda work, by, me: try_one(work, by, ANA)),
    "send_anas_code": (
        verify_contact.begin_verification,
        lambda work, by, me: send_code(work, by, ANA),
    ),
    "verify_anas": (verify_contact.verify_contact, lambda work, by, me: verify(work, by, ANA)),
    "remove_anas": (
        contact.remove_contact,
        lambda work, by, me: contact.remove_contact(work, held(work, ANA), by=by),
    ),
    "new_token": (
        intake_token.new_token,
        lambda work, by, me: intake_token.new_token(work, "generic", by=by),
    ),
    "revoke_token": (intake_token.revoke_token, revoke),
    "export_person": (
        export_person,
        lambda work, by, me: export_person(work, "sean@acme.test", by=by),
    ),
    "erase_person": (
        erase_person,
        lambda work, by, me: erase_person(work, "sean@acme.test", by=by),
    ),
    "ask_cover": (cover.ask_for_cover, lambda work, by, me: chis_cover(work, by, None)),
    "ask_chis_cover": (cover.ask_for_cover, lambda work, by, me: chis_cover(work, by, CHI)),
    "take_cover": (cover.take_cover, lambda work, by, me: take(work, by, None)),
    "take_anas_cover": (cover.take_cover, lambda work, by, me: take(work, by, ANA)),
    "cannot_cover": (
        cover.cannot_cover,
        lambda work, by, me: cover.cannot_cover(work, a_request(work), by=by),
    ),
    "withdraw_cover": (
        cover.withdraw_cover,
        lambda work, by, me: cover.withdraw_cover(work, a_request(work), by=by),
    ),
    "propose_swap": (swap.propose_swap, lambda work, by, me: swap_of(work, by, None)),
    "propose_chis_swap": (swap.propose_swap, lambda work, by, me: swap_of(work, by, CHI)),
    "accept_swap": (
        swap.accept_swap,
        lambda work, by, me: swap.accept_swap(work, a_swap(work), by=by),
    ),
    "decline_swap": (
        swap.decline_swap,
        lambda work, by, me: swap.decline_swap(work, a_swap(work), by=by),
    ),
    "withdraw_swap": (
        swap.withdraw_swap,
        lambda work, by, me: swap.withdraw_swap(work, a_swap(work), by=by),
    ),
    "undo_swap": (
        swap.undo_swap,
        lambda work, by, me: swap.undo_swap(work, a_swap(work, accepted=True), by=by),
    ),
    "keep_swap": (
        swap.keep_swap,
        lambda work, by, me: swap.keep_swap(work, a_swap(work, accepted=True, undo_by=CHI), by=by),
    ),
    "propose": (propose, lambda work, by, me: proposed(work, by)),
    "accept_proposal": (
        accept_proposal,
        lambda work, by, me: accept_proposal(work, proposed(work, OPERATOR).id, by=by),
    ),
    "dismiss_proposal": (
        dismiss_proposal,
        lambda work, by, me: dismiss_proposal(work, proposed(work, OPERATOR).id, by=by),
    ),
    "take_shift": (take_shift, lambda work, by, me: take_over(work, by, None)),
    "take_anas_shift": (take_shift, lambda work, by, me: take_over(work, by, ANA)),
    "volunteer": (volunteer, lambda work, by, me: volunteer(work, in_a_year(work), by=by)),
    "would_volunteer": (
        would_volunteer,
        lambda work, by, me: would_volunteer(work, in_a_year(work), by=by),
    ),
    "invite_eve": (
        invite.invite,
        lambda work, by, me: invite.invite(work, "eve@acme.test", in_a_year(work), by=by),
    ),
    "accept_mine": (
        invite.accept_invitation,
        lambda work, by, me: invite.accept_invitation(work, invited(work, me), by=by),
    ),
    "accept_eves": (
        invite.accept_invitation,
        lambda work, by, me: invite.accept_invitation(work, invited(work, "eve@acme.test"), by=by),
    ),
    "decline_mine": (
        invite.decline_invitation,
        lambda work, by, me: invite.decline_invitation(work, invited(work, me), by=by),
    ),
    "decline_eves": (
        invite.decline_invitation,
        lambda work, by, me: invite.decline_invitation(work, invited(work, "eve@acme.test"), by=by),
    ),
    "extend_tour": (
        extend_tour,
        lambda work, by, me: extend_tour(work, date(2027, 3, 5), by=by),
    ),
    "let_tour_end": (
        let_tour_end,
        lambda work, by, me: let_tour_end(work, date(2027, 3, 5), by=by),
    ),
    "leave_rota": (leave_rota, lambda work, by, me: leave_rota(work, by=by)),
    "end_anas_tour": (leave_rota, lambda work, by, me: leave_rota(work, by=by, person=ANA)),
    "would_leave": (would_leave, lambda work, by, me: would_leave(work, by=by)),
    "away": (away.go_away, lambda work, by, me: gone(work, by, None)),
    "away_for_ana": (away.go_away, lambda work, by, me: gone(work, by, ANA)),
    "foresee_away": (
        away.foresee_away,
        lambda work, by, me: away.foresee_away(work, work.now, tomorrow(work), by=by),
    ),
    "come_back": (
        away.come_back,
        lambda work, by, me: away.come_back(work, gone(work, OPERATOR, ANA).id, by=by),
    ),
    "foresee_back": (
        away.foresee_back,
        lambda work, by, me: away.foresee_back(work, gone(work, OPERATOR, ANA).id, by=by),
    ),
    "list_away": (away.list_away, lambda work, by, me: away.list_away(work, by=by)),
    "add_calendar": (
        leave_calendar.add_calendar,
        lambda work, by, me: an_address(work, by, None),
    ),
    "add_anas_one": (
        leave_calendar.add_calendar,
        lambda work, by, me: an_address(work, by, ANA),
    ),
    "confirm_calendar": (leave_calendar.confirm_calendar, confirm_anas),
    "remove_calendar": (
        leave_calendar.remove_calendar,
        lambda work, by, me: leave_calendar.remove_calendar(
            work, an_address(work, OPERATOR, ANA).id, by=by
        ),
    ),
    "list_calendars": (
        leave_calendar.list_calendars,
        lambda work, by, me: leave_calendar.list_calendars(work, by=by),
    ),
    "import_absences": (
        leave_calendar.import_absences,
        lambda work, by, me: leave_calendar.import_absences(work, ANA, [], by=by),
    ),
    "my_calendar": (
        calendar_link.make_calendar_link,
        lambda work, by, me: calendar_link.make_calendar_link(work, by=by),
    ),
    "rotas_calendar": (
        calendar_link.make_calendar_link,
        lambda work, by, me: calendar_link.make_calendar_link(work, by=by, rota="volunteers"),
    ),
    "find_calendar": (
        calendar_link.find_calendar_link,
        lambda work, by, me: calendar_link.find_calendar_link(work, by=by),
    ),
    "revoke_calendar": (
        calendar_link.revoke_calendar_link,
        lambda work, by, me: calendar_link.revoke_calendar_link(work, by=by),
    ),
    "list_anas_away": (
        away.list_away,
        lambda work, by, me: away.list_away(work, by=by, person=ANA),
    ),
    "reseal": (reseal, lambda work, by, me: reseal(work, 0, seal=SEAL, by=by)),
}
"""Each row of the table: the flow it tries, and how. What a deed needs is made by it."""
HELPERS = {"admit", "admit_to", "acting_for", "refuse_flood"}
"""They take a caller and do nothing by themselves."""


class _UndoneError(Exception):
    """Raised after a deed, so that the next caller finds everything as it was."""


def wanted() -> dict[tuple[str, str], bool]:
    head, *lines = TABLE.strip("\n").splitlines()
    names = head.split()
    rows = [line.split() for line in lines]
    return {
        (row[0], name): cell == "yes"
        for row in rows
        for name, cell in zip(names, row[1:], strict=True)
    }


def me(name: str) -> PersonId:
    caller = CALLERS[name]
    if isinstance(caller, LinkCaller):
        return caller.person
    if isinstance(caller, Operator):
        return ANA
    return {"primary": "chi@acme.test", "manager": "mia@acme.test", "named": "ben@acme.test"}.get(
        name, f"{caller.slack_id[1:].lower()}@acme.test"
    )


def entry(slack_id: str, **facts: Any) -> dict[str, Any]:
    """As Slack's `users.list` tells it."""
    name = slack_id[1:].lower()
    profile = {"email": f"{name}@acme.test", "display_name": name}
    return {"id": slack_id, "team_id": "T1", "profile": profile, **facts}


@pytest.fixture
def crowd(bench: Bench) -> Bench:
    """Everybody in the table, a P1 that rings Chi, and a P2."""
    named = example_text().replace(
        'email = "ben@acme.test"', 'email = "ben@acme.test"\nslack_id = "U0BEN00001"'
    )
    with bench.database.write.begin() as tx:
        apply(tx, named, now=bench.clock(), by="test")
        tx.execute(tables.people.delete().where(tables.people.c.slack_id == "UBEN"))
    told = [
        entry("USEAN"),
        entry("UEVE"),
        entry("UGUS", is_restricted=True, is_ultra_restricted=True),
        entry("UGIL", is_restricted=True),
        entry("UOMAR", team_id="T9"),
        entry("ULUNCHBOT", is_bot=True),
        entry("UTOM", deleted=True),
    ]
    bench.do(know_people, [read_account(each, "T1") for each in told])
    bench.do(_know_of_old)
    bench.do(declare, "the load fails", by=OPERATOR, service="nightly-elt", sla="elt-fresh")
    while bench.do(answer_next):
        pass
    bench.do(declare, "a slow report", by=OPERATOR, service="report-builder")
    return bench


def _know_of_old(work: Work) -> None:
    people.remember(
        work.tx,
        id="old@acme.test",
        slack_id="UOLD",
        standing=Standing.MEMBER,
        seen_at=work.now - STALE - timedelta(seconds=1),
    )


def attempt(bench: Bench, deed: Deed, caller: Caller, person: PersonId) -> Refused | None:
    """What became of it; nothing of it is kept."""

    def run(work: Work) -> None:
        deed(work, caller, person)
        raise _UndoneError

    try:
        bench.do(run)
    except _UndoneError:
        return None
    except Refused as refusal:
        return refusal
    raise AssertionError("neither done nor refused")


def refusals(bench: Bench) -> list[Record]:
    with bench.database.read.begin() as tx:
        rows = tx.execute(tables.audit.select().order_by(tables.audit.c.id))
        return [Record(**row._mapping) for row in rows if row.refused]


def test_only_those_in_the_table_may(crowd: Bench) -> None:
    table, wrong = wanted(), []
    for (row, (_, deed)), (name, caller) in itertools.product(DEEDS.items(), CALLERS.items()):
        refused = attempt(crowd, deed, caller, me(name))
        if (refused is None) is not table[row, name]:
            wrong.append((row, name, refused))
    assert wrong == []


def test_each_refusal_is_a_sentence_and_a_row_of_the_audit_log(crowd: Bench) -> None:
    table, refused = wanted(), []
    for (row, (_, deed)), (name, caller) in itertools.product(DEEDS.items(), CALLERS.items()):
        if not table[row, name]:
            refused.append(attempt(crowd, deed, caller, me(name)))
    sentences = [each.sentence for each in refused if each]
    written = refusals(crowd)
    assert [each.why for each in written] == sentences
    assert {each.act for each in written} <= set(Act)
    assert "unknown" not in {each.by for each in written}
    assert all(each.endswith(".") and " " in each for each in sentences)


def test_every_act_has_a_row() -> None:
    rows = {row for row, _ in wanted()}
    assert rows == set(DEEDS)
    assert {name for _, name in wanted()} == set(CALLERS)
    assert set(MAY) == set(Act)
    tried = {flow for flow, _ in DEEDS.values()}
    assert {flow for flow in flows_with_a_caller() if flow.__name__ not in HELPERS} <= tried


def test_an_act_that_nobody_thought_of_is_refused(crowd: Bench, monkeypatch: Any) -> None:
    monkeypatch.setattr("app.flows.admit.MAY", {})
    for name, caller in CALLERS.items():
        assert attempt(crowd, DEEDS["look"][1], caller, me(name)) is not None


def flows_with_a_caller() -> list[Callable[..., Any]]:
    """Every function of the flows that is told who asked."""
    found: list[Callable[..., Any]] = []
    for each in pkgutil.walk_packages(app.flows.__path__, "app.flows."):
        module = importlib.import_module(each.name)
        for _, function in inspect.getmembers(module, inspect.isfunction):
            if function.__module__ == each.name and not function.__name__.startswith("_"):
                told = inspect.signature(function).parameters.values()
                if any(one.annotation == Caller for one in told):
                    found.append(function)
    return found


def test_the_flows_that_take_a_caller_are_found() -> None:
    assert {"acknowledge", "admit", "new_token", "verify_contact"} <= {
        each.__name__ for each in flows_with_a_caller()
    }


def test_a_manager_is_who_the_file_says(crowd: Bench) -> None:
    """A name, a title or a group in Slack makes nobody a manager."""
    crowd.do(know_people, [read_account(entry("USEAN", is_admin=True, is_owner=True), "T1")])
    assert attempt(crowd, DEEDS["try_anas"][1], CALLERS["member"], me("member")) is not None


# ── the two tables of the code, without a database ───────────────────────────────────────────
WHO_MAY = """
                member guest unsure link operator
acknowledge     yes    no    yes    yes  yes
pass_on         yes    no    yes    yes  yes
still_on_it     yes    no    yes    yes  yes
not_actionable  yes    no    yes    no   yes
declare         yes    no    yes    no   yes
join            yes    yes   yes    no   yes
note            yes    yes   yes    no   yes
page            yes    no    no     no   yes
escalate        yes    no    yes    no   yes
update          yes    no    no     no   yes
resolve         yes    no    no     yes  yes
close           yes    no    no     no   yes
cancel          yes    no    no     no   yes
reopen          yes    no    no     no   yes
root_cause      yes    no    no     no   yes
follow_up       yes    no    no     no   yes
hand_over       yes    no    yes    no   yes
contact         yes    no    no     no   yes
rota            yes    no    no     no   yes
review          yes    no    no     no   yes
look            yes    yes   yes    no   yes
token           no     no    no     no   yes
key             no     no    no     no   yes
person          no     no    no     no   yes
"""


def test_every_kind_of_caller_may_what_stands_in_the_table() -> None:
    """product.md 36; the names are those of the audit log."""
    head, *lines = WHO_MAY.strip("\n").splitlines()
    kinds = [Who(name) for name in head.split()]
    for line in lines:
        act, *cells = line.split()
        found = ["yes" if kind in MAY[Act(act)] else "no" for kind in kinds]
        assert found == cells, act
    assert [line.split()[0] for line in lines] == [each.value for each in Act]
    assert kinds == list(Who)


ELSEWHERE = "Only members of this workspace can act on incidents. Nothing was changed."
NOBODY = "This account cannot act on incidents. Nothing was changed."
UNKNOWN = (
    "I do not know your Slack account yet, so nothing was done. I am looking it up; try again in "
    "a few seconds."
)
UNSURE = (
    "I could not make sure of your account yet, and until then take only answers to pages, calls "
    "for help and notes from it. I am looking it up; try again in a few seconds."
)
GUEST = (
    "Guests can join an incident and add notes. Ask a member of the workspace to do this; nothing "
    "was changed."
)
LINK = "The link in a page answers that page, and no more. Nothing was changed."
OPERATORS = "Only the operator can do this, on the command line. Nothing was changed."
GONE = "This account is deactivated, so its links no longer work."

ANSWERS: list[tuple[str, Act, str, str | None, bool]] = [
    ("primary", Act.PAGE, "chi@acme.test", None, False),
    ("primary", Act.KEY, "chi@acme.test", OPERATORS, False),
    ("multi", Act.NOTE, "UGIL", None, False),
    ("single", Act.PAGE, "UGUS", GUEST, False),
    ("connect", Act.LOOK, "UOMAR", ELSEWHERE, False),
    ("lookalike", Act.LOOK, "UMIA of T9", ELSEWHERE, False),
    ("bot", Act.LOOK, "ULUNCHBOT", NOBODY, False),
    ("gone", Act.LOOK, "UTOM", NOBODY, False),
    ("unknown", Act.LOOK, "UNOBODY", UNKNOWN, True),
    ("named", Act.NOTE, "ben@acme.test", None, False),
    ("named", Act.PAGE, "ben@acme.test", UNSURE, True),
    ("stale", Act.NOTE, "old@acme.test", None, False),
    ("stale", Act.PAGE, "old@acme.test", UNSURE, True),
    ("operator", Act.KEY, "operator", None, False),
    ("link", Act.ACKNOWLEDGE, "chi@acme.test", None, False),
    ("link", Act.CANCEL, "chi@acme.test", LINK, False),
    ("other", Act.ACKNOWLEDGE, "chi@acme.test", LINK, False),
]
"""Caller, act, the person who is written down, and for a refusal its sentence and whether the
account should be looked up. The subject is the P1."""


def asked_in(
    work: Work, caller: Caller, act: Act, subject: str = "INC-1"
) -> tuple[str, str | None, bool]:
    try:
        person = admit(work, caller, act, subject=subject)
    except Refused as refusal:
        return work.admission.by, refusal.sentence, refusal.unsure
    assert work.admission == Admission(act=act, subject=subject, by=person)
    return person, None, False


def test_each_caller_is_told_why_not_and_written_down_by_name(crowd: Bench) -> None:
    def ask_all(work: Work) -> None:
        for name, act, by, sentence, unsure in ANSWERS:
            assert asked_in(work, CALLERS[name], act) == (by, sentence, unsure), (name, act)

    crowd.do(ask_all)


def test_an_account_is_trusted_for_a_week_after_it_was_seen(crowd: Bench) -> None:
    def ask_then(work: Work) -> None:
        for late, sentence in ((timedelta(0), None), (timedelta(microseconds=1), UNSURE)):
            seen = work.now - timedelta(weeks=1) - late
            people.remember(
                work.tx, id="old@acme.test", slack_id="UOLD", standing=Standing.MEMBER, seen_at=seen
            )
            assert asked_in(work, CALLERS["stale"], Act.PAGE)[1] == sentence

    crowd.do(ask_then)


def test_the_links_of_an_account_that_is_gone_or_a_bots_answer_nothing(crowd: Bench) -> None:
    def ask_each(work: Work) -> None:
        for person, sentence in (
            ("UTOM", GONE),
            ("ULUNCHBOT", GONE),
            ("UGUS", None),
            ("nobody@acme.test", None),
        ):
            link = LinkCaller(person=person, incident=HERE)
            assert asked_in(work, link, Act.ACKNOWLEDGE) == (person, sentence, False)
            assert may_answer(people.get(work.tx, person)) is (sentence is None)

    crowd.do(ask_each)


def test_somebody_the_file_names_by_their_slack_account_is_known_by_it(crowd: Bench) -> None:
    def ask_two(work: Work) -> None:
        stranger = Person(id="U0STRANGER", timezone=ZoneInfo("Europe/Dublin"))
        work.org = replace(work.org, people={**work.org.people, stranger.id: stranger})
        caller = SlackCaller(slack_id=stranger.id, team="T1")
        assert asked_in(work, caller, Act.NOTE) == (stranger.id, None, False)
        assert asked_in(work, CALLERS["named"], Act.NOTE)[0] == "ben@acme.test"

    crowd.do(ask_two)


def test_only_whom_the_file_marks_is_a_manager(crowd: Bench) -> None:
    names = ("mia@acme.test", "chi@acme.test", "nobody@acme.test")
    found = crowd.do(lambda work: [is_manager(work, each) for each in names])
    assert found == [True, False, False]


def test_a_caller_of_slack_is_not_external_unless_slack_says_so() -> None:
    assert SlackCaller(slack_id="UCHI") == SlackCaller(slack_id="UCHI", team=None, external=False)
    assert Operator().name == "operator"


def test_a_refusal_about_nothing_in_particular_names_nothing(bench: Bench) -> None:
    with pytest.raises(Refused) as refusal:
        bench.do(admit, CALLERS["unknown"], Act.LOOK)
    assert refusal.value.subject == ""
