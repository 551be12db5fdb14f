"""`pay`: what the shifts of a month are worth, as CSV for whoever pays them."""

import argparse
import csv
import sys
from collections.abc import Sequence
from datetime import date

from app.commands.memory import look, opened_kit, settings_now
from app.commands.sentences import Failed, say, told
from app.flows.pay import Report, pay_report
from app.rules.pay import read_month

COLUMNS = ("month", "of_month", "rota", "person", "shifts", "minutes", "amount", "rate", "currency")


@told
def main(arguments: Sequence[str]) -> int:
    """The lines on stdout; whether they are published on stderr."""
    options = _parser().parse_args(arguments)
    month = read_month(options.month)
    if month is None:
        raise Failed(f"“{options.month}” is no month. Write it like 2026-10.")
    with opened_kit(settings_now()) as kit:
        report = look(kit, lambda work: pay_report(work, month))
    _write(report)
    say(_how_it_stands(report, month))
    return 0


def _write(report: Report) -> None:
    out = csv.writer(sys.stdout, lineterminator="\n")
    out.writerow(COLUMNS)
    for line in report.lines:
        out.writerow([getattr(line, name) if getattr(line, name) is not None else ""
                      for name in COLUMNS])  # fmt: skip


def _how_it_stands(report: Report, month: date) -> str:
    if report.published:
        return "Published. What turns out otherwise is a line of a later report, never a change."
    if not report.lines:
        return (
            f"No paid shift of {month:%B %Y} has ended yet. A rota is paid when `pay_per_shift` "
            "stands in the organisation file."
        )
    return "So far, and not published: `run` publishes a month on the first of the next one."


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python3 -m app pay",
        description="What the shifts that ended in a month are worth: a line a person and rota, "
        "after overrides and cover. A line whose of_month is earlier corrects that month.",
    )
    parser.add_argument("month", metavar="MONTH", help="2026-10")
    return parser
