"""A person's contact methods: add, remove, test; and the ladder they make."""

import difflib
from collections.abc import Sequence
from datetime import timedelta

from app.flows import correspond
from app.flows.admit import Act, Caller, Operator, admit, is_manager
from app.flows.flood import refuse_flood
from app.flows.kinds import Kind
from app.flows.reseal import refuse_unready
from app.flows.work import Refused, Work
from app.paging.errors import PagingError
from app.paging.seal import Seal
from app.paging.targets import Target
from app.rules.ladder import DEFAULT_DELAY, Method, Rung
from app.rules.organisation import PersonId
from storage import contacts, pager_tests, people
from storage.contacts import Contact
from storage.effects import Lane
from storage.people import Account, Standing

MOST_CONTACTS = 10
LONGEST_DELAY = timedelta(hours=1)


def add_contact(
    work: Work,
    person: PersonId,
    *,
    method: Method,
    target: Target,
    seal: Seal,
    by: Caller,
    delay: timedelta | None = None,
) -> Contact:
    """Add a way to reach `person`. The operator's count as verified; a person's own ring only
    once their code was entered (design.md, contact methods). Adding one twice changes its delay.
    """
    who = admit_to(work, by, person)
    _refuse_strangers(work, person, who)
    refuse_unready(work, seal)
    trusted = isinstance(by, Operator)
    seconds = _seconds(method, delay, who)
    mine = contacts.list_of(work.tx, person)
    known = next((each for each in mine if _is_same(each, method, target, seal)), None)
    if known is not None:
        return _renew(work, known, seconds=seconds, trusted=trusted)
    if len(mine) >= MOST_CONTACTS:
        raise Refused(
            f"{person} has {MOST_CONTACTS} contact methods already. Remove one first.",
            act=Act.CONTACT,
            subject=person,
            by=who,
        )
    added = contacts.add(
        work.tx,
        person=person,
        method=method,
        target=seal.close(target.url),
        hint=target.hint,
        delay_seconds=seconds,
        trusted=trusted,
        added_by=who,
        added_at=work.now,
        verified_at=work.now if trusted else None,
    )
    work.audit("contact_added", subject_of(added.id), by=who, method=method, person=person)
    return added


def remove_contact(work: Work, contact_id: int, *, by: Caller) -> Contact | None:
    """Stop ringing it, at once; None when it was removed before. Its address is not kept."""
    contact = contacts.get(work.tx, contact_id)
    if contact is None:
        return None
    who = admit_to(work, by, contact.person)
    contacts.change(
        work.tx, contact_id, removed_at=work.now, target=b"", code_hash=None, code_expires=None
    )
    work.audit(
        "contact_removed",
        subject_of(contact_id),
        by=who,
        method=contact.method,
        person=contact.person,
    )
    return contact


def list_contacts(work: Work, person: PersonId, *, by: Caller) -> list[Contact]:
    """Show `hint`, never more; one's own, and for the operator and managers anybody's."""
    admit_to(work, by, person, managers=True)
    return contacts.list_of(work.tx, person)


def try_contacts(
    work: Work, person: PersonId, *, by: Caller, contact_id: int | None = None
) -> list[Contact]:
    """Ring a test page on every verified method (or the one), at most once a minute each;
    returns those that ring. Its person answers it: app.flows.got_test_page."""
    who = admit_to(work, by, person, managers=True)
    refuse_flood(work, by, who)
    wanted = [
        each
        for each in contacts.list_of(work.tx, person)
        if each.verified_at is not None and contact_id in (None, each.id)
    ]
    if not wanted:
        raise Refused(
            f"{person} has no verified contact method to test. Add one with `/oncall contact`, "
            "or `contact add` on the command line.",
            act=Act.CONTACT,
            subject=person,
            by=who,
        )
    for each in wanted:
        work.ask(
            Kind.TEST_RING,
            f"test_ring:{each.id}:{work.now:%Y-%m-%dT%H:%M}",
            lane=Lane.PAGE,
            facts={"v": 1, "contact": each.id, "code": None},
        )
    work.audit("contacts_tested", person, by=who, contacts=[each.id for each in wanted])
    if any(Method(each.method).wakes for each in wanted):  # only that proves anything for a night
        pager_tests.add(work.tx, person=person, at=work.now, by=who)
        if who != person:
            about = f"{work.now:%Y-%m-%dT%H:%M}"
            correspond.write(work, person, "pager_test", about=about, by=who)
    return wanted


def rungs_of(work: Work, person: PersonId) -> list[Rung]:
    """Every way to reach a person: their Slack account, if there is one, and what was added."""
    return rungs(work, person, people.get(work.tx, person), contacts.list_of(work.tx, person))


def rungs(
    work: Work, person: PersonId, account: Account | None, mine: Sequence[Contact]
) -> list[Rung]:
    """`rungs_of` a person whose account and contact methods were read already."""
    rungs = []
    if _has_slack(work, person, account):
        rungs.append(Rung(method=Method.SLACK, delay=timedelta(0), verified=True))
    for each in mine:
        rungs.append(
            Rung(
                method=Method(each.method),
                delay=timedelta(seconds=each.delay_seconds),
                verified=each.verified_at is not None,
                contact=each.id,
            )
        )
    return rungs


def _has_slack(work: Work, person: PersonId, account: Account | None) -> bool:
    if account is not None and account.slack_id:
        return account.standing not in (Standing.DEACTIVATED, Standing.BOT)
    named = work.org.people.get(person)
    return bool(named and named.slack_id)


def admit_to(work: Work, by: Caller, person: PersonId, *, managers: bool = False) -> PersonId:
    """Oneself and the operator; where nothing is changed, managers too. Never a page's link."""
    who = admit(work, by, Act.CONTACT, subject=person)
    allowed = who == person or isinstance(by, Operator) or (managers and is_manager(work, who))
    if not allowed:
        raise Refused(
            f"These contact methods are {person}'s own. Only they can change them, in Slack, or "
            "the operator on the command line.",
            act=Act.CONTACT,
            subject=person,
            by=who,
        )
    return who


def _refuse_strangers(work: Work, person: PersonId, who: PersonId) -> None:
    if person in work.org.people or people.get(work.tx, person) is not None:
        return
    close = difflib.get_close_matches(person, work.org.people, n=1)
    raise Refused(
        f"Nobody here is called {person}." + (f" Did you mean {close[0]}?" if close else ""),
        act=Act.CONTACT,
        subject=person,
        by=who,
    )


def _seconds(method: Method, delay: timedelta | None, who: PersonId) -> int:
    if delay is None:
        delay = DEFAULT_DELAY.get(method, timedelta(0))
    if not timedelta(0) <= delay <= LONGEST_DELAY:
        raise Refused(
            "A contact method may ring at once or up to an hour later.", act=Act.CONTACT, by=who
        )
    return int(delay.total_seconds())


def _is_same(contact: Contact, method: Method, target: Target, seal: Seal) -> bool:
    if contact.method != method:
        return False
    try:
        return seal.open(contact.target) == target.url
    except PagingError:
        return False  # sealed with a key that is gone: adding it anew is how one repairs that


def _renew(work: Work, contact: Contact, *, seconds: int, trusted: bool) -> Contact:
    verified = contact.verified_at or (work.now if trusted else None)
    contacts.change(
        work.tx,
        contact.id,
        delay_seconds=seconds,
        verified_at=verified,
        trusted=contact.trusted or trusted,
    )
    return contacts.get(work.tx, contact.id) or contact


def subject_of(contact_id: int) -> str:
    return f"contact:{contact_id}"
