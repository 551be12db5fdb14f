"""Who may do what (product.md 36), checked in the transaction of the act itself."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from app.flows.work import Refused, Work
from app.rules.incident import IncidentId
from app.rules.organisation import PersonId
from storage import people
from storage.people import Account, Standing


class Act(StrEnum):
    """What is asked for. Each has its row in `MAY`."""

    ACKNOWLEDGE = "acknowledge"
    PASS_ON = "pass_on"
    STILL_ON_IT = "still_on_it"
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
    ROTA = "rota"
    REVIEW = "review"
    LOOK = "look"
    TOKEN = "token"
    KEY = "key"
    PERSON = "person"


class Who(StrEnum):
    """What kind of caller somebody is when they act; whoever is none of these may nothing."""

    MEMBER = "member"
    GUEST = "guest"
    UNSURE = "unsure"
    """A member by the organisation file, or by a directory that was read too long ago."""
    LINK = "link"
    OPERATOR = "operator"


_MEMBERS = frozenset({Who.MEMBER, Who.OPERATOR})
_CALLS = _MEMBERS | {Who.UNSURE}
_GUESTS = _CALLS | {Who.GUEST}
MAY: Mapping[Act, frozenset[Who]] = {
    # An answer to a page is taken whatever the directory says: fail open for pages.
    Act.ACKNOWLEDGE: _CALLS | {Who.LINK},
    Act.PASS_ON: _CALLS | {Who.LINK},
    Act.STILL_ON_IT: _CALLS | {Who.LINK},
    Act.NOT_ACTIONABLE: _CALLS,
    Act.HAND_OVER: _CALLS,
    # So is a call for more people.
    Act.DECLARE: _CALLS,
    Act.ESCALATE: _CALLS,
    Act.JOIN: _GUESTS,
    Act.NOTE: _GUESTS,
    Act.LOOK: _GUESTS,
    # The rest wants to be sure: fail closed for acts.
    Act.RESOLVE: _MEMBERS | {Who.LINK},
    Act.PAGE: _MEMBERS,
    Act.UPDATE: _MEMBERS,
    Act.CLOSE: _MEMBERS,
    Act.CANCEL: _MEMBERS,
    Act.REOPEN: _MEMBERS,
    Act.ROOT_CAUSE: _MEMBERS,
    Act.FOLLOW_UP: _MEMBERS,
    Act.CONTACT: _MEMBERS,
    Act.ROTA: _MEMBERS,
    Act.REVIEW: _MEMBERS,
    Act.TOKEN: frozenset({Who.OPERATOR}),
    Act.KEY: frozenset({Who.OPERATOR}),
    Act.PERSON: frozenset({Who.OPERATOR}),
}
"""An act without a row is refused to everybody. That managers may more, and who may change whose
contact methods, stands in the acts themselves."""
STALE = timedelta(weeks=1)
"""The directory is read every few hours; not read for so long, an account may have changed."""
ELSEWHERE = "Only members of this workspace can act on incidents. Nothing was changed."
UNKNOWN = (
    "I do not know your Slack account yet, so nothing was done. I am looking it up; try again in "
    "a few seconds."
)
NOBODY = "This account cannot act on incidents. Nothing was changed."
AGAINST: Mapping[Who, str] = {
    Who.GUEST: "Guests can join an incident and add notes. Ask a member of the workspace to do "
    "this; nothing was changed.",
    Who.UNSURE: "I could not make sure of your account yet, and until then take only answers to "
    "pages, calls for help and notes from it. I am looking it up; try again in a few seconds.",
    Who.LINK: "The link in a page answers that page, and no more. Nothing was changed.",
    Who.MEMBER: "Only the operator can do this, on the command line. Nothing was changed.",
}


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
    """Somebody with a signed link, made for exactly this person and this incident."""

    person: PersonId
    incident: IncidentId


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
    person, who, sentence = _known(work, caller, subject)
    work.admitting(act=act, subject=subject, by=person)
    if who is None:
        raise Refused(sentence, unsure=sentence is UNKNOWN)
    if who not in MAY.get(act, frozenset()):
        raise Refused(AGAINST.get(who, NOBODY), unsure=who is Who.UNSURE)
    return person


def is_manager(work: Work, person: PersonId) -> bool:
    """Set only by the organisation file, never by a Slack group."""
    found = work.org.people.get(person)
    return bool(found and found.manager)


def may_answer(account: Account | None) -> bool:
    """False for an account that is deactivated or a bot's: no answer of it would be taken."""
    return account is None or account.standing not in (Standing.DEACTIVATED, Standing.BOT)


def _known(work: Work, caller: Caller, subject: str) -> tuple[str, Who | None, str]:
    """Whom to write down, what kind of caller they are, and the sentence where they are none."""
    if isinstance(caller, Operator):
        return caller.name, Who.OPERATOR, ""
    if isinstance(caller, LinkCaller):
        return _with_link(work, caller, subject)
    if caller.external:
        return f"{caller.slack_id} of {caller.team}", None, ELSEWHERE
    account = people.by_slack(work.tx, caller.slack_id)
    if account is not None:
        return _in_directory(work, account)
    named = _named(work, caller.slack_id)
    return (named, Who.UNSURE, "") if named else (caller.slack_id, None, UNKNOWN)


def _with_link(work: Work, caller: LinkCaller, subject: str) -> tuple[str, Who | None, str]:
    if not may_answer(people.get(work.tx, caller.person)):
        gone = "This account is deactivated, so its links no longer work."
        return caller.person, None, gone
    if subject != f"INC-{caller.incident}":
        return caller.person, None, AGAINST[Who.LINK]
    return caller.person, Who.LINK, ""


def _in_directory(work: Work, account: Account) -> tuple[str, Who | None, str]:
    match account.standing:
        case Standing.MEMBER:
            stale = work.now - account.seen_at > STALE
            return account.id, Who.UNSURE if stale else Who.MEMBER, ""
        case Standing.GUEST:
            return account.id, Who.GUEST, ""
        case Standing.EXTERNAL:
            return account.id, None, ELSEWHERE
    return account.id, None, NOBODY


def _named(work: Work, slack_id: str) -> PersonId | None:
    if slack_id in work.org.people:
        return slack_id
    return next((p.id for p in work.org.people.values() if p.slack_id == slack_id), None)
