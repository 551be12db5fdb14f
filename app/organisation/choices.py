"""Numbers, choices, money and holidays as the organisation file writes them."""

import re
from collections.abc import Callable
from datetime import date
from typing import Annotated, Any, TypeAlias, cast

from pydantic import BeforeValidator, PlainValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from app.organisation.problem import quoted
from app.organisation.times import DAY, day
from app.organisation.value import (
    Example,
    json_shape,
    kind_of,
    listed,
    matching,
    one_of,
    written,
    wrong,
)
from app.rules.organisation import RotaKind, Severity

SOURCES = (
    "alertmanager",
    "grafana",
    "cloudwatch",
    "datadog",
    "sentry",
    "generic",
    "pagerduty",
    "opsgenie",
)
COUNTRY = r"[A-Z]{2}(-[A-Z0-9]{1,3})?"


def _holiday(value: object) -> date | str:
    if isinstance(value, str) and re.fullmatch(COUNTRY, value):
        return value
    try:
        return day(value)
    except PydanticCustomError as error:
        if isinstance(value, date):
            raise
        shown = quoted(value) if isinstance(value, str) else kind_of(value)
        raise wrong(
            f"{shown} is neither a date nor a country",
            'Write dates as "2026-12-25", or a country as "IE" or "DE-BY".',
        ) from error


def _severity(value: object) -> Severity:
    text = written(value, "a severity", "P3")
    if text in (Severity.P2, Severity.P3, Severity.P4):
        return Severity(text)
    if text in (Severity.P0, Severity.P1):
        raise wrong(
            f"{text} cannot be chosen: a P1 is what threatens a core SLA",
            "Name the SLA with threatens and leave severity out, or write P2, P3 or P4.",
        )
    raise wrong(f"{quoted(text)} is not a severity", 'Write "P2", "P3" or "P4".')


def _rota_kind(value: object) -> RotaKind:
    return RotaKind(one_of(tuple(RotaKind), "a kind of rota")(value))


def _whole(lowest: int, highest: int) -> Callable[[object], int]:
    def check(value: object) -> int:
        if not isinstance(value, int) or isinstance(value, bool):
            raise wrong(
                f"is {kind_of(value)} where a whole number is needed",
                f"Write a number from {lowest} to {highest}, without quotes.",
            )
        if not lowest <= value <= highest:
            raise wrong("is out of range", f"Write a number from {lowest} to {highest}.")
        return value

    return check


def _flag(value: object) -> bool:
    if isinstance(value, bool):
        return value
    raise wrong(
        f"is {kind_of(value)} where true or false is needed",
        "Write true or false, without quotes.",
    )


def _json_whole(lowest: int, highest: int) -> WithJsonSchema:
    return WithJsonSchema({"type": "integer", "minimum": lowest, "maximum": highest})


Holiday: TypeAlias = Annotated[
    date | str,
    PlainValidator(_holiday),
    json_shape(rf"{DAY}|{COUNTRY}"),
    Example("2026-12-25"),
]
Holidays: TypeAlias = Annotated[
    list[Holiday],
    BeforeValidator(listed, json_schema_input_type=cast(Any, Holiday | list[Holiday])),
    Example(["2026-12-25"]),
]
LowSeverity: TypeAlias = Annotated[
    Severity, PlainValidator(_severity), json_shape(enum=["P2", "P3", "P4"]), Example("P3")
]
Kind: TypeAlias = Annotated[
    RotaKind, PlainValidator(_rota_kind), json_shape(enum=[*RotaKind]), Example("team")
]
Source: TypeAlias = Annotated[
    str,
    PlainValidator(one_of(SOURCES, "a source of alerts")),
    json_shape(enum=list(SOURCES)),
    Example("alertmanager"),
]
Amount: TypeAlias = Annotated[
    str,
    PlainValidator(
        matching(
            r"[0-9]{1,9}(\.[0-9]{1,4})?", "an amount", "1000.00", "Digits and a point, in quotes."
        )
    ),
    json_shape(r"[0-9]{1,9}(\.[0-9]{1,4})?"),
    Example("1000.00"),
]
Currency: TypeAlias = Annotated[
    str,
    PlainValidator(matching(r"[A-Z]{3}", "a currency", "EUR", "Three capital letters.")),
    json_shape(r"[A-Z]{3}"),
    Example("EUR"),
]
Flag: TypeAlias = Annotated[
    bool, PlainValidator(_flag), WithJsonSchema({"type": "boolean"}), Example(True)
]
Budget: TypeAlias = Annotated[
    int, PlainValidator(_whole(0, 100_000)), _json_whole(0, 100_000), Example(10)
]
Weeks: TypeAlias = Annotated[int, PlainValidator(_whole(1, 520)), _json_whole(1, 520), Example(26)]
Slots: TypeAlias = Annotated[int, PlainValidator(_whole(1, 9)), _json_whole(1, 9), Example(2)]
PoolSize: TypeAlias = Annotated[
    int, PlainValidator(_whole(1, 1000)), _json_whole(1, 1000), Example(5)
]
