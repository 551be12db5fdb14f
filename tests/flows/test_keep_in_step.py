"""The handle and the topic are asked for whenever who is on call changes, and only then."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select

from app.flows import tell
from app.flows.admit import Operator
from app.flows.contact import add_contact
from app.flows.keep_in_step import is_in_step, keep_in_step, out_of_step, stands_in_step
from app.flows.kinds import Kind
from app.flows.know_people import know_people
from app.flows.take_shift import take_shift
from app.flows.tell.on_call import handle, oncall_topic
from app.organisation.apply import apply
from app.organisation.example import example_text
from app.paging.seal import Seal
from app.paging.targets import read_target
from app.rules.ladder import Method
from storage import effects, leaves
from storage.tables import effects as table
from tests.kit import Bench, account

FRIDAY = datetime(2026, 11, 27, 18, tzinfo=UTC)
SEAL = Seal("a-key-for-tests-only-0123456789abcdef")


def asked(bench: Bench, kind: Kind) -> dict[str, Any]:
    return dict(bench.do(lambda work: effects.facts_of(work.tx, kind)))


def keep(bench: Bench) -> bool:
    """One tick; whether it had anything to do."""
    if bench.do(is_in_step):
        return False
    bench.do(keep_in_step)
    return True


def letters(bench: Bench) -> dict[str, str]:
    def look(work: Any) -> dict[str, str]:
        rows = work.tx.execute(select(table).where(table.c.kind == Kind.LETTER))
        found = {row.facts["to"]: tell.letter(work, row.facts)[1] for row in rows}
        return {to: message.text for to, message in found.items() if message}

    return dict(bench.do(look))


def test_it_is_asked_for_once_and_again_at_the_boundary(bench: Bench) -> None:
    assert keep(bench)
    assert asked(bench, Kind.HANDLE)["accounts"] == {"chi@acme.test": "UCHI"}
    assert asked(bench, Kind.ONCALL_TOPIC)["until"] == FRIDAY.isoformat()
    assert not keep(bench)
    bench.clock.now = FRIDAY - timedelta(microseconds=1)
    assert not keep(bench)
    bench.clock.now = FRIDAY
    assert keep(bench)
    assert asked(bench, Kind.HANDLE)["accounts"] == {"ana@acme.test": "UANA"}
    assert not keep(bench)


def test_a_taken_shift_a_leave_and_an_edit_of_the_file_are_seen(bench: Bench) -> None:
    keep(bench)
    target = read_target(Method.PUSH, "ntfys://ntfy.example.com/anas", trusted=True)
    bench.do(
        add_contact, "ana@acme.test", method=Method.PUSH, target=target, seal=SEAL, by=Operator()
    )
    bench.do(take_shift, "volunteers", by=Operator(), person="ana@acme.test")
    assert keep(bench)
    assert asked(bench, Kind.ONCALL_TOPIC)["people"] == ["ana@acme.test"]
    bench.do(
        lambda work: leaves.add(
            work.tx, person="mia@acme.test", start_at=FRIDAY, end_at=FRIDAY + timedelta(weeks=9),
            kind="leave", note="", made_at=work.now, made_by="mia@acme.test",
        )
    )  # fmt: skip
    bench.clock.now = FRIDAY + timedelta(weeks=1)
    assert keep(bench)
    assert asked(bench, Kind.ONCALL_TOPIC)["manager"] == "noor@acme.test"
    with bench.database.write.begin() as tx:
        changed = example_text().replace('oncall_handle = "oncall"', 'oncall_handle = "pager"')
        apply(tx, changed, now=bench.clock(), by="test")
    assert keep(bench)
    assert asked(bench, Kind.HANDLE)["handle"] == "pager"


def test_an_account_that_becomes_known_is_put_in(bench: Bench) -> None:
    keep(bench)
    bench.do(know_people, [account("chi", slack_id="UCHI2")])
    assert keep(bench)
    assert asked(bench, Kind.HANDLE)["accounts"] == {"chi@acme.test": "UCHI2"}


def test_a_file_that_wants_neither_gets_neither(bench: Bench) -> None:
    with bench.database.write.begin() as tx:
        changed = example_text().replace('oncall_handle = "oncall"', "oncall_topic = false")
        apply(tx, changed, now=bench.clock(), by="test")
    assert not keep(bench)
    assert bench.do(handle) is None
    assert bench.do(oncall_topic) is None


def test_the_managers_are_told_once_why_it_cannot_be(bench: Bench) -> None:
    keep(bench)
    for _ in range(2):
        bench.do(stands_in_step, Kind.HANDLE, "It is disabled.")
        bench.clock.forward(minutes=5)
    told = letters(bench)
    assert set(told) == {"mia@acme.test", "noor@acme.test"}
    assert "@oncall does not follow the rota" in told["mia@acme.test"]
    assert bench.do(out_of_step) == {Kind.HANDLE: "It is disabled."}
    assert not keep(bench)
    bench.clock.forward(hours=1)
    assert keep(bench)
    bench.do(stands_in_step, Kind.HANDLE, None)
    assert bench.do(out_of_step) == {}


def test_what_the_file_asks_for_no_more_is_no_trouble(bench: Bench) -> None:
    bench.do(stands_in_step, Kind.HANDLE, "It is disabled.")
    with bench.database.write.begin() as tx:
        apply(tx, example_text().replace('oncall_handle = "oncall"', ""), now=bench.clock(),
              by="test")  # fmt: skip
    assert bench.do(out_of_step) == {}


def test_whoever_has_no_account_is_named(bench: Bench) -> None:
    bench.clock.now = FRIDAY
    with bench.database.write.begin() as tx:
        changed = example_text().replace("ana@acme.test", "zoe@acme.test")
        apply(tx, changed, now=bench.clock(), by="test")
    bench.clock.now = FRIDAY + timedelta(weeks=2)
    found = bench.do(handle)
    assert found.accounts == ()
    assert found.lacking.startswith("zoe has no Slack account")
