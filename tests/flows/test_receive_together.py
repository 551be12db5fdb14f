"""A crowd's alerts, taken in at once, leave what each body after the other would have left."""

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from app.flows.admit import Operator
from app.flows.intake_token import find_token, new_token, revoke_token
from app.flows.receive_alerts import Received
from app.flows.receive_together import Told, receive_one, receive_together
from app.flows.record import channel_made
from app.flows.resolve import resolve
from app.rules.alert import Alert, AlertState, Delivery
from app.rules.organisation import Severity
from storage import alerts, incidents
from storage.engine import Database, open_engine
from storage.tables import alerts as alerts_table
from storage.tables import audit, effects, inbox, timeline
from storage.tables import incidents as incidents_table
from tests.flows.test_receive_alerts import elt_late, incident, report_slow
from tests.kit import Bench, SetClock, open_bench


@pytest.fixture
def other(tmp_path_factory: pytest.TempPathFactory, _sqlite_template: Any) -> Iterator[Bench]:
    """A second company, which takes in one alert after the other."""
    path = tmp_path_factory.mktemp("other") / "baton.db"
    path.write_bytes(_sqlite_template.read_bytes())
    database: Database = open_engine(f"sqlite:///{path}")
    opened = open_bench(database, clock=SetClock())
    yield opened
    opened.kit.close()
    database.dispose()


ODD = elt_late("o", alarm="Odd")


def told(*found: Alert, delivery_id: str | None = None, source: str = "am") -> Told:
    return Told(delivery=Delivery(source=source, body=b"{}", delivery_id=delivery_id), alerts=found)


def together(bench: Bench, *crowd: Told) -> list[Received]:
    answers: list[Received] = bench.do(receive_together, crowd)
    return answers


def left(bench: Bench) -> dict[str, Any]:
    """Everything that was written, without the numbers of rows."""

    def view(work: Any) -> dict[str, Any]:
        def rows(table: Any, *names: str) -> Any:
            found = work.tx.execute(select(*(table.c[name] for name in names)))
            return Counter(repr(tuple(row)) for row in found)

        return {
            "alerts": rows(
                *(alerts_table, "source", "fingerprint", "alarm", "service", "severity", "state"),
                *("title", "details", "url", "labels", "count", "incident", "inbox"),
                *("first_at", "last_at", "ended_at"),
            ),
            "inbox": rows(inbox, "id", "source", "delivery_id", "body", "state", "attempts"),
            "incidents": rows(
                *(incidents_table, "id", "trouble", "severity", "state", "title", "came_back_from")
            ),
            "timeline": rows(timeline, "incident", "kind", "at", "by", "facts"),
            "audit": rows(audit, "subject", "act", "at", "by", "why", "refused", "facts"),
            "effects": rows(effects, "key", "kind", "lane", "incident", "outcome", "due"),
        }

    found: dict[str, Any] = bench.do(view)
    return found


def crowd_of(chance: random.Random) -> list[Told]:
    def alert() -> Alert:
        alarm, service = chance.choice(
            [("EltLate", None), ("ReportSlow", None), ("Unheard", "nightly-elt"), ("Odd", None)]
        )
        return Alert(
            alarm=alarm,
            service=service,
            fingerprint=f"f{chance.randrange(6)}",
            state=chance.choice([AlertState.FIRING] * 3 + [AlertState.RESOLVED]),
            title=f"{alarm} is late",
            details=chance.choice([None, "more\nwords"]),
            labels={"a": "ü", "n": str(chance.randrange(3))},
        )

    return [
        told(
            *(alert() for _ in range(chance.choice([1, 1, 1, 3, 8]))),
            delivery_id=chance.choice([None, None, f"d{chance.randrange(20)}"]),
            source=chance.choice(["am", "am", "b"]),
        )
        for _ in range(chance.randrange(1, 12))
    ]


@pytest.mark.parametrize("seed", range(4))
def test_a_crowd_leaves_what_its_bodies_would_have_left_one_by_one(
    bench: Bench, other: Bench, seed: int
) -> None:
    chance = random.Random(seed)
    for each in (bench, other):  # every trouble once, so that incidents have the same numbers
        for first in (told(elt_late()), told(report_slow()), told(ODD), told(ODD, source="b")):
            each.do(receive_one, first)
    for _ in range(6):
        crowd = crowd_of(chance)
        ended = chance.choice([None, 1, 2, 3])
        minutes = chance.choice([1, 40])
        # Bodies keep their order, and each of them its own order of troubles; between bodies of
        # one crowd nothing but the order of rows may differ.
        assert together(bench, *crowd) == [other.do(receive_one, each) for each in crowd]
        for each in (bench, other):
            if ended is not None:
                each.do(resolve, ended, by=Operator())
            each.clock.forward(minutes=minutes)
    mine, theirs = left(bench), left(other)
    for table in mine:
        assert mine[table] == theirs[table], table


def test_the_worst_of_a_crowd_raises_the_incident_once(bench: Bench) -> None:
    mild = elt_late("mild", alarm="Unheard", service="nightly-elt")
    together(bench, told(mild), told(elt_late("worse")), told(elt_late("same")))
    raised = incident(bench)
    assert raised.severity is Severity.P1
    assert bench.do(lambda work: alerts.count_of(work.tx, raised.id)) == (3, 3)
    assert bench.do(lambda work: incidents.get(work.tx, 2)) is None


def test_the_card_is_asked_for_once_whatever_the_number(bench: Bench) -> None:
    together(bench, told(elt_late("first")), told(report_slow()))
    bench.do(lambda work: incidents.adopt_channel(work.tx, 1, channel_id="C1", name="inc-1"))
    together(bench, *(told(elt_late(str(number))) for number in range(50)))
    query = select(effects.c.revision).where(effects.c.key == "card:1")
    assert bench.do(lambda work: work.tx.execute(query).scalar_one()) == 1


def test_what_fires_and_ends_in_one_crowd_is_followed(bench: Bench) -> None:
    over = elt_late("a", state=AlertState.RESOLVED)
    together(bench, told(elt_late("a")), told(over), told(elt_late("a")), told(elt_late("a")))
    stored = bench.do(lambda work: alerts.list_of(work.tx, 1))
    assert [(each.state, each.count) for each in stored] == [
        (AlertState.FIRING, 2),
        (AlertState.RESOLVED, 1),
    ]


def test_a_revoked_token_is_turned_away_in_the_transaction_itself(bench: Bench) -> None:
    secret = bench.do(new_token, "generic")
    token = bench.do(find_token, secret, source="generic")
    mine = replace(told(elt_late()).delivery, token=token.id)
    one = Told(delivery=mine, alerts=[elt_late()])
    assert together(bench, one) == [Received(attached=(1,))]
    bench.do(revoke_token, token.id)
    assert together(bench, one, told(elt_late())) == [
        Received(revoked=True),
        Received(attached=(1,)),
    ]


def test_a_body_of_many_alerts_is_taken_in_within_a_second(bench: Bench) -> None:
    many: Sequence[Alert] = [elt_late(str(number)) for number in range(1000)]
    [answer] = together(bench, told(*many))
    assert len(answer.attached) == 1000
    assert bench.do(lambda work: alerts.count_of(work.tx, 1)) == (1000, 1000)


def test_the_cards_of_several_incidents_follow_one_crowd(bench: Bench) -> None:
    """All that have their channels are asked for in one statement of several rows."""
    first = together(bench, told(elt_late("a")), told(ODD))
    numbers = [received.attached[0] for received in first]
    for number in numbers:
        bench.do(channel_made, number, channel_id=f"C{number}", name=f"inc-{number}")
    together(bench, told(elt_late("b")), told(replace(ODD, fingerprint="o2")))
    rows = bench.do(
        lambda work: work.tx.execute(
            select(effects.c.key, effects.c.revision).where(effects.c.kind == "card")
        ).all()
    )
    assert sorted((row.key, row.revision > 1) for row in rows) == [
        (f"card:{number}", True) for number in sorted(numbers)
    ]
