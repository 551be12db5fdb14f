"""The committed JSON Schema is the one the models make, and it holds for the example."""

import json
import tomllib
from datetime import date, datetime
from typing import Any

from jsonschema import Draft202012Validator

from app.organisation.example import example_text
from app.organisation.schema import SCHEMA_FILE, schema_text


def as_json(value: Any) -> Any:
    """TOML's own dates as the text they are written as."""
    if isinstance(value, dict):
        return {key: as_json(each) for key, each in value.items()}
    if isinstance(value, list):
        return [as_json(each) for each in value]
    return value.isoformat() if isinstance(value, date | datetime) else value


def validator() -> Draft202012Validator:
    schema = json.loads(SCHEMA_FILE.read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def test_the_committed_schema_is_the_generated_one() -> None:
    assert SCHEMA_FILE.read_text(encoding="utf-8") == schema_text(), (
        "run python3 -m app.organisation.schema and commit what it writes"
    )


def test_the_example_fits_the_schema() -> None:
    validator().validate(as_json(tomllib.loads(example_text())))


def test_the_schema_refuses_an_unknown_key_and_a_missing_one() -> None:
    tables = as_json(tomllib.loads(example_text()))
    tables["team"][0]["chanel"] = tables["team"][0].pop("channel")
    messages = sorted(error.message for error in validator().iter_errors(tables))
    assert messages == [
        "'channel' is a required property",
        "Additional properties are not allowed ('chanel' was unexpected)",
    ]


def test_the_schema_lets_holidays_be_a_country_or_dates() -> None:
    for holidays in ("IE", ["2026-12-25"], ["DE-BY", "2026-12-24"]):
        tables = as_json(tomllib.loads(example_text()))
        tables["team"][0]["working_hours"]["holidays"] = holidays
        validator().validate(tables)
