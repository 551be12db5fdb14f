"""The address of a calendar in Slack: made, shown once, revoked."""

from collections.abc import Callable, Mapping

from app.chat import actions
from app.chat.words import calendar_link as words
from app.flows.calendar_link import (
    find_calendar_link,
    make_calendar_link,
    revoke_calendar_link,
)
from app.flows.work import Refused, Work
from handlers.slack.ask import Ask, Reply


def run_calendar(work: Work, ask: Ask, rest: str) -> Reply:
    """`/oncall calendar [rota]`."""
    return link(work, ask, rest.strip() or words.MINE)


def link(work: Work, ask: Ask, value: str) -> Reply:
    """A new address, or word that there is one, which a new one would stop."""
    rota = _rota(value)
    _public_url(ask)
    there = find_calendar_link(work, by=ask.by, rota=rota)
    if there is None:
        return new(work, ask, value)
    return Reply(message=words.there_is_one(there.made_at, rota=rota, id=value))


def new(work: Work, ask: Ask, value: str) -> Reply:
    url, rota = _public_url(ask), _rota(value)
    secret = make_calendar_link(work, by=ask.by, rota=rota)
    return Reply(message=words.made(f"{url}/calendar/{secret}.ics", rota=rota, id=value))


def revoke(work: Work, ask: Ask, value: str) -> Reply:
    if not revoke_calendar_link(work, by=ask.by, rota=_rota(value)):
        raise Refused("There is no such address any more. Nothing was changed.")
    return Reply(message=words.revoked())


def _rota(value: str) -> str | None:
    return None if value in ("", words.MINE) else value


def _public_url(ask: Ask) -> str:
    if ask.public_url is None:
        raise Refused(
            "Baton has no public address, so no calendar can reach it. The operator sets "
            "BATON_PUBLIC_URL. Nothing was changed."
        )
    return ask.public_url.rstrip("/")


COMMANDS: Mapping[str, Callable[[Work, Ask, str], Reply]] = {"calendar": run_calendar}
"""By the word of the rota command."""
PRESSES: Mapping[str, Callable[[Work, Ask, str], Reply]] = {
    actions.CALENDAR_LINK: link,
    actions.NEW_CALENDAR: new,
    actions.REVOKE_CALENDAR: revoke,
}
