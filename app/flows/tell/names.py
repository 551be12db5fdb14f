"""Who somebody is, for a text: the file's name for them, else the directory's, else the address."""

from collections.abc import Iterable

from app.chat.words.people import Who
from app.flows.work import Work
from app.rules.organisation import PersonId
from storage import people

BATON = "baton"
"""Who acts when nobody but the clock does."""


def who(work: Work, person: PersonId) -> Who:
    """Always somebody to name, also when neither file nor directory knows them."""
    if person == BATON:
        return Who(name="Baton")
    listed = work.org.people.get(person)
    account = people.get(work.tx, person)
    name = (listed.name if listed else None) or (account.name if account else None)
    slack_id = (account.slack_id if account else None) or (listed.slack_id if listed else None)
    return Who(name=name or person.partition("@")[0], slack_id=slack_id)


def who_if(work: Work, person: PersonId | None) -> Who | None:
    return who(work, person) if person else None


def everyone(work: Work, persons: Iterable[PersonId]) -> tuple[Who, ...]:
    """In their order, each once."""
    return tuple(who(work, person) for person in dict.fromkeys(persons))
