"""An acknowledged incident moves with the pager: what the two people are told (product.md 2)."""

from app.chat.blocks import compose
from app.chat.message import Message
from app.chat.words.people import Who, named
from app.chat.words.replies import title
from app.rules.incident import Incident


def taken_over(incident: Incident, by: Who) -> Message:
    """To whoever had it."""
    return compose(
        [f":white_check_mark: {named(by)} has taken over {title(incident)}. There is nothing you "
         "need to do."],
        small=["What you know and did not write yet helps them: `/inc note`."],
    )  # fmt: skip


def passed(incident: Incident, holder: Who | None) -> Message:
    """The private answer to whoever could not take it over."""
    has = f"{named(holder)} goes on to have it" if holder else "Nobody has it now"
    return compose([f"Passed on: {has}. You are not rung for {title(incident)} any more."])
