"""Tell somebody by phone or mail what need not wake them."""

from app.flows.kinds import Kind
from app.flows.work import Work
from app.rules.ladder import Method
from app.rules.organisation import PersonId
from storage import contacts
from storage.contacts import Contact
from storage.effects import Lane

BY = frozenset({Method.PUSH, Method.APPRISE, Method.EMAIL})
"""Ways that carry a sentence and ring nobody out of bed."""


def quiet_ways(work: Work, person: PersonId) -> list[Contact]:
    return [each for each in contacts.list_of(work.tx, person) if _is_quiet(each)]


def tell_quietly(work: Work, person: PersonId, about: str, *, title: str, what: str) -> int:
    """By every way they have, once for each `about`; returns by how many."""
    ways = quiet_ways(work, person)
    for each in ways:
        work.ask(
            Kind.TELL,
            f"tell:{about}:{each.id}",
            lane=Lane.PAGE,
            facts={"v": 1, "contact": each.id, "what": what, "title": title},
        )
    return len(ways)


def _is_quiet(contact: Contact) -> bool:
    return contact.verified_at is not None and Method(contact.method) in BY
