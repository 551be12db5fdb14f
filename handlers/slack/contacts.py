"""Contact methods in Slack: a private form that lists, adds, proves and removes."""

from app.chat.words import contact_forms as words
from app.flows.admit import Act, admit
from app.flows.contact import add_contact, list_contacts, remove_contact, rungs_of
from app.flows.verify_contact import begin_verification, verify_contact
from app.flows.work import Refused, Work
from app.paging.seal import Seal
from app.paging.targets import BadTarget, read_target
from app.rules.ladder import Method
from app.rules.organisation import PersonId
from handlers.slack.ask import Ask, Reply
from storage.contacts import Contact


class ContactForms:
    """Each method is one flow of the form; addresses pass through and are never sent back."""

    def __init__(self, seal: Seal) -> None:
        self._seal = seal

    def open(self, work: Work, ask: Ask, *, told: str = "") -> Reply:
        """The list of one's own contact methods."""
        person = admit(work, ask.by, Act.CONTACT)
        held = [_held(each) for each in list_contacts(work, person, by=ask.by)]
        slack = any(rung.method is Method.SLACK for rung in rungs_of(work, person))
        return Reply(view=words.contacts(held, slack=slack, carry=ask.carry(), told=told))

    def ask_for_one(self, work: Work, ask: Ask) -> Reply:
        admit(work, ask.by, Act.CONTACT)
        return Reply(view=words.add(ask.carry()))

    def add(self, work: Work, ask: Ask, method: str, address: str) -> Reply:
        """Keep it, and send its code; it rings nobody before the code came back."""
        person = admit(work, ask.by, Act.CONTACT)
        wanted = self._method(method, person)
        try:
            target = read_target(wanted, address, trusted=False)
        except BadTarget as bad:
            raise Refused(bad.sentence, act=Act.CONTACT, subject=person, by=person) from bad
        added = add_contact(work, person, method=wanted, target=target, seal=self._seal, by=ask.by)
        if added.verified_at is not None:
            return self.open(work, ask, told=f"{added.hint} is verified already.")
        return self.send_code(work, ask, added.id)

    def send_code(self, work: Work, ask: Ask, contact: int) -> Reply:
        sent = begin_verification(work, contact, by=ask.by, seal=self._seal)
        return Reply(view=words.verify(sent.hint, ask.carry(contact=sent.id)))

    def verify(self, work: Work, ask: Ask, contact: int, code: str) -> Reply:
        """A wrong code is an answer, not a refusal: that it was tried has to be kept."""
        result = verify_contact(work, contact, code, by=ask.by, seal=self._seal)
        if result.done:
            return self.open(work, ask, told=result.sentence)
        return Reply(message=words.wrong(result.sentence), refused=True)

    def remove(self, work: Work, ask: Ask, contact: int) -> Reply:
        gone = remove_contact(work, contact, by=ask.by)
        told = f"{gone.hint} is removed and rings no more." if gone else "It was removed already."
        return self.open(work, ask, told=told)

    def _method(self, method: str, person: PersonId) -> Method:
        if method not in dict((value, text) for text, value in words.METHODS):
            raise Refused("That kind cannot be added here.", act=Act.CONTACT, by=person)
        return Method(method)


def _held(contact: Contact) -> words.Held:
    return words.Held(
        id=contact.id,
        method=contact.method,
        hint=contact.hint,
        verified=contact.verified_at is not None,
    )
