"""What is said once in an incident's channel or thread: an update, and that it is resolved."""

from datetime import datetime

from app.chat.blocks import compose
from app.chat.message import Message
from app.chat.words.dates import moment
from app.chat.words.escape import paragraph
from app.chat.words.people import Who, named

UPDATE_LIMIT = 2800


def update_posted(text: str, *, by: Who | None, at: datetime) -> Message:
    """The whole text, with its line breaks."""
    who = f" by {named(by)}" if by else ""
    return compose([f":memo: *Update*{who}, {moment(at)}", paragraph(text, UPDATE_LIMIT)])


def resolved(key: str, *, by: Who | None, at: datetime | None, owed: list[str]) -> Message:
    """The impact is over; `owed` names what the close still needs."""
    who = f" by {named(by)}" if by else ""
    when = f" {moment(at)}" if at else ""
    lines = [f":white_check_mark: *{key} is resolved*{who}{when}: the impact is over."]
    if owed:
        lines.append(f"Before it can be closed it needs {' and '.join(owed)}.")
    else:
        lines.append("Root cause and follow-ups are noted, so it can be closed.")
    return compose(lines)
