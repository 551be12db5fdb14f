"""What is kept about one person: all of it is found, and all of it but the audit log can go."""

import json
from typing import Any

import pytest
from sqlalchemy import String, Text

from app.flows.acknowledge import acknowledge
from app.flows.admit import Operator, SlackCaller
from app.flows.close import add_follow_up
from app.flows.contact import add_contact
from app.flows.declare import declare
from app.flows.escalate import page
from app.flows.know_people import know_people
from app.flows.person import erase_person, export_person
from app.flows.resolve import resolve
from app.flows.update import note, update
from app.flows.volunteer import Wish, volunteer
from app.flows.work import Refused
from app.paging.seal import Seal
from app.paging.targets import read_target
from app.rules.ladder import Method
from storage import personal, tours
from storage.tables import metadata, overrides
from tests.kit import Bench, account

SEAN = "sean@acme.test"
BY = SlackCaller(slack_id="USEAN", team="T1")
OPERATOR = Operator()
SEAL = Seal("a-key-for-tests-only-0123456789abcdef")
NUMBER = "+12025550142"


@pytest.fixture
def lived(bench: Bench) -> Bench:
    """Sean, of whom the file knows nothing, has been in an incident in every way there is."""
    bench.do(know_people, [account("sean")])
    target = read_target(Method.SMS, NUMBER, trusted=True)
    bench.do(add_contact, SEAN, method=Method.SMS, target=target, seal=SEAL, by=OPERATOR)
    bench.do(declare, "orders fail", by=BY)
    bench.do(acknowledge, 1, by=BY)
    bench.do(update, 1, "looking", by=BY)
    bench.do(note, 1, "saw it", by=BY)
    bench.do(page, 1, "mia@acme.test", "more eyes", by=BY)
    bench.do(add_follow_up, 1, "a larger disk", by=BY)
    return bench


def everything(bench: Bench, *, but: tuple[str, ...] = ()) -> str:
    """The whole database as text."""
    with bench.database.read.begin() as tx:
        tables = [each for name, each in metadata.tables.items() if name not in but]
        return json.dumps(
            [[list(row) for row in tx.execute(t.select())] for t in tables], default=str
        )


def test_the_export_has_every_row_and_no_number(lived: Bench) -> None:
    found = lived.do(export_person, SEAN, by=OPERATOR)
    assert {"people", "contact_methods", "incidents", "timeline", "audit", "follow_ups"} <= set(
        found
    )
    told = json.dumps(found)
    assert "…42" in json.dumps(found, ensure_ascii=False)
    assert NUMBER not in told
    assert "target" not in found["contact_methods"][0]


def test_nothing_but_the_audit_log_names_them_afterwards(lived: Bench) -> None:
    lived.do(resolve, 1, by=BY)
    assert SEAN in everything(lived, but=("audit",))
    erased = lived.do(erase_person, SEAN, by=OPERATOR)
    left = everything(lived, but=("audit",))
    for trace in (SEAN, "USEAN", "…42"):
        assert trace not in left
    assert erased.instead in left
    assert SEAN in everything(lived)


@pytest.mark.parametrize("person", ["chi@acme.test", "mia@acme.test", "ana@acme.test"])
def test_who_is_on_a_rota_is_not_erased(lived: Bench, person: str) -> None:
    with pytest.raises(Refused, match="is on a rota"):
        lived.do(erase_person, person, by=OPERATOR)


def test_who_will_serve_by_an_override_is_not_erased(lived: Bench) -> None:
    def take(work: Any) -> None:
        work.tx.execute(
            overrides.insert().values(
                rota="volunteers",
                person=SEAN,
                start_at=work.now,
                end_at=work.now.replace(year=2027),
                why="cover",
                made_at=work.now,
                made_by=SEAN,
            )
        )

    lived.do(resolve, 1, by=BY)
    lived.do(take)
    with pytest.raises(Refused, match="volunteers"):
        lived.do(erase_person, SEAN, by=OPERATOR)


def test_who_has_an_open_incident_is_not_erased(lived: Bench) -> None:
    with pytest.raises(Refused, match="INC-1, which is open"):
        lived.do(erase_person, SEAN, by=OPERATOR)


def test_nobody_of_that_name_is_said(lived: Bench) -> None:
    for flow in (export_person, erase_person):
        with pytest.raises(Refused, match="Nothing is kept"):
            lived.do(flow, "who@acme.test", by=OPERATOR)


def test_somebody_whose_name_ends_alike_is_left_alone(lived: Bench) -> None:
    lived.do(know_people, [account("ossean")])
    lived.do(note, 1, "me too", by=SlackCaller(slack_id="UOSSEAN", team="T1"))
    lived.do(declare, "another", by=SlackCaller(slack_id="UOSSEAN", team="T1"))
    lived.do(resolve, 1, by=BY)
    before = everything(lived, but=("audit",)).count("ossean@acme.test")
    lived.do(erase_person, SEAN, by=OPERATOR)
    assert everything(lived, but=("audit",)).count("ossean@acme.test") == before


PERSONS = ("person", "by", "target", "outgoing", "incoming")
OTHERS = {("audit", "by"), ("contact_methods", "target")}


def test_every_column_that_names_somebody_is_known() -> None:
    """A new table that names people has to say so, or they could not be erased from it."""
    known = {(table.name, name) for table, names in personal.NAMED.items() for name in names}
    known |= {(table.name, name) for table, name in personal.OWN.items()} | OTHERS
    named = {
        (table.name, column.name)
        for table in metadata.tables.values()
        for column in table.columns
        if isinstance(column.type, String | Text)
        and (column.name in PERSONS or column.name.endswith("_by"))
    }
    assert named <= known


def test_a_volunteer_is_needed_until_their_tour_is_over(lived: Bench) -> None:
    """The file knows nothing of it: there is nothing there that they could be taken out of."""
    lived.do(volunteer, Wish(weeks=1), by=BY)
    lived.do(resolve, 1, by=OPERATOR)
    with pytest.raises(Refused, match=r"is on a rota \(volunteers\)"):
        lived.do(erase_person, SEAN, by=OPERATOR)
    lived.clock.forward(days=12)
    lived.do(erase_person, SEAN, by=OPERATOR)
    found = lived.do(lambda work: [each.person for each in tours.list_all(work.tx)])
    assert SEAN not in found
    assert found[0].startswith("erased-")
