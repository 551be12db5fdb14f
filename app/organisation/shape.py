"""What the schema expects at a place of the file."""

import types
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, TypeAlias, Union, get_args, get_origin

from pydantic.fields import FieldInfo

from app.organisation.schema import OrganisationFile
from app.organisation.value import Example

Place: TypeAlias = Sequence[int | str]


def field_at(place: Place) -> FieldInfo | None:
    """The schema's field at a place; None for an unknown key and for an item of a list."""
    shape: Any = OrganisationFile
    field: FieldInfo | None = None
    for piece in place:
        if isinstance(piece, int):
            shape, field = unwrap(get_args(shape)[0])[0], None
            continue
        fields: Mapping[str, FieldInfo] = shape.model_fields
        field = next((each for name, each in fields.items() if (each.alias or name) == piece), None)
        if field is None:
            return None
        shape = unwrap(field.annotation)[0]
    return field


def shape_at(place: Place) -> tuple[Any, Example | None]:
    """The type at a place, without its wrapping, and the example for it."""
    if isinstance(place[-1], int):
        return unwrap(get_args(shape_at(place[:-1])[0])[0])
    field = field_at(place)
    if field is None:
        return None, None
    kind, example = unwrap(field.annotation)
    own = next((each for each in field.metadata if isinstance(each, Example)), None)
    return kind, own or example


def unwrap(annotation: Any) -> tuple[Any, Example | None]:
    """A type without `Annotated` and without `None`, and the example it carries."""
    example: Example | None = None
    while True:
        origin = get_origin(annotation)
        if origin is Annotated:
            annotation, *metadata = get_args(annotation)
            example = next((each for each in metadata if isinstance(each, Example)), example)
        elif origin in (Union, types.UnionType) and type(None) in get_args(annotation):
            annotation = next(each for each in get_args(annotation) if each is not type(None))
        else:
            return annotation, example
