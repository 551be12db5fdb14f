"""The call to a team that has no rota: its channel is all there is to ring (product.md 2)."""

from app.chat import actions
from app.chat.blocks import button, compose
from app.chat.message import Message
from app.chat.words.headline import Head, headline, reason


def called(head: Head, *, channel_id: str | None) -> Message:
    """Posted once, in the team's own channel and in its working hours."""
    where = f" It is worked on in <#{channel_id}>." if channel_id else ""
    return compose(
        [
            headline(head),
            reason(head),
            "This is yours, and your team has no rota, so nobody of you is rung: the managers are, "
            f"just now. Whoever can, please take it.{where}",
        ],
        buttons=[button("Acknowledge", actions.ACKNOWLEDGE, str(head.number), style="primary")],
    )
