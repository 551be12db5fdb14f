"""A hole in the rota, told in the engineering channel."""

from app.chat.blocks import compose
from app.chat.message import Message
from app.chat.words.escape import escape

GAP_LIMIT = 600


def gap(what: str, *, incident: str | None = None) -> Message:
    """`what` says what is missing ("nobody is on the rota …"); it holds names from the file."""
    during = f" (found while paging for {incident})" if incident else ""
    said = escape(what, GAP_LIMIT).rstrip(".")
    return compose(
        [
            f":warning: *A gap in the rota*{during}: {said}.",
            "Until it is filled, Baton pages the manager tier instead. Close it in `baton.toml` "
            "and apply the file.",
        ]
    )
