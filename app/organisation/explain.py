"""From what the schema found to sentences, each with a way out."""

import json
from datetime import datetime
from typing import Any, get_args, get_origin

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from app.organisation.problem import Problem, nearest, quoted
from app.organisation.schema import OrganisationFile
from app.organisation.shape import Place, shape_at, unwrap
from app.organisation.value import kind_of

SECRETS = ("phone", "mobile", "sms", "voice", "telephone", "password", "secret", "api_key")


def path_of(place: Place) -> str:
    """`service[0].sla[0].id`; a key that is no plain word is quoted."""
    path = ""
    for piece in place:
        if isinstance(piece, int):
            path += f"[{piece}]"
            continue
        plain = piece.replace("_", "").replace("-", "")
        name = piece if plain.isalnum() and len(piece) <= 60 else quoted(piece)
        path += f".{name}" if path else name
    return path


def explain(error: ErrorDetails) -> Problem:
    """One finding of the schema in words."""
    place, path = error["loc"], path_of(error["loc"])
    match error["type"]:
        case "wrong":
            return Problem(path=path, what=error["msg"], hint=error["ctx"]["hint"])
        case "missing":
            return Problem(path=path, what="is missing", hint=_how_to_add(place))
        case "extra_forbidden":
            return _unknown_key(place, path)
        case "list_type":
            return Problem(
                path=path,
                what=f"is {kind_of(error['input'])} where a list is needed",
                hint=_how_to_list(place),
            )
        case "model_type" | "model_attributes_type" | "dict_type":
            return Problem(
                path=path,
                what=f"is {kind_of(error['input'])} where a table is needed",
                hint=f"Write it as {_table_name(place)} with its keys below.",
            )
    return Problem(path=path, what=error["msg"], hint="Compare it with the example file.")


def _how_to_add(place: Place) -> str:
    name = place[-1]
    kind, example = shape_at(place)
    if example is not None:
        return f"Write {name} = {_as_toml(example.value)}."
    if get_origin(kind) is list:
        return f"Write {name} = {_example_list(kind)}."
    return f"Add the table {_table_name(place)}."


def _how_to_list(place: Place) -> str:
    kind, _ = shape_at(place)
    inner, example = unwrap(get_args(kind)[0]) if get_args(kind) else (None, None)
    if isinstance(inner, type) and issubclass(inner, BaseModel):
        return f"Write each one as {_table_name([*place, 0])} with its keys below."
    return f"Write {place[-1]} = {_example_list(kind)}." if example else "Put it in [ ]."


def _example_list(kind: Any) -> str:
    _, example = unwrap(get_args(kind)[0])
    return f"[{_as_toml(example.value)}]" if example else "[]"


def _as_toml(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    return json.dumps(value, ensure_ascii=False)


def _table_name(place: Place) -> str:
    name = ".".join(piece for piece in place if isinstance(piece, str))
    return f"[[{name}]]" if isinstance(place[-1], int) else f"[{name}]"


def _unknown_key(place: Place, path: str) -> Problem:
    key = str(place[-1])
    if any(word in key.lower() for word in SECRETS):
        return Problem(
            path=path,
            what="is not a key of this file",
            hint="Secrets and phone numbers never stand here: people add theirs with "
            "/oncall contact, the operator with contact add.",
        )
    table = shape_at(place[:-1])[0] if len(place) > 1 else OrganisationFile
    names = [field.alias or name for name, field in table.model_fields.items()]
    where = f"{_table_name(place[:-1])}" if len(place) > 1 else "the file"
    return Problem(
        path=path,
        what=f"is not a key of {where}",
        hint=nearest(key, names, otherwise=f"Its keys are {', '.join(names)}.", list_few=False),
    )
