"""What an incident still needs before it can be closed, named the same everywhere."""

from app.chat import actions
from app.chat.blocks import button
from app.chat.message import Block
from app.rules.incident import Missing, State

GATES = (
    ("Root cause", actions.ROOT_CAUSE),
    ("Follow-up", actions.FOLLOW_UP),
    ("Close", actions.CLOSE),
)


def still_wanted(missing: Missing) -> list[str]:
    """ "a root cause", "a follow-up"; empty when it can be closed."""
    return [
        *(["a root cause"] if missing.root_cause else []),
        *(['a follow-up (or "none, because")'] if missing.follow_up else []),
    ]


def how_to_give(missing: Missing) -> list[str]:
    """The same with the command for each, for the person who can do it now."""
    return [
        *(["a root cause (`/inc rootcause …`)"] if missing.root_cause else []),
        *(
            ["a follow-up (`/inc followup …`, or `/inc followup none because …`)"]
            if missing.follow_up
            else []
        ),
    ]


def review_buttons(state: State, value: str, missing: Missing) -> list[Block]:
    """What an incident that is over still offers; green is what its close waits for."""
    reopen = button("Reopen", actions.REOPEN, value)
    if state is State.RESOLVED:
        return [*closing_buttons(value, missing), reopen]
    return [reopen] if state is State.CLOSED else []


def closing_buttons(value: str, missing: Missing) -> list[Block]:
    waits_for = actions.CLOSE
    if missing:
        waits_for = actions.ROOT_CAUSE if missing.root_cause else actions.FOLLOW_UP
    return [
        button(label, action, value, style="primary" if action == waits_for else None)
        for label, action in GATES
    ]
