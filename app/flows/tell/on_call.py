"""Who is on call, as Slack is to show it by itself: the handle's accounts, the topic's words."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.chat.message import Message
from app.chat.words import in_step as words
from app.flows.kinds import Kind
from app.flows.record import slack_account
from app.flows.tell.names import everyone, who_if
from app.flows.work import Work
from app.rules.oncall import on_call


@dataclass(frozen=True, kw_only=True)
class Handle:
    """`lacking` have no Slack account that is known, and so cannot be in it."""

    name: str
    accounts: tuple[str, ...]
    lacking: str


def handle(work: Work) -> Handle | None:
    """None where the file names no user group."""
    if work.org.oncall_handle is None:
        return None
    people = on_call(work.org, work.schedule, work.now).rung_first
    accounts = {each: slack_account(work, each) for each in people}
    lacking = [each for each, account in accounts.items() if account is None]
    return Handle(
        name=work.org.oncall_handle,
        accounts=tuple(each for each in accounts.values() if each),
        lacking=words.no_account(everyone(work, lacking)) if lacking or not people else "",
    )


def oncall_topic(work: Work) -> tuple[str, words.TopicFacts] | None:
    """The on-call channel and what its topic is to say; None where the file wants none."""
    if not work.org.oncall_topic:
        return None
    now = on_call(work.org, work.schedule, work.now)
    rota = work.org.rotas.get(work.org.out_of_hours_rota)
    return work.org.oncall_channel, words.TopicFacts(
        people=everyone(work, now.people),
        until=now.until,
        manager=who_if(work, now.manager),
        zone=rota.rotation.timezone if rota else work.org.timezone,
    )


def out_of_step(work: Work, facts: Mapping[str, Any]) -> Message | None:
    """To a manager: what does not follow the rota, and why."""
    return words.out_of_step(named(work, facts["of"]), facts["problem"])


def named(work: Work, kind: str) -> str:
    """What is kept in step, as people call it."""
    if kind == Kind.HANDLE:
        return f"@{work.org.oncall_handle}"
    return f"The topic of {work.org.oncall_channel}"
