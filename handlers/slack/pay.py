"""Pay and load: what my shifts are worth, and what they cost (product.md 35)."""

from datetime import date

from app.chat.words.load import LoadFacts, load
from app.flows.admit import Act, admit
from app.flows.load import load_of, load_of_team
from app.flows.pay import pay_for
from app.flows.tell.pay import told
from app.flows.work import Refused, Work
from app.rules.pay import read_month
from handlers.slack.ask import Ask, Reply


def run_pay(work: Work, ask: Ask, rest: str) -> Reply:
    """`/oncall pay [2026-10]`; without a month the present one, so far."""
    person = admit(work, ask.by, Act.LOOK)
    month = _month(work, rest.strip())
    return Reply(message=told(work, pay_for(work, month, person), person))


def run_load(work: Work, ask: Ask, rest: str) -> Reply:
    """`/oncall load [me|team]`."""
    person = admit(work, ask.by, Act.LOOK)
    word = rest.strip().lower()
    if word in ("", "me"):
        return Reply(message=load([LoadFacts(whose="", **vars(load_of(work, person)))]))
    if word != "team":
        raise Refused(
            f"Say `/oncall load` for yours or `/oncall load team`; “{word[:40]}” is neither."
        )
    mine = [each for each in work.org.teams.values() if person in each.members]
    if not mine:
        raise Refused("You are in no team of the organisation file. `/oncall load` shows yours.")
    sums = [LoadFacts(whose=each.name, **vars(load_of_team(work, each))) for each in mine]
    return Reply(message=load(sums))


def _month(work: Work, text: str) -> date:
    if not text:
        return work.now.astimezone(work.org.timezone).date().replace(day=1)
    month = read_month(text)
    if month is None:
        raise Refused(f"“{text[:40]}” is no month. Say it like 2026-10.")
    return month
