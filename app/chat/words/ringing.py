"""Who is being rung now, and who was asked for by hand and has not answered."""

from dataclasses import dataclass
from datetime import datetime

from app.chat.words.dates import clock, soon
from app.chat.words.escape import escape
from app.chat.words.people import Who, all_named, named

WHY_LIMIT = 120
MOST_ASKED = 2


@dataclass(frozen=True, kw_only=True)
class Ringing:
    """The incident's own escalation as it stood at `now`. `next_at`: when its next step is taken.
    Of `people`, `tier_one` are rung as tier 1, and `unreached` have nothing that could wake them
    now."""

    people: tuple[Who, ...]
    tier: int
    round: int
    next_at: datetime | None
    now: datetime
    tier_one: tuple[Who, ...] = ()
    unreached: tuple[Who, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A page asked for by hand that nobody has answered; with `managers` any manager may."""

    people: tuple[Who, ...]
    asked_by: Who | None
    why: str
    managers: bool


def ringing(now: Ringing, *, lasting: bool = False) -> str:
    """`Being paged: Ana (tier 1) · managers next at 03:17`

    `lasting`: the text may stand longer than this step, so it tells the time by the clock only.
    """
    managers = tuple(each for each in now.people if each not in now.tier_one)
    round = f", round {now.round}" if now.round > 1 else ""
    parts = [f"{all_named(now.tier_one, most=3)} (tier 1)"] if now.tier_one else []
    parts += [f"{all_named(managers, most=4)} (managers{round})"] if managers else []
    who = " with ".join(parts) or "nobody could be reached"
    deaf = f" · nothing can wake {all_named(now.unreached, most=2)}" if now.unreached else ""
    then = "managers next" if now.tier == 1 else "again"
    at = ""
    if now.next_at is not None:
        when = f"at {clock(now.next_at)}" if lasting else soon(now.next_at, now.now)
        at = f" · {then} {when}"
    return f":telephone_receiver: Being paged: {who}{deaf}{at}"


def not_answered(asked: tuple[Asked, ...]) -> list[str]:
    """One line a person asked for, at most two lines; the second then counts the rest."""
    lines = [_asked(each) for each in asked[:MOST_ASKED]]
    if len(asked) > MOST_ASKED:
        more = len(asked) - MOST_ASKED + 1
        lines[-1] = f":hourglass: {more} more pages asked for by hand are not answered yet"
    return lines


def _asked(asked: Asked) -> str:
    wanted = all_named(asked.people, most=3)
    if asked.managers:
        wanted = f"a manager ({wanted})" if wanted else "a manager"
    by = named(asked.asked_by) if asked.asked_by else "somebody"
    why = escape(asked.why, WHY_LIMIT)
    told = f": {why}" if why else ""
    return f":hourglass: Not answered yet: {wanted or 'nobody'}, asked for by {by}{told}"
