"""What is written to people about the rota: letters, posts in the on-call channel, reminders.

Each is told anew when it is asked again, so that what stands in Slack follows what is true; the
words are made when it is said (app.flows.tell.letters and boards).
"""

from datetime import datetime
from typing import Any

from app.flows.kinds import Kind
from app.flows.work import Work
from app.rules.organisation import PersonId
from storage import effects
from storage.effects import Lane


def write(work: Work, to: PersonId, what: str, *, about: str, **facts: Any) -> None:
    """One direct message to `to`; asked again about the same it is told anew."""
    work.ask_again(
        Kind.LETTER,
        f"letter:{what}:{about}:{to}",
        lane=Lane.CHAT,
        facts={"v": 1, "to": to, "what": what, **facts},
    )


def write_once(work: Work, to: PersonId, what: str, *, about: str, **facts: Any) -> None:
    """Unless it was written before: then it stands as it was told."""
    if not effects.was_asked(work.tx, f"letter:{what}:{about}:{to}"):
        write(work, to, what, about=about, **facts)


def rewrite(work: Work, to: PersonId, what: str, *, about: str, **facts: Any) -> None:
    """Only where it was written before: what it says has changed."""
    if effects.was_asked(work.tx, f"letter:{what}:{about}:{to}"):
        write(work, to, what, about=about, **facts)


def post(work: Work, what: str, *, about: str, **facts: Any) -> None:
    """One post in the on-call channel, edited when it is asked again."""
    work.ask_again(
        Kind.BOARD,
        f"board:{what}:{about}",
        lane=Lane.CHAT,
        facts={"v": 1, "what": what, **facts},
    )


def remind_at(work: Work, due: datetime, what: str, *, about: str, **facts: Any) -> None:
    """A moment at which something about the rota is looked at again (app.flows.remind)."""
    work.ask(
        Kind.REMINDER,
        reminder_key(what, about, due),
        lane=Lane.WAIT,
        due=due,
        facts={"v": 1, "what": what, **facts},
    )


def is_reminded(work: Work, due: datetime, what: str, *, about: str) -> bool:
    """Whether that moment was asked for; only reads."""
    return effects.was_asked(work.tx, reminder_key(what, about, due))


def reminder_key(what: str, about: str, due: datetime) -> str:
    return f"reminder:{what}:{about}:{due.isoformat()}"
