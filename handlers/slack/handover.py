"""I have the pager: the press on a handover, and its answer."""

from app.chat.words import replies
from app.flows.hand_over import accept
from app.flows.tell.names import who_if
from app.flows.work import Work
from handlers.slack.ask import Ask, Reply
from handlers.slack.naming import person_of


def have_the_pager(work: Work, ask: Ask, handover: int) -> Reply:
    """The incoming person's own press, or a manager's for them."""
    made = accept(work, handover, by=ask.by)
    own = made.incoming == person_of(work, ask.by)
    return Reply(
        message=replies.pager_taken(
            made.shift_end, holder=None if own else who_if(work, made.incoming)
        )
    )
