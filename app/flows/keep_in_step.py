"""Keep in step: the user group of whoever is on call, and the on-call channel's topic, follow the
rota (product.md 21 and 27)."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

from app.flows import correspond
from app.flows.kinds import Kind
from app.flows.record import slack_account
from app.flows.work import Work
from app.rules.oncall import OnCall, on_call
from storage import effects, in_step
from storage.effects import Lane

TRY_AGAIN = timedelta(hours=1)
"""What could not be done is tried again so often: somebody may have mended it."""


def keep_in_step(work: Work) -> None:
    """Ask for what is true now; what is true when it is said is what is set, and the last asking
    wins. For whoever changes who is on duty, so that it changes together with what they post."""
    for kind, facts in _wanted(work):
        work.ask_again(kind, str(kind), lane=Lane.ROOM, facts=facts)


def is_in_step(work: Work) -> bool:
    """Whether what is true now was asked for; only reads, so that it may be asked every second.

    So every boundary, edit of the file, override, cover and leave is seen, whoever made it.
    """
    failing = in_step.problems(work.tx)
    for kind, facts in _wanted(work):
        if effects.facts_of(work.tx, kind) != facts:
            return False
        if kind in failing and failing[kind][1] + TRY_AGAIN <= work.now:
            return False
    return True


def stands_in_step(work: Work, kind: Kind, problem: str | None) -> None:
    """It was set, or why it cannot be: of that the managers are told once."""
    if not in_step.note(work.tx, kind, problem=problem, at=work.now) or problem is None:
        return
    work.audit("out_of_step", kind, by="baton", why=problem)
    about = f"{kind}:{work.now.isoformat()}"
    for each in work.org.people.values():
        if each.manager:
            correspond.write(work, each.id, "out_of_step", about=about, of=kind, problem=problem)


def out_of_step(work: Work) -> dict[Kind, str]:
    """What cannot be kept in step, with the reason; nothing that the file does not ask for."""
    failing = in_step.problems(work.tx)
    return {kind: failing[kind][0] for kind, _ in _wanted(work) if kind in failing}


def _wanted(work: Work) -> Iterator[tuple[Kind, Mapping[str, Any]]]:
    now = on_call(work.org, work.schedule, work.now)
    if work.org.oncall_handle is not None:
        yield Kind.HANDLE, _handle(work, now)
    if work.org.oncall_topic:
        yield Kind.ONCALL_TOPIC, _topic(work, now)


def _handle(work: Work, now: OnCall) -> dict[str, Any]:
    """With the accounts: the directory may learn of one later."""
    accounts = {each: slack_account(work, each) for each in now.rung_first}
    return {"v": 1, "handle": work.org.oncall_handle, "accounts": accounts}


def _topic(work: Work, now: OnCall) -> dict[str, Any]:
    return {
        "v": 1,
        "channel": work.org.oncall_channel,
        "people": list(now.people),
        "until": now.until.isoformat() if now.until else None,
        "manager": now.manager,
    }
