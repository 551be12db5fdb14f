"""A hole in the rota, told in the engineering channel."""

from app.chat.blocks import compose
from app.chat.message import Message
from app.chat.words.escape import escape

GAP_LIMIT = 600


def gap(what: str, *, incident: str | None = None) -> Message:
    """`what` is the sentence that names the gap; it may hold names from the file."""
    during = f" (found while paging for {incident})" if incident else ""
    return compose(
        [
            f":warning: *A gap in the rota*{during}",
            escape(what, GAP_LIMIT),
            "Until it is filled, Baton pages the manager tier instead. Close it in `baton.toml` "
            "and apply the file.",
        ]
    )
