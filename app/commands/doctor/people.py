"""The people of the organisation file: has each a Slack account that may act?"""

from collections.abc import Iterator

from app.chat.client import Account, Chat, Me
from app.commands.doctor.finding import Finding, ok, warn
from app.rules.organisation import Organisation, Person

CORRECT = "Correct it in the file, or let them join the workspace."


async def look_at_people(chat: Chat, me: Me, organisation: Organisation) -> list[Finding]:
    """Raises ChatError when Slack does not list accounts."""
    accounts = await chat.accounts()
    found = [
        finding
        for person in organisation.people.values()
        for finding in _person(person, _account_of(person, accounts))
    ]
    everybody = f"all {len(organisation.people)} of the file have an account in {me.team}"
    return found or [ok("people", everybody)]


def _account_of(person: Person, accounts: list[Account]) -> Account | None:
    """A living account before an old one with the same address."""
    same = [
        each
        for each in accounts
        if (person.slack_id and each.slack_id == person.slack_id)
        or each.slack_id == person.id
        or (person.email and each.email == person.email.lower())
    ]
    return min(same, key=lambda each: each.deactivated, default=None)


def _person(person: Person, account: Account | None) -> Iterator[Finding]:
    if account is None:
        yield warn("people", f"{person.id} is not in Slack's directory", CORRECT)
    elif account.deactivated:
        what = f"{person.id}'s Slack account is deactivated"
        yield warn("people", what, "Take them out of the file, and off its rotas.")
    elif account.guest or account.external or account.bot:
        what = f"{person.id} is no full member of the workspace, so they cannot act"
        yield warn("people", what, "Make them a member, or take them out of the file.")
