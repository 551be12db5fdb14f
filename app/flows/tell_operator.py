"""Tell the operator: Baton's own trouble goes to a manager's push or e-mail, never by Slack."""

from app.flows.kinds import Kind
from app.flows.tell_quietly import quiet_ways
from app.flows.work import Work
from app.rules import routing
from storage.effects import Lane


def tell_operator(work: Work, about: str, what: str) -> int:
    """Tell the first manager in turn who can be told; returns by how many ways.

    Once an hour for each `about`, however many processes find it out.
    """
    for person in routing.manager_order(work.org, work.schedule, work.now):
        ways = quiet_ways(work, person)
        for each in ways:
            work.ask(
                Kind.TELL,
                f"tell:{work.now:%Y-%m-%dT%H}:{about}:{each.id}",
                lane=Lane.PAGE,
                facts={"v": 1, "contact": each.id, "what": what},
            )
        if ways:
            work.audit("told_operator", about, by="baton", why=what, person=person)
            return len(ways)
    work.audit("told_nobody", about, by="baton", why=what)
    return 0
