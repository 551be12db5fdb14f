"""What served shifts are worth, told to whoever served and to the managers (product.md 35)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from app.chat.blocks import compose
from app.chat.message import Message
from app.chat.words.dates import how_long
from app.chat.words.escape import escape
from app.chat.words.people import Who, named

NAME = 60
MOST = 12


@dataclass(frozen=True, kw_only=True)
class Line:
    """`who` is left out where the reader is meant; `corrects` is the earlier month that a line
    puts right, by the difference."""

    who: Who | None
    rota: str
    shifts: int
    served: timedelta
    amount: Decimal
    currency: str
    corrects: date | None = None
    unserved: bool = False


def pay(month: date, lines: Sequence[Line], *, published: bool) -> Message:
    """Private: one's own, or everybody's to a manager."""
    head = f"*Pay for {month:%B %Y}*"
    if not lines:
        none = "no shift that is paid has ended" if published else "no paid shift has ended yet"
        return compose([f"{head}: {none}."])
    rest = len(lines) - MOST
    said = [_line(each) for each in lines[:MOST]]
    if rest > 0:
        said.append(f"and {rest} more; `python3 -m app pay` prints all")
    if published:
        small = "Published, and not changed any more: what turns out otherwise is a line of the "
        small += "next report."
    else:
        small = "So far. It is published on the first of the next month."
    return compose([head, *said, *_totals(lines)], small=[small])


def is_there(month: date) -> Message:
    """To the managers."""
    name = f"{month:%Y-%m}"
    return compose(
        [f"The pay report of *{month:%B %Y}* is published: `/oncall pay {name}` shows it."],
        small=[f"As CSV: `python3 -m app pay {name}`. Everybody was told their own."],
    )


def _line(line: Line) -> str:
    who = f"{named(line.who)}: " if line.who else ""
    if line.unserved:
        who = "Nobody served: "
    parts = "1 shift" if line.shifts == 1 else f"{line.shifts} shifts"
    told = f"{who}{money(line.amount, line.currency)} · {escape(line.rota, NAME)}"
    if line.corrects:
        return f"{told} · corrects {line.corrects:%B %Y}"
    return f"{told} · {how_long(line.served)} of {parts}"


def _totals(lines: Sequence[Line]) -> list[str]:
    paid = [each for each in lines if not each.unserved]
    if len(paid) < 2:
        return []
    sums: dict[str, Decimal] = {}
    for each in paid:
        sums[each.currency] = sums.get(each.currency, Decimal(0)) + each.amount
    return [f"Together {', '.join(money(value, name) for name, value in sums.items())}"]


def money(amount: Decimal, currency: str) -> str:
    return f"{amount:,.2f} {escape(currency, 10)}"
