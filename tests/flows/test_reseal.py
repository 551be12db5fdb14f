"""A change of the secret key: in small steps, beside a running Baton, and never half a page."""

from typing import Any

import pytest

from app.flows.admit import Operator
from app.flows.contact import add_contact, remove_contact
from app.flows.reseal import (
    BATCH,
    HELD,
    Batch,
    Sealed,
    count_sealed,
    hold_keys,
    let_go_of_keys,
    reseal,
)
from app.flows.work import Refused
from app.paging.seal import Seal
from app.paging.targets import read_target
from app.rules.ladder import Method
from storage.tables import contact_methods
from tests.kit import Bench

OLD, NEW = "o" * 40, "n" * 40
BEFORE, AFTER, BOTH = Seal(OLD), Seal(NEW), Seal(f"{NEW},{OLD}")
BY = Operator()


def add(bench: Bench, seal: Seal, topic: str = "anas", person: str = "ana@acme.test") -> Any:
    target = read_target(Method.PUSH, f"ntfys://ntfy.example.com/{topic}", trusted=True)
    return bench.do(add_contact, person, method=Method.PUSH, target=target, seal=seal, by=BY)


def stored(bench: Bench) -> list[bytes]:
    with bench.database.read.begin() as tx:
        return [row.target for row in tx.execute(contact_methods.select())]


def rotate(bench: Bench, seal: Seal = BOTH) -> list[Batch]:
    batches, after = [], 0
    while True:
        batches.append(bench.do(reseal, after, seal=seal, by=BY))
        if batches[-1].last is None:
            return batches
        after = batches[-1].last


def count(bench: Bench, seal: Seal) -> Sealed:
    found: Sealed = bench.do(count_sealed, seal)
    return found


def test_afterwards_the_old_key_is_not_needed(bench: Bench) -> None:
    add(bench, BEFORE)
    add(bench, BOTH, "bens", "ben@acme.test")
    assert count(bench, BOTH) == Sealed(newest=1, older=1, lost=0)
    assert count(bench, AFTER) == Sealed(newest=1, older=0, lost=1)
    assert sum(each.sealed for each in rotate(bench)) == 1
    assert count(bench, AFTER) == Sealed(newest=2, older=0, lost=0)
    assert {AFTER.open(each).rpartition("/")[2] for each in stored(bench)} == {"anas", "bens"}


def test_what_is_sealed_anew_is_not_touched_again(bench: Bench) -> None:
    add(bench, BEFORE)
    rotate(bench)
    before = stored(bench)
    assert sum(each.sealed for each in rotate(bench)) == 0
    assert stored(bench) == before


def test_it_goes_on_where_it_broke_off(bench: Bench) -> None:
    people = [f"{name}@acme.test" for name in ("ana", "ben", "chi", "mia", "noor")]
    topics = [f"t{number}" for number in range(BATCH // 5 + 1)]
    for person in people:
        with bench.database.write.begin() as tx:
            for topic in topics:
                tx.execute(
                    contact_methods.insert().values(
                        person=person,
                        method="push",
                        target=BEFORE.close(topic),
                        hint=topic,
                        trusted=True,
                        added_by="operator",
                        added_at=bench.clock(),
                    )
                )
    first = bench.do(reseal, 0, seal=BOTH, by=BY)
    assert first.sealed == BATCH
    assert count(bench, BOTH) == Sealed(newest=BATCH, older=5, lost=0)
    assert sum(each.sealed for each in rotate(bench)) == 5


def test_one_whose_key_is_gone_is_counted_and_kept(bench: Bench) -> None:
    add(bench, Seal("x" * 40))
    before = stored(bench)
    assert sum(each.lost for each in rotate(bench)) == 1
    assert stored(bench) == before


def test_removed_ones_hold_nothing_to_seal(bench: Bench) -> None:
    gone = add(bench, BEFORE)
    bench.do(remove_contact, gone.id, by=BY)
    assert rotate(bench) == [Batch(last=None, sealed=0, lost=0)]


def test_a_running_process_without_the_new_key_stops_it(bench: Bench) -> None:
    """It could open nothing of what would be sealed, and so ring nobody."""
    add(bench, BEFORE)
    bench.do(hold_keys, "old-one", BEFORE)
    bench.do(hold_keys, "new-one", BOTH)
    with pytest.raises(Refused, match="old-one"):
        rotate(bench)
    with pytest.raises(Refused, match="old-one"):
        add(bench, BOTH, "new")
    assert count(bench, BEFORE).newest == 1
    add(bench, BEFORE, "another")
    bench.do(let_go_of_keys, "old-one")
    assert sum(each.sealed for each in rotate(bench)) == 2


def test_a_process_that_is_gone_stops_nothing(bench: Bench) -> None:
    add(bench, BEFORE)
    bench.do(hold_keys, "old-one", BEFORE)
    bench.clock.now += HELD
    rotate(bench)


def test_names_of_keys_say_nothing_of_them() -> None:
    assert BOTH.names == [AFTER.names[0], BEFORE.names[0]]
    assert NEW[:8] not in AFTER.names[0]
    assert len(AFTER.names[0]) == 16
