"""A test page, sent by this very process: what comes back is what a real page would meet."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.build import Parts
from app.chat.errors import ChatError
from app.chat.message import Message
from app.flows.admit import Operator
from app.flows.contact import list_contacts, rungs_of
from app.flows.record import slack_account
from app.flows.work import Refused, Work
from app.paging.errors import PagingError
from app.paging.words import test_text
from app.rules.ladder import Method
from app.rules.organisation import PersonId
from storage.contacts import Contact


@dataclass(frozen=True, kw_only=True)
class Tried:
    """One contact method that was rung, or why it was not."""

    name: str
    rang: bool
    sentence: str


@dataclass(frozen=True, kw_only=True)
class _Reach:
    contacts: Sequence[Contact]
    slack_id: str | None


async def send_test_page(parts: Parts, person: PersonId) -> list[Tried]:
    """Ring everything a page would ring, once, all at once; refused where there is nothing."""
    reach = await parts.kit.do(_reach, person)
    tried = [await _ring(parts, each) for each in reach.contacts]
    if reach.slack_id is not None:
        tried.append(await _post(parts, reach.slack_id))
    return tried


def _reach(work: Work, person: PersonId) -> _Reach:
    found = list_contacts(work, person, by=Operator())
    in_slack = any(rung.method is Method.SLACK for rung in rungs_of(work, person))
    slack_id = slack_account(work, person) if in_slack else None
    if not found and slack_id is None:
        raise Refused(
            f"{person} has no contact method, and their Slack account is not known. "
            f"`python3 -m app contact add {person} --method push --target …` adds one."
        )
    work.audit("contacts_tested", person, by=Operator().name)
    return _Reach(contacts=found, slack_id=slack_id)


async def _ring(parts: Parts, contact: Contact) -> Tried:
    name = f"{contact.method} {contact.hint}"
    if contact.verified_at is None:
        sentence = "is not verified, so pages leave it out"
        return Tried(name=name, rang=False, sentence=sentence)
    try:
        receipt = await parts.gateway.ring(
            Method(contact.method),
            parts.seal.open(contact.target),
            test_text(),
            trusted=contact.trusted,
        )
    except PagingError as error:
        return Tried(name=name, rang=False, sentence=error.sentence)
    taken = f"{receipt.provider} took it after {receipt.seconds:.1f} s"
    return Tried(name=name, rang=True, sentence=taken)


async def _post(parts: Parts, slack_id: str) -> Tried:
    if parts.chat is None:
        return Tried(name="slack", rang=False, sentence="Slack is off: SLACK_BOT_TOKEN is not set")
    page = test_text()
    message = Message(text=f"*{page.title}*\n{page.body}")
    try:
        await parts.chat.post(slack_id, message, key=f"test:{slack_id}", urgent=True)
    except ChatError as error:
        return Tried(name="slack", rang=False, sentence=error.sentence)
    return Tried(name="slack", rang=True, sentence="Slack took it")
