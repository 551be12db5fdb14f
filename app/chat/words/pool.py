"""How many volunteers there are, where that is not as it should be (product.md 22)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from app.chat import actions
from app.chat.blocks import button, compose
from app.chat.message import Message
from app.chat.words.dates import moment
from app.chat.words.escape import escape
from app.chat.words.tours import NAME, shared


@dataclass(frozen=True, kw_only=True)
class PoolFacts:
    """`people` where `least` to `most` are wanted; `falls_at` is when they will be so few.
    `over`: that is no longer so."""

    rota: str
    people: int
    every: timedelta | None
    least: int
    most: int
    falls_at: datetime | None
    over: bool


def warning(facts: PoolFacts) -> Message:
    """To the on-call channel and the managers; edited as it changes."""
    rota = _rota(facts)
    if facts.over:
        return compose([f":white_check_mark: {rota}: {shared(facts.people, facts.every)}."])
    wanted = f"{facts.least} to {facts.most} are wanted"
    if facts.people < facts.least:
        rest = "Turns come too often. `/oncall volunteer` joins; a manager may invite with a name."
    else:
        rest = "Turns come too seldom to stay in practice. Let tours end without a successor."
    return compose(
        [f":warning: *{rota}: {shared(facts.people, facts.every)}, where {wanted}.*"], small=[rest]
    )


def recruiting(facts: PoolFacts) -> Message:
    """In the engineering channel, before there are too few; edited as it changes."""
    rota = _rota(facts)
    if facts.over:
        return compose(
            [f":white_check_mark: {rota} has volunteers enough for the coming weeks. Thank you!"]
        )
    since = f"From {moment(facts.falls_at)} on" if facts.falls_at else "Now"
    lines = [
        f":raised_hand: *{rota} needs volunteers.*",
        f"{since} {shared(facts.people, facts.every)}; {facts.least} to {facts.most} are wanted.",
    ]
    return compose(
        lines,
        small=["A tour is 26 weeks and ends by itself; you may leave earlier, without a reason."],
        buttons=[button("I'll volunteer", actions.ASK_TO_VOLUNTEER, style="primary")],
    )


def _rota(facts: PoolFacts) -> str:
    """As a sentence begins with it."""
    name = escape(facts.rota, NAME)
    return name[:1].upper() + name[1:]
