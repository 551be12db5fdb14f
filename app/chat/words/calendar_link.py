"""The address of a calendar of shifts: shown once, to whoever made it."""

from datetime import datetime

from app.chat import actions
from app.chat.blocks import button, compose
from app.chat.message import Message
from app.chat.words.dates import moment
from app.chat.words.escape import escape

NAME = 60
HOW = (
    "Google Calendar: Other calendars → From URL. Outlook: Add calendar → Subscribe from web. "
    "Apple: File → New Calendar Subscription."
)
SECRET = (
    "Whoever has this address can read the shifts, so share it with nobody. It is shown this once: "
    "Baton keeps no copy."
)


def made(address: str, *, rota: str | None, id: str) -> Message:
    """`id` is the rota's, or empty for one's own shifts."""
    return compose(
        [f":calendar: *The calendar of {_what(rota)}*", f"`{escape(address, 500)}`", HOW],
        small=[SECRET],
        buttons=[button("Revoke it", actions.REVOKE_CALENDAR, id or MINE, style="danger")],
    )


def there_is_one(made_at: datetime, *, rota: str | None, id: str) -> Message:
    return compose(
        [
            f":calendar: The calendar of {_what(rota)} has an address already, made "
            f"{moment(made_at)}. It was shown then, and cannot be shown again."
        ],
        small=["With a new address the old one stops working wherever it is subscribed to."],
        buttons=[
            button("New address", actions.NEW_CALENDAR, id or MINE),
            button("Revoke it", actions.REVOKE_CALENDAR, id or MINE, style="danger"),
        ],
    )


def revoked() -> Message:
    return Message(
        text="Revoked: that address shows nothing any more. `/oncall calendar` makes a new one."
    )


def _what(rota: str | None) -> str:
    return f"rota {escape(rota, NAME)}" if rota else "your shifts"


MINE = "me"
"""A button's value where it is about no rota."""
