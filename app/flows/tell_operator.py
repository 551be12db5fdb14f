"""Tell the operator: Baton's own trouble goes to a manager's push or e-mail, never by Slack."""

from app.flows.kinds import Kind
from app.flows.work import Work
from app.rules import routing
from app.rules.ladder import Method
from storage import contacts
from storage.contacts import Contact
from storage.effects import Lane

BY = frozenset({Method.PUSH, Method.APPRISE, Method.EMAIL})
"""Ways that carry a sentence and ring nobody out of bed: nobody is woken for Baton's own sake."""


def tell_operator(work: Work, about: str, what: str) -> int:
    """Tell the first manager in turn who can be told; returns by how many ways.

    Once an hour for each `about`, however many processes find it out.
    """
    for person in routing.manager_order(work.org, work.schedule, work.now):
        ways = [each for each in contacts.list_of(work.tx, person) if _is_quiet(each)]
        for each in ways:
            work.ask(
                Kind.TELL,
                f"tell:{work.now:%Y-%m-%dT%H}:{about}:{each.id}",
                lane=Lane.PAGE,
                facts={"v": 1, "contact": each.id, "what": what},
            )
        if ways:
            work.audit("told_operator", about, by="baton", why=what, person=person)
            return len(ways)
    work.audit("told_nobody", about, by="baton", why=what)
    return 0


def _is_quiet(contact: Contact) -> bool:
    return contact.verified_at is not None and Method(contact.method) in BY
