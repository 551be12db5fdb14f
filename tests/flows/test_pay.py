"""Pay: published once a month and never rewritten; one's own to oneself, all to managers."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from app.flows import tell
from app.flows.pay import Report, pay_due, pay_for, pay_report, publish_pay
from app.flows.work import Work
from app.organisation.apply import apply
from app.organisation.example import example_text
from storage import overrides, pay
from storage.tables import effects
from tests.kit import Bench

OCTOBER, NOVEMBER, DECEMBER = (date(2026, month, 1) for month in (10, 11, 12))
FIRST = datetime(2026, 12, 1, 9, tzinfo=UTC)
FRIDAY = datetime(2026, 11, 6, 18, tzinfo=UTC)
ANA, MIA = "ana@acme.test", "mia@acme.test"


def sums(report: Report) -> dict[tuple[str, str | None], Decimal]:
    found: dict[tuple[str, str | None], Decimal] = {}
    for each in report.lines:
        key = (each.of_month, each.person)
        found[key] = found.get(key, Decimal(0)) + each.amount
    return found


def letters(bench: Bench) -> list[Any]:
    with bench.database.read.begin() as tx:
        wanted = select(effects).where(effects.c.key.like("letter:pay%")).order_by(effects.c.key)
        return list(tx.execute(wanted))


def publish(bench: Bench, when: datetime) -> date | None:
    bench.clock.now = when
    found: date | None = bench.do(publish_pay)
    return found


def test_what_ended_so_far_is_counted_and_not_published(bench: Bench) -> None:
    october = bench.do(pay_report, OCTOBER)
    november = bench.do(pay_report, NOVEMBER)
    assert not october.published
    assert sum(each.amount for each in october.lines) == 5 * Decimal(1000)
    assert sum(each.shifts for each in november.lines) == 3  # of the four that end in it


def test_a_month_is_published_once_and_told_in_private(bench: Bench) -> None:
    assert publish(bench, bench.clock.now) == OCTOBER  # late: it was not running before
    assert publish(bench, FIRST - timedelta(seconds=1)) is None
    assert publish(bench, FIRST) == NOVEMBER
    assert publish(bench, FIRST + timedelta(days=3)) is None
    told = [(each.facts["to"], each.facts["what"]) for each in letters(bench)
            if each.facts["month"] == "2026-11"]  # fmt: skip
    assert sorted(told) == [
        ("ana@acme.test", "pay"),
        ("chi@acme.test", "pay"),
        ("mia@acme.test", "pay_is_there"),
        ("noor@acme.test", "pay_is_there"),
    ]
    for each in letters(bench):
        message = bench.do(tell.letters.letter, each.facts)[1]
        assert message is not None
        assert not message.text.startswith("Chi"), "nobody reads what somebody else has"


def test_what_turns_out_otherwise_is_a_line_of_the_next_report(bench: Bench) -> None:
    publish(bench, FIRST)
    before = bench.do(pay_report, NOVEMBER)

    def afterwards(work: Work) -> None:
        overrides.add(
            work.tx, rota="volunteers", person="ben@acme.test", start=FRIDAY,
            end=FRIDAY + timedelta(hours=42), why="he did it after all", at=work.now, by="operator",
        )  # fmt: skip

    bench.do(afterwards)
    assert sums(bench.do(pay_report, NOVEMBER)) == sums(before)
    assert publish(bench, datetime(2027, 1, 1, 9, tzinfo=UTC)) == DECEMBER
    found = sums(bench.do(pay_report, DECEMBER))
    assert found[("2026-11", "ben@acme.test")] == Decimal("250.00")
    assert sum(value for (month, _), value in found.items() if month == "2026-11") == 0
    assert publish(bench, datetime(2027, 2, 1, 9, tzinfo=UTC)) == date(2027, 1, 1)
    later = sums(bench.do(pay_report, date(2027, 1, 1)))
    assert {month for month, _ in later} == {"2027-01"}, "it is corrected once"


def test_another_rate_changes_nothing_that_is_published(bench: Bench) -> None:
    publish(bench, FIRST)
    text = example_text().replace('amount = "1000.00"', 'amount = "1200.00"')
    assert text != example_text()
    with bench.database.write.begin() as tx:
        apply(tx, text, now=bench.clock(), by="test")
    publish(bench, datetime(2027, 1, 1, 9, tzinfo=UTC))
    found = bench.do(pay_report, DECEMBER)
    assert {each.of_month for each in found.lines} == {"2026-12"}
    assert sum(each.amount for each in found.lines) == 4 * Decimal(1200)


def test_everybody_sees_their_own_and_managers_all(bench: Bench) -> None:
    mine = bench.do(pay_for, OCTOBER, ANA)
    assert {each.person for each in mine.lines} == {"ana@acme.test"}
    everybody = bench.do(pay_for, OCTOBER, MIA)
    assert {each.person for each in everybody.lines} == {"ana@acme.test", "chi@acme.test"}


def test_where_no_rota_is_paid_nothing_is_published(bench: Bench) -> None:
    text = example_text()
    start = text.index("pay_per_shift")
    bare = text[:start] + text[text.index("\n", start) + 1 :]
    with bench.database.write.begin() as tx:
        apply(tx, bare, now=bench.clock(), by="test")
    bench.clock.now = FIRST
    assert bench.do(pay_due) is None
    with bench.database.read.begin() as tx:
        assert pay.list_published(tx) == []
