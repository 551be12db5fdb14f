"""Pay, told to whoever it is of, and that it is there to the managers."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from app.chat.message import Message
from app.chat.words import pay as words
from app.flows.pay import Report, pay_report
from app.flows.tell.names import who_if
from app.flows.work import Work
from app.rules.organisation import PersonId
from app.rules.pay import read_month


def own_pay(work: Work, facts: Mapping[str, Any]) -> Message | None:
    report = pay_report(work, _month(facts))
    mine = [each for each in report.lines if each.person == facts["reader"]]
    return told(work, Report(month=report.month, published=True, lines=mine), facts["reader"])


def pay_is_there(work: Work, facts: Mapping[str, Any]) -> Message | None:
    return words.is_there(_month(facts))


def told(work: Work, report: Report, reader: PersonId) -> Message:
    """A report to one reader; names stand where it is not theirs alone."""
    alone = all(each.person == reader for each in report.lines)
    lines = [
        words.Line(
            who=None if alone else who_if(work, each.person),
            rota=each.rota,
            shifts=each.shifts,
            served=timedelta(minutes=each.minutes),
            amount=each.amount,
            currency=each.currency,
            corrects=read_month(each.of_month) if each.of_month != each.month else None,
            unserved=each.person is None,
        )
        for each in report.lines
    ]
    return words.pay(report.month, lines, published=report.published)


def _month(facts: Mapping[str, Any]) -> date:
    month = read_month(facts["month"])
    assert month is not None, "we wrote it"
    return month
