"""Know people: store what Slack's directory says, under the person the file names them as."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from app.chat.client import Account
from app.flows.kinds import Kind
from app.flows.work import Work
from app.rules.organisation import PersonId
from storage import people
from storage.effects import Lane
from storage.people import Standing

AGAIN = timedelta(hours=6)
"""Events tell of changes; this is for those that were lost."""


RANK = (
    Standing.DEACTIVATED,
    Standing.BOT,
    Standing.EXTERNAL,
    Standing.GUEST,
    Standing.MEMBER,
)


def know_people(work: Work, found: Sequence[Account], *, asked_at: datetime | None = None) -> None:
    """Members are stored last, so that nobody's old account hides their present one.

    Slack answers as of `asked_at` (now), which may be long ago: a whole directory is read page by
    page. Of an account that was heard of since, the newer word stays.
    """
    asked_at = asked_at or work.now
    for account in sorted(found, key=lambda each: RANK.index(_standing(each))):
        if _is_outdated(work, account, asked_at):
            continue
        people.remember(
            work.tx,
            id=_person(work, account),
            slack_id=account.slack_id,
            email=account.email,
            name=account.name,
            timezone=account.timezone,
            standing=_standing(account),
            seen_at=asked_at,
        )


def _is_outdated(work: Work, account: Account, asked_at: datetime) -> bool:
    """What was heard at a time to come was heard before the clock was set back."""
    known = people.by_slack(work.tx, account.slack_id)
    return known is not None and asked_at < known.seen_at <= work.now


def know_everybody(
    work: Work, found: Sequence[Account], *, asked_at: datetime | None = None
) -> None:
    """The whole directory was read; it is read again a few hours later."""
    know_people(work, found, asked_at=asked_at)
    work.ask_again(
        Kind.DIRECTORY, "directory", lane=Lane.ROOM, due=work.now + AGAIN, facts={"v": 1}
    )


def ask_directory(work: Work) -> None:
    """Read the whole directory now, and again every few hours."""
    work.ask_again(Kind.DIRECTORY, "directory", lane=Lane.ROOM, facts={"v": 1})


def look_up(work: Work, slack_id: str) -> None:
    """Read one account that an event or a stranger's click named."""
    work.ask_again(
        Kind.DIRECTORY, f"directory:{slack_id}", lane=Lane.ROOM, facts={"v": 1, "user": slack_id}
    )


def _person(work: Work, account: Account) -> PersonId:
    """The file names people by e-mail address or by Slack id; others are known by their address."""
    if account.slack_id in work.org.people:
        return account.slack_id
    for person in work.org.people.values():
        if person.slack_id == account.slack_id:
            return person.id
    if _standing(account) is not Standing.MEMBER:
        # An address proves nothing about a guest, a stranger or a deactivated account.
        known = people.by_slack(work.tx, account.slack_id)
        same = known is not None and known.id == account.email
        return account.email if same and account.email else account.slack_id
    return account.email or account.slack_id


def _standing(account: Account) -> Standing:
    if account.deactivated:
        return Standing.DEACTIVATED
    if account.bot:
        return Standing.BOT
    if account.external:
        return Standing.EXTERNAL
    return Standing.GUEST if account.guest else Standing.MEMBER
