"""`/oncall propose [n] [rota]`: who should serve next, for a manager to accept."""

from app.chat.words import proposal as words
from app.flows.propose import accept_proposal, assigned_in, dismiss_proposal, propose
from app.flows.tell.names import who, who_if
from app.flows.work import Refused, Work
from handlers.slack.ask import Ask, Reply

USUAL = 6


def run_propose(work: Work, ask: Ask, rest: str) -> Reply:
    """How many shifts, and of which rota: six of the out-of-hours rota unless something is said."""
    count, rota = USUAL, work.org.out_of_hours_rota
    named = {each.lower(): each for each in work.org.rotas}
    for word in rest.split():
        if word.isascii() and word.isdigit() and len(word) < 4:
            count = int(word)
        elif word.lower() in named:
            rota = named[word.lower()]
        else:
            raise Refused(
                f"{word} is neither a number of shifts nor a rota. Name one of "
                f"{', '.join(work.org.rotas)}. Nothing was proposed."
            )
    made = propose(work, rota, count, by=ask.by)
    given = [
        words.Given(
            start=each.span.start,
            who=who(work, each.person),
            before=who_if(work, each.before),
            weight=each.weight,
            load=each.load,
        )
        for each in assigned_in(made)
    ]
    return Reply(message=words.proposal(made.id, rota, given))


def accept(work: Work, ask: Ask, number: int) -> Reply:
    accept_proposal(work, number, by=ask.by)
    return Reply(message=words.accepted())


def dismiss(work: Work, ask: Ask, number: int) -> Reply:
    dismiss_proposal(work, number, by=ask.by)
    return Reply(message=words.dismissed())
