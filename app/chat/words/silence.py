"""Nobody has answered: said in public, calmly, with whom Baton rings and how to help."""

from dataclasses import dataclass
from datetime import datetime

from app.chat import actions
from app.chat.blocks import button, compose
from app.chat.message import Message
from app.chat.words.dates import clock
from app.chat.words.headline import Head, headline
from app.chat.words.people import Who, all_named
from app.chat.words.standing import Standing, standing
from app.rules.incident import State


@dataclass(frozen=True, kw_only=True)
class SilenceFacts:
    """`people` ring in this round; none means that nobody could be found to ring."""

    head: Head
    standing: Standing
    people: tuple[Who, ...]
    round: int
    next_at: datetime


def nobody_answered(facts: SilenceFacts) -> Message:
    """Once somebody has answered, the same post says so and asks for nothing."""
    if facts.head.state is not State.TRIGGERED:
        return compose([headline(facts.head), standing(facts.standing)])
    lines = [f":bell: *Nobody has answered {facts.head.key} yet.*", headline(facts.head)]
    again = clock(facts.next_at)
    if facts.people:
        told = f" (round {facts.round})" if facts.round > 1 else ""
        lines.append(
            f"Baton is ringing {all_named(facts.people)}{told}, and rings again at {again} until "
            "somebody answers."
        )
    else:
        lines.append(
            "Baton found no manager whom it could ring. Please call one by the number you have. "
            f"Baton looks again at {again}."
        )
    lines.append("Can you take it? Press *Acknowledge*: that stops the ringing for everybody.")
    take = button("Acknowledge", actions.ACKNOWLEDGE, str(facts.head.number), style="primary")
    return compose(lines, buttons=[take])
