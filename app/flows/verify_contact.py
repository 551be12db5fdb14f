"""Prove a contact method: a code goes out by it, and comes back by hand."""

import secrets
from dataclasses import dataclass
from datetime import timedelta

from app.flows.admit import Act, Caller
from app.flows.contact import admit_to, subject_of
from app.flows.kinds import Kind
from app.flows.reseal import refuse_unready
from app.flows.work import Refused, Work
from app.paging.seal import Seal
from app.rules.organisation import PersonId
from storage import audit, contacts
from storage.contacts import Contact
from storage.effects import Lane

CODE_LASTS = timedelta(minutes=10)
TRIES = 5
"""Wrong codes before a new one is needed: one guess in 200,000 gets through."""
CODES_AN_HOUR = 5
"""Nobody can use Baton to pester a stranger."""


@dataclass(frozen=True, kw_only=True)
class Verification:
    """What became of a code; the sentence is for whoever typed it."""

    done: bool
    sentence: str


def begin_verification(work: Work, contact_id: int, *, by: Caller, seal: Seal) -> Contact:
    """Send a new code to the contact method; an earlier one is void."""
    contact, who = _own(work, contact_id, by)
    if contact.verified_at is not None:
        raise Refused(
            f"{contact.hint} is verified already.",
            act=Act.CONTACT,
            subject=subject_of(contact_id),
            by=who,
        )
    refuse_unready(work, seal)
    # Takes the row, so that two who ask at once are counted one after the other.
    contacts.change(work.tx, contact_id, code_hash=None)
    sent = [
        each.at
        for each in audit.list_of(work.tx, subject_of(contact_id))
        if each.act == "code_sent"
    ]
    if sum(at > work.now - timedelta(hours=1) for at in sent) >= CODES_AN_HOUR:
        raise Refused(
            f"{CODES_AN_HOUR} codes went to {contact.hint} within an hour. Wait a while, or check "
            "whether the address is right.",
            act=Act.CONTACT,
            subject=subject_of(contact_id),
            by=who,
        )
    code = f"{secrets.randbelow(1_000_000):06}"
    contacts.change(
        work.tx,
        contact_id,
        code_hash=seal.mark(f"{contact_id}:{code}"),
        code_expires=work.now + CODE_LASTS,
    )
    work.ask(
        Kind.TEST_RING,
        f"test_ring:{contact_id}:code:{len(sent) + 1}",
        lane=Lane.PAGE,
        facts={"v": 1, "contact": contact_id, "code": seal.close(code).decode()},
    )
    work.audit("code_sent", subject_of(contact_id), by=who)
    return contact


def verify_contact(
    work: Work, contact_id: int, code: str, *, by: Caller, seal: Seal
) -> Verification:
    """A wrong code is counted in the transaction that refuses it, so guessing in parallel gains
    nothing; after five a new code is needed."""
    contact, who = _own(work, contact_id, by)
    if contact.verified_at is not None:
        return Verification(done=True, sentence=f"{contact.hint} is verified.")
    if contact.code_hash is None or contact.code_expires is None:
        return Verification(
            done=False, sentence=f"No code was sent to {contact.hint} yet. Ask for one."
        )
    # Takes the row, so that the next guess waits until this one is counted.
    contacts.change(work.tx, contact_id, code_expires=contact.code_expires)
    wrong = _wrong_guesses(work, contact)
    if contact.code_expires <= work.now or wrong >= TRIES:
        return Verification(done=False, sentence="That code is no longer good. Ask for a new one.")
    given = "".join(char for char in code if char not in " -")
    if not seal.matches(f"{contact_id}:{given}", contact.code_hash):
        audit.add(
            work.tx,
            at=work.now,
            by=who,
            act="code_wrong",
            subject=subject_of(contact_id),
            refused=True,
        )
        left = TRIES - wrong - 1
        more = f"{left} more {'try' if left == 1 else 'tries'}." if left else "Ask for a new one."
        return Verification(done=False, sentence=f"That is not the code. {more}")
    contacts.change(work.tx, contact_id, verified_at=work.now, code_hash=None, code_expires=None)
    work.audit("contact_verified", subject_of(contact_id), by=who)
    return Verification(
        done=True, sentence=f"{contact.hint} is verified: pages will ring it from now on."
    )


def _own(work: Work, contact_id: int, by: Caller) -> tuple[Contact, PersonId]:
    contact = contacts.get(work.tx, contact_id)
    if contact is None:
        raise Refused(
            "That contact method was removed meanwhile.",
            act=Act.CONTACT,
            subject=subject_of(contact_id),
        )
    return contact, admit_to(work, by, contact.person)


def _wrong_guesses(work: Work, contact: Contact) -> int:
    """Since the present code was sent."""
    records = audit.list_of(work.tx, subject_of(contact.id))
    newest = max((each.id for each in records if each.act == "code_sent"), default=0)
    return sum(each.act == "code_wrong" and each.id > newest for each in records)
