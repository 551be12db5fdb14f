"""What is left of a stretch of time when parts of it are taken (product.md 24)."""

from collections.abc import Iterable

from app.rules.calendar import Interval


def left_open(whole: Interval, taken: Iterable[Interval]) -> list[Interval]:
    """The parts of `whole` that none of `taken` covers, in order."""
    found: list[Interval] = []
    at = whole.start
    for each in sorted(taken, key=lambda span: span.start):
        if at < min(each.start, whole.end):
            found.append(Interval(at, min(each.start, whole.end)))
        at = max(at, each.end)
    if at < whole.end:
        found.append(Interval(at, whole.end))
    return found
