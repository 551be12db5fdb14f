"""Contact methods: who may change them, how they are proved, and the ladder they make."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.flows.admit import Caller, LinkCaller, Operator, SlackCaller
from app.flows.contact import (
    add_contact,
    list_contacts,
    remove_contact,
    rungs_of,
    try_contacts,
)
from app.flows.kinds import Kind
from app.flows.kit import Kit
from app.flows.verify_contact import begin_verification, verify_contact
from app.flows.work import Refused, Work
from app.paging.seal import Seal
from app.paging.targets import read_target
from app.rules.ladder import Method, Rung
from storage import audit, people, tables
from storage.contacts import Contact
from storage.engine import Database
from storage.people import Standing
from tests.paging.company import ANA, BEN, KEY, MIA, Clock, open_company

SEAL = Seal(KEY)
TOPIC = "ntfys://ntfy.example.com/secret-topic-ana"
NUMBER = "+12025550142"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def kit(database: Database, clock: Clock) -> Iterator[Kit]:
    with open_company(database, clock) as kit:
        kit.do_now(_meet, None, ANA, "UANA")
        kit.do_now(_meet, None, BEN, "UBEN")
        kit.do_now(_meet, None, MIA, "UMIA")
        yield kit


def _meet(work: Work, person: str, slack_id: str, standing: Standing = Standing.MEMBER) -> None:
    people.remember(work.tx, id=person, slack_id=slack_id, standing=standing, seen_at=work.now)


def by(slack_id: str) -> Caller:
    return SlackCaller(slack_id=slack_id)


def add(
    kit: Kit,
    caller: Caller,
    *,
    person: str = ANA,
    method: Method = Method.PUSH,
    raw: str = TOPIC,
    delay: timedelta | None = None,
) -> Contact:
    target = read_target(method, raw, trusted=isinstance(caller, Operator))
    return kit.do_now(
        add_contact, None, person, method=method, target=target, seal=SEAL, by=caller, delay=delay
    )


def begin(kit: Kit, contact: Contact, caller: Caller | None = None) -> str:
    """The code that the phone was sent."""
    kit.do_now(begin_verification, None, contact.id, by=caller or by("UANA"), seal=SEAL)
    code: str = rings(kit)[-1]["code"]
    return SEAL.open(code.encode())


def rings(kit: Kit) -> list[dict[str, Any]]:
    with kit.database.read.begin() as tx:
        rows = tx.execute(
            select(tables.effects.c.facts)
            .where(tables.effects.c.kind == Kind.TEST_RING, tables.effects.c.lane == "page")
            .order_by(tables.effects.c.id)
        )
        return [row.facts for row in rows]


def verify(kit: Kit, contact: Contact, code: str, caller: Caller | None = None) -> bool:
    return kit.do_now(
        verify_contact, None, contact.id, code, by=caller or by("UANA"), seal=SEAL
    ).done


def ladder_of(kit: Kit, person: str = ANA) -> list[Rung]:
    return kit.do_now(rungs_of, None, person)


def not_the(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06}"


def test_what_the_operator_adds_is_verified_at_once(kit: Kit) -> None:
    added = add(kit, Operator())
    assert added.trusted
    assert added.verified_at is not None
    assert ladder_of(kit)[-1] == Rung(
        method=Method.PUSH, delay=timedelta(0), verified=True, contact=added.id
    )


def test_what_a_person_adds_rings_only_after_their_code_came_back(kit: Kit) -> None:
    added = add(kit, by("UANA"))
    assert not added.trusted
    assert not ladder_of(kit)[-1].verified
    code = begin(kit, added)
    assert verify(kit, added, f" {code[:3]} {code[3:]} ")
    assert ladder_of(kit)[-1].verified


def test_nothing_stored_shows_the_address(kit: Kit) -> None:
    added = add(kit, by("UANA"), method=Method.SMS, raw=NUMBER)
    begin(kit, added)
    with kit.database.read.begin() as tx:
        for table in tables.metadata.sorted_tables:
            for row in tx.execute(select(table)):
                assert NUMBER[1:] not in repr(row)
    assert NUMBER[1:] not in repr(added)
    assert added.hint == "…42"


def test_five_wrong_codes_make_a_code_worthless(kit: Kit) -> None:
    added = add(kit, by("UANA"))
    code = begin(kit, added)
    for _ in range(5):
        assert not verify(kit, added, not_the(code))
    assert not verify(kit, added, code)
    assert verify(kit, added, begin(kit, added))


def test_guessing_in_parallel_gains_nothing(kit: Kit) -> None:
    added = add(kit, by("UANA"))
    code = begin(kit, added)
    with ThreadPoolExecutor(12) as guessers:
        done = list(guessers.map(lambda _: verify(kit, added, not_the(code)), range(24)))
    assert not any(done)
    with kit.database.read.begin() as tx:
        counted = [each for each in audit.list_of(tx, f"contact:{added.id}") if each.refused]
    assert len(counted) == 5


def test_a_code_is_good_for_ten_minutes(kit: Kit, clock: Clock) -> None:
    added = add(kit, by("UANA"))
    code = begin(kit, added)
    clock.forward(minutes=10)
    assert not verify(kit, added, code)


def test_a_new_code_voids_the_one_before(kit: Kit, clock: Clock) -> None:
    added = add(kit, by("UANA"))
    first = begin(kit, added)
    clock.forward(seconds=30)
    second = begin(kit, added)
    assert first == second or not verify(kit, added, first)
    assert verify(kit, added, second)


def test_the_code_of_one_contact_does_not_prove_another(kit: Kit) -> None:
    one = add(kit, by("UANA"))
    other = add(kit, by("UANA"), method=Method.EMAIL, raw="ana@home.test")
    code = begin(kit, one)
    begin(kit, other)
    assert not verify(kit, other, code)


def test_a_stranger_cannot_be_pestered_with_codes(kit: Kit, clock: Clock) -> None:
    added = add(kit, by("UANA"))
    for _ in range(5):
        begin(kit, added)
        clock.forward(minutes=1)
    with pytest.raises(Refused, match="within an hour"):
        begin(kit, added)
    clock.forward(hours=1)
    begin(kit, added)


def test_a_code_before_any_was_asked_for_says_so(kit: Kit) -> None:
    added = add(kit, by("UANA"))
    told = kit.do_now(verify_contact, None, added.id, "123456", by=by("UANA"), seal=SEAL)
    assert not told.done
    assert "Ask for one" in told.sentence


@pytest.mark.parametrize("caller", [by("UBEN"), by("UMIA"), LinkCaller(person=ANA, incident=1)])
def test_nobody_else_changes_your_contact_methods(kit: Kit, caller: Caller) -> None:
    mine = add(kit, by("UANA"))
    code = begin(kit, mine)
    for attempt in (
        lambda: add(kit, caller, raw="ntfys://ntfy.example.com/theirs"),
        lambda: kit.do_now(remove_contact, None, mine.id, by=caller),
        lambda: verify(kit, mine, code, caller),
        lambda: begin(kit, mine, caller),
    ):
        with pytest.raises(Refused, match=r"own|The link in a page"):
            attempt()
    assert [each.contact for each in ladder_of(kit)] == [None, mine.id]


def test_managers_may_look_and_test_but_not_change(kit: Kit) -> None:
    mine = add(kit, Operator())
    assert kit.do_now(list_contacts, None, ANA, by=by("UMIA")) == [mine]
    assert kit.do_now(try_contacts, None, ANA, by=by("UMIA")) == [mine]
    with pytest.raises(Refused):
        kit.do_now(list_contacts, None, ANA, by=by("UBEN"))


def test_a_removed_contact_rings_no_more_and_its_address_is_gone(kit: Kit) -> None:
    mine = add(kit, Operator())
    kit.do_now(remove_contact, None, mine.id, by=by("UANA"))
    assert kit.do_now(remove_contact, None, mine.id, by=by("UANA")) is None
    assert [each.contact for each in ladder_of(kit)] == [None]
    with kit.database.read.begin() as tx:
        kept = tx.execute(select(tables.contact_methods.c.target)).scalar_one()
    assert bytes(kept) == b""


def test_adding_it_twice_changes_its_delay_and_rings_it_once(kit: Kit) -> None:
    first = add(kit, by("UANA"))
    again = add(kit, Operator(), delay=timedelta(seconds=90))
    assert again.id == first.id
    assert again.verified_at is not None
    assert [each.delay.total_seconds() for each in ladder_of(kit)] == [0, 90]


def test_voice_waits_a_minute_unless_told_otherwise(kit: Kit) -> None:
    assert add(kit, Operator(), method=Method.VOICE, raw=NUMBER).delay_seconds == 60
    assert add(kit, Operator(), method=Method.SMS, raw=NUMBER).delay_seconds == 0


@pytest.mark.parametrize("delay", [timedelta(seconds=-1), timedelta(hours=2)])
def test_a_delay_that_makes_no_sense_is_refused(kit: Kit, delay: timedelta) -> None:
    with pytest.raises(Refused, match="hour"):
        add(kit, Operator(), delay=delay)


def test_ten_contact_methods_are_enough(kit: Kit) -> None:
    for number in range(10):
        add(kit, by("UANA"), raw=f"ntfys://ntfy.example.com/topic-{number}")
    with pytest.raises(Refused, match="Remove one"):
        add(kit, by("UANA"), raw="ntfys://ntfy.example.com/topic-11")


def test_a_mistyped_person_is_refused_with_whom_was_meant(kit: Kit) -> None:
    with pytest.raises(Refused, match=r"Did you mean ana@acme\.test"):
        add(kit, Operator(), person="anna@acme.test")


def test_a_test_rings_every_verified_method_once_a_minute(kit: Kit, clock: Clock) -> None:
    verified = add(kit, Operator())
    add(kit, by("UANA"), method=Method.EMAIL, raw="ana@home.test")
    kit.do_now(try_contacts, None, ANA, by=by("UANA"))
    kit.do_now(try_contacts, None, ANA, by=by("UANA"))
    assert [ring["contact"] for ring in rings(kit)] == [verified.id]
    clock.forward(minutes=1)
    kit.do_now(try_contacts, None, ANA, by=by("UANA"), contact_id=verified.id)
    assert len(rings(kit)) == 2


def test_nothing_to_test_is_said(kit: Kit) -> None:
    with pytest.raises(Refused, match="no verified contact method"):
        kit.do_now(try_contacts, None, ANA, by=by("UANA"))


def test_slack_rings_those_with_a_live_account(kit: Kit) -> None:
    assert [each.method for each in ladder_of(kit)] == [Method.SLACK]
    kit.do_now(_meet, None, ANA, "UANA", Standing.DEACTIVATED)
    assert ladder_of(kit) == []
    assert ladder_of(kit, "chi@acme.test") == []


def test_a_contact_sealed_with_a_lost_key_can_be_added_anew(kit: Kit) -> None:
    add(kit, Operator())
    target = read_target(Method.PUSH, TOPIC, trusted=True)
    other = Seal("another key that is long enough for it too")
    again = kit.do_now(
        add_contact, None, ANA, method=Method.PUSH, target=target, seal=other, by=Operator()
    )
    assert other.open(again.target) == TOPIC
