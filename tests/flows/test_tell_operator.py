"""Baton's own trouble reaches a manager by a way that is not Slack, and wakes nobody."""

from sqlalchemy import select

from app.flows.kinds import Kind
from app.flows.tell_operator import tell_operator
from app.flows.work import Work
from storage import audit, contacts
from storage.tables import contact_methods, effects
from tests.flows.test_take_step import give_push
from tests.kit import Bench


def told(bench: Bench) -> list[str]:
    """Whose contact methods it goes to."""

    def view(work: Work) -> list[str]:
        rows = work.tx.execute(select(effects.c.facts).where(effects.c.kind == Kind.TELL))
        found = [contacts.get(work.tx, row.facts["contact"]) for row in rows]
        return [each.person.partition("@")[0] for each in found if each]

    people: list[str] = bench.do(view)
    return people


def test_the_manager_on_duty_is_told_and_nobody_else(bench: Bench) -> None:
    give_push(bench, "mia", "noor", "chi")
    assert bench.do(tell_operator, "slack_away", "Slack is away.") == 1
    assert told(bench) == ["mia"]


def test_a_manager_who_cannot_be_told_is_passed_over(bench: Bench) -> None:
    give_push(bench, "noor")
    bench.do(tell_operator, "slack_away", "Slack is away.")
    assert told(bench) == ["noor"]


def test_a_phone_that_would_ring_is_left_alone(bench: Bench) -> None:
    give_push(bench, "mia")
    with bench.database.write.begin() as tx:
        tx.execute(contact_methods.update().values(method="voice"))
    assert bench.do(tell_operator, "slack_away", "Slack is away.") == 0
    assert told(bench) == []
    assert [each.act for each in bench.do(lambda w: audit.list_of(w.tx, "slack_away"))] == [
        "told_nobody"
    ]


def test_it_is_told_once_an_hour_whoever_finds_it_out(bench: Bench) -> None:
    give_push(bench, "mia")
    for _ in range(3):
        bench.do(tell_operator, "slack_away", "Slack is away.")
    assert told(bench) == ["mia"]
    bench.clock.forward(hours=1)
    bench.do(tell_operator, "slack_away", "Slack is away.")
    assert told(bench) == ["mia", "mia"]
