"""A body that comes in parts: kept whole first, read again when it was left, counted once."""

from datetime import timedelta
from typing import Any

from sqlalchemy import select

from app.flows.intake_token import new_token, revoke_token
from app.flows.read_again import (
    begin_parts,
    end_parts,
    leave_parts,
    list_waiting,
    read_again,
)
from app.flows.receive_alerts import Received
from app.flows.receive_together import Told, receive_together
from app.rules.alert import Delivery
from storage import inbox
from storage.inbox import LEFT_AFTER
from storage.tables import inbox as rows
from tests.flows.test_receive_alerts import elt_late, report_slow
from tests.kit import Bench

LONG = Delivery(source="alertmanager", body=b"a long body", delivery_id="7")
PARTS = ([elt_late()], [report_slow()])


def begun(bench: Bench) -> int:
    row = bench.do(begin_parts, LONG)
    assert isinstance(row, int)
    return row


def stands(bench: Bench) -> tuple[Any, ...]:
    """Its state, and what it told, attached and cleared."""
    columns = (rows.c.state, rows.c.told, rows.c.attached, rows.c.cleared)
    [row] = bench.do(lambda work: work.tx.execute(select(*columns)).all())
    return tuple(row)


def waiting(bench: Bench) -> list[bytes]:
    return [each.delivery.body for each in bench.do(list_waiting)]


def test_part_by_part_it_is_taken_in_and_counted_as_one(bench: Bench) -> None:
    row = begun(bench)
    assert stands(bench) == ("waiting", None, None, None)
    for part in PARTS:
        told = Told(delivery=LONG, alerts=part, row=row)
        [received] = bench.do(receive_together, [told])
        assert received.attached
    bench.do(end_parts, row, [alert for part in PARTS for alert in part])
    assert stands(bench) == ("done", 2, 2, 0)
    assert waiting(bench) == []


def test_while_somebody_takes_it_in_it_is_read_by_nobody_else_unless_it_is_left(
    bench: Bench,
) -> None:
    begun(bench)
    bench.clock.now += LEFT_AFTER
    assert waiting(bench) == []
    bench.clock.now += timedelta(seconds=1)
    assert waiting(bench) == [LONG.body]


def test_after_a_part_that_failed_it_is_read_again_at_once_and_once(bench: Bench) -> None:
    row = begun(bench)
    bench.do(leave_parts, row, problem="a part failed")
    assert waiting(bench) == [LONG.body]
    assert bench.do(read_again, row, [elt_late(), report_slow()])
    assert not bench.do(read_again, row, [elt_late(), report_slow()])
    assert stands(bench) == ("done", 2, 2, 0)


def test_what_a_process_that_is_gone_took_in_waits_at_once(bench: Bench) -> None:
    begun(bench)
    assert bench.do(lambda work: inbox.release_all(work.tx)) == 1
    assert waiting(bench) == [LONG.body]


def test_a_delivery_that_was_begun_before_and_a_revoked_token_begin_nothing(bench: Bench) -> None:
    begun(bench)
    assert bench.do(begin_parts, LONG) == Received(duplicate=True)
    bench.do(new_token, "alertmanager")
    bench.do(revoke_token, 1)
    other = Delivery(source="alertmanager", body=b"other", token=1)
    assert bench.do(begin_parts, other) == Received(revoked=True)
    assert stands(bench) == ("waiting", None, None, None)
