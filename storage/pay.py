"""Published pay: what a month's shifts were worth, which no later edit rewrites (product.md 35)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Row, insert, select

from app.rules.organisation import PersonId, RotaId
from storage.tables import pay_lines, pay_reports
from storage.upsert import insert_for


@dataclass(frozen=True, kw_only=True)
class PayLine:
    """A line of the report of `month`. One whose `of_month` is earlier corrects what was published
    for that month by the difference. `person` None: nobody served."""

    month: str
    of_month: str
    rota: RotaId
    person: PersonId | None
    shifts: int
    minutes: int
    amount: Decimal
    rate: Decimal
    currency: str


def publish(tx: Connection, month: str, lines: Sequence[PayLine], *, at: datetime) -> bool:
    """True for the one act that published the month."""
    new = insert_for(tx, pay_reports).values(month=month, published_at=at)
    if tx.execute(new.on_conflict_do_nothing().returning(pay_reports.c.month)).first() is None:
        return False
    if lines:
        rows = [
            {**vars(each), "amount": str(each.amount), "rate": str(each.rate), "published_at": at}
            for each in lines
        ]
        tx.execute(insert(pay_lines), rows)
    return True


def is_published(tx: Connection, month: str) -> bool:
    found = select(pay_reports.c.month).where(pay_reports.c.month == month)
    return tx.execute(found).first() is not None


def list_published(tx: Connection) -> list[str]:
    """The months, in order."""
    return list(tx.execute(select(pay_reports.c.month).order_by(pay_reports.c.month)).scalars())


def lines_of(tx: Connection, month: str) -> list[PayLine]:
    """The report of a month as it was published."""
    return _lines(tx, pay_lines.c.month == month)


def lines_about(tx: Connection, of_month: str) -> list[PayLine]:
    """Everything ever published for the shifts of a month, corrections included."""
    return _lines(tx, pay_lines.c.of_month == of_month)


def _lines(tx: Connection, matching: Any) -> list[PayLine]:
    return [
        _value(row)
        for row in tx.execute(select(pay_lines).where(matching).order_by(pay_lines.c.id))
    ]


def _value(row: Row[Any]) -> PayLine:
    facts = dict(row._mapping)
    del facts["id"], facts["published_at"]
    facts |= {name: Decimal(facts[name]) for name in ("amount", "rate")}
    return PayLine(**facts)
