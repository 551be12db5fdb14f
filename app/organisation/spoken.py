"""Values of the organisation, and differences between them, as a plan says them."""

from dataclasses import fields, is_dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from app.organisation.moments import length
from app.organisation.problem import quoted
from app.organisation.times import WEEKDAYS

OF_WEEKDAYS = ("days", "day")
MOST_ITEMS = 12


def spoken(value: object, name: str = "") -> str:
    """A value in a few words: `5m`, `18:00`, `Europe/Dublin`; of weekdays by its `name`."""
    if value is None:
        return "none"
    if name in OF_WEEKDAYS and isinstance(value, int):
        return WEEKDAYS[value][:3]
    if isinstance(value, frozenset):
        return spoken(tuple(sorted(value)), name)
    if isinstance(value, tuple):
        return ", ".join(spoken(each, name) for each in value) or "none"
    if is_dataclass(value):
        return _record(value)
    return _single(value)


def _single(value: object) -> str:
    match value:
        case bool():
            return "yes" if value else "no"
        case timedelta():
            return length(value)
        case ZoneInfo():
            return value.key
        case time():
            return value.isoformat("seconds" if value.second else "minutes")
        case datetime() | date():
            return value.isoformat()
    return str(value) if str(value).isprintable() else quoted(str(value))


def _record(value: Any) -> str:
    said = [
        f"{_label(each.name)} {spoken(getattr(value, each.name), each.name)}"
        for each in fields(value)
        if getattr(value, each.name) not in (None, ())
    ]
    return f"({', '.join(said)})"


def differences(was: Any, becomes: Any) -> list[str]:
    """What differs between two records of one kind, field by field."""
    return [
        said
        for each in fields(was)
        for said in difference(each.name, getattr(was, each.name), getattr(becomes, each.name))
    ]


def difference(name: str, was: Any, becomes: Any) -> list[str]:
    """`page budget 12 instead of 10`; of lists what comes and goes, of records what differs."""
    label = _label(name)
    if was == becomes:
        return []
    if isinstance(was, tuple | frozenset) and isinstance(becomes, tuple | frozenset):
        return _membership(name, was, becomes)
    if is_dataclass(was) and is_dataclass(becomes):
        return [f"{label} {said}" for said in differences(was, becomes)]
    if was is None:
        return [f"{label} is set to {spoken(becomes, name)}"]
    if becomes is None:
        return [f"{label} {spoken(was, name)} is left out"]
    return [f"{label} {spoken(becomes, name)} instead of {spoken(was, name)}"]


def _membership(
    name: str,
    was: tuple[Any, ...] | frozenset[Any],
    becomes: tuple[Any, ...] | frozenset[Any],
) -> list[str]:
    if isinstance(was, frozenset) and isinstance(becomes, frozenset):
        was, becomes = tuple(sorted(was)), tuple(sorted(becomes))
    gone = [spoken(each, name) for each in was if each not in becomes]
    come = [spoken(each, name) for each in becomes if each not in was]
    if not gone and not come:
        return [f"{_label(name)} in another order: {spoken(becomes, name)}"]
    return [*_some(f"{_label(name)} without", gone), *_some(f"{_label(name)} with", come)]


def _some(label: str, items: list[str]) -> list[str]:
    """A country's holidays of many years are not worth a page."""
    said = [f"{label} {each}" for each in items[:MOST_ITEMS]]
    return [*said, f"{label} {len(items) - MOST_ITEMS} more"] if items[MOST_ITEMS:] else said


def _label(name: str) -> str:
    return name.replace("_", " ")
