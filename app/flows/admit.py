"""Who may do what (product.md 36), checked in the transaction of the act itself."""

from dataclasses import dataclass
from enum import StrEnum

from app.flows.work import Refused, Work
from app.rules.organisation import PersonId
from storage import people
from storage.people import Standing


class Act(StrEnum):
    """What people ask for. Guests join and note; every other act wants a full member."""

    ACKNOWLEDGE = "acknowledge"
    PASS_ON = "pass_on"
    NOT_ACTIONABLE = "not_actionable"
    DECLARE = "declare"
    JOIN = "join"
    NOTE = "note"
    PAGE = "page"
    ESCALATE = "escalate"
    UPDATE = "update"
    RESOLVE = "resolve"
    CLOSE = "close"
    CANCEL = "cancel"
    REOPEN = "reopen"
    ROOT_CAUSE = "root_cause"
    FOLLOW_UP = "follow_up"
    HAND_OVER = "hand_over"
    CONTACT = "contact"
    LOOK = "look"


FOR_GUESTS = frozenset({Act.JOIN, Act.NOTE, Act.LOOK})
ELSEWHERE = "Only members of this workspace can act on incidents. Nothing was changed."


@dataclass(frozen=True, kw_only=True)
class SlackCaller:
    """Somebody who pressed or typed in Slack; a hint until the transaction has looked them up.

    `external`: Slack says that the account is of another workspace than ours, `team`. Then it is
    not the account of ours that has the same id.
    """

    slack_id: str
    team: str | None = None
    external: bool = False


@dataclass(frozen=True, kw_only=True)
class LinkCaller:
    """Somebody with a signed link made for exactly this person."""

    person: PersonId


@dataclass(frozen=True, kw_only=True)
class Operator:
    """Whoever may run commands on the machine."""

    name: str = "operator"


Caller = SlackCaller | LinkCaller | Operator


def admit(work: Work, caller: Caller, act: Act, *, subject: str = "") -> PersonId:
    """The person behind the caller, if they may do this; otherwise Refused, with the reason.

    Deny by default. Someone whom the organisation file names may always answer a page, also
    while Slack's directory could not be read (fail open for pages).
    """
    if isinstance(caller, Operator):
        return caller.name
    if isinstance(caller, LinkCaller):
        return _with_link(work, caller, act, subject)
    if caller.external:
        raise Refused(ELSEWHERE, act=act, subject=subject, by=f"{caller.slack_id} of {caller.team}")
    account = people.by_slack(work.tx, caller.slack_id)
    if account is None:
        named = _named(work, caller.slack_id)
        if named is not None:
            return named
        raise Refused(
            "I do not know your Slack account yet, so nothing was done. I am looking it up; "
            "try again in a few seconds.",
            act=act,
            subject=subject,
            by=caller.slack_id,
        )
    sentence = _against(account.standing, act)
    if sentence:
        raise Refused(sentence, act=act, subject=subject, by=account.id)
    return account.id


def is_manager(work: Work, person: PersonId) -> bool:
    """Set only by the organisation file, never by a Slack group."""
    found = work.org.people.get(person)
    return bool(found and found.manager)


def may_answer(work: Work, person: PersonId) -> bool:
    """False for an account that is deactivated or a bot's: no answer of it would be taken."""
    account = people.get(work.tx, person)
    return account is None or account.standing not in (Standing.DEACTIVATED, Standing.BOT)


def _with_link(work: Work, caller: LinkCaller, act: Act, subject: str) -> PersonId:
    if not may_answer(work, caller.person):
        raise Refused(
            "This account is deactivated, so its links no longer work.",
            act=act,
            subject=subject,
            by=caller.person,
        )
    return caller.person


def _named(work: Work, slack_id: str) -> PersonId | None:
    if slack_id in work.org.people:
        return slack_id
    return next((p.id for p in work.org.people.values() if p.slack_id == slack_id), None)


def _against(standing: Standing, act: Act) -> str | None:
    if standing is Standing.MEMBER:
        return None
    if standing is Standing.GUEST:
        if act in FOR_GUESTS:
            return None
        return (
            "Guests can join an incident and add notes. Ask a member of the workspace to do this; "
            "nothing was changed."
        )
    if standing is Standing.EXTERNAL:
        return ELSEWHERE
    return "This account cannot act on incidents. Nothing was changed."
