"""Whom a page could reach now, of everybody whom the file or a rota names."""

from app.flows.admit import may_answer
from app.flows.contact import rungs
from app.flows.work import Work
from app.rules.coverage import Reach
from app.rules.ladder import is_reachable
from storage import contacts, people


def reach(work: Work) -> Reach:
    """As a page would find it (app.flows.take_step): whose account may not answer is reached by
    nothing."""
    mine: dict[str, list[contacts.Contact]] = {}
    for each in contacts.list_all(work.tx):
        mine.setdefault(each.person, []).append(each)
    asleep, awake = set(), set()
    for person in _everybody(work):
        account = people.get(work.tx, person)
        if not may_answer(account):
            continue
        ways = rungs(work, person, account, mine.get(person, ()))
        if is_reachable(ways, out_of_hours=True):
            asleep.add(person)
        if is_reachable(ways, out_of_hours=False):
            awake.add(person)
    return Reach(asleep=frozenset(asleep), awake=frozenset(awake))


def _everybody(work: Work) -> set[str]:
    found = set(work.org.people)
    for versions, overrides in work.schedule.rotas.values():
        found |= {person for version in versions for person in version.rota.everybody}
        found |= {each.person for each in overrides}
    return found
