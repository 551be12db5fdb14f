"""Whom somebody means: the account that acts, and the people that others name."""

from app.flows.admit import Caller, SlackCaller
from app.flows.work import Refused, Work
from app.rules.organisation import PersonId
from handlers.slack.parse import Target, readable, take_target
from storage import people

ME = ("me", "my")


def for_whom(work: Work, text: str) -> tuple[PersonId | None, str]:
    """Somebody who is named first, and what follows; `me` is nobody else."""
    first, _, after = text.strip().partition(" ")
    if first.lower() in ME:
        return None, readable(after)
    if first.startswith(("@", "<@")) or "@" in first:
        target, after = take_target(text)
        assert target is not None
        return find_person(work, target), readable(after)
    return None, readable(text)


def person_of(work: Work, caller: Caller) -> PersonId | None:
    """The person behind an account, for words only: whether they may act is for `admit`."""
    if not isinstance(caller, SlackCaller):
        return None
    account = people.by_slack(work.tx, caller.slack_id)
    if account is not None:
        return account.id
    named = (p.id for p in work.org.people.values() if caller.slack_id in (p.id, p.slack_id))
    return next(named, None)


def find_person(work: Work, target: Target) -> PersonId:
    """The person a page by hand names: a mention, an address, or a name that only one has."""
    if target.slack_id is not None:
        found = person_of(work, SlackCaller(slack_id=target.slack_id))
        if found is None:
            raise Refused("I do not know that account yet. Name them by their e-mail address.")
        return found
    word = target.word.lower()
    if word in work.org.people:
        return word
    alike = [
        each.id
        for each in work.org.people.values()
        if word in {(each.name or "").lower(), each.id.split("@")[0].lower()}
    ]
    if len(alike) == 1:
        return alike[0]
    services = ", ".join(sorted(work.org.services)[:10]) or "none"
    raise Refused(
        f"I know nobody and no service called {target.word}. Mention somebody with @, or name a "
        f"service: {services}. Nobody was paged."
    )
