"""Makes a file with mistakes in form fit for the checks of everything else in it."""

from collections.abc import Iterable, Mapping
from typing import Any, get_origin

from pydantic_core import ErrorDetails

from app.organisation.shape import Place, field_at, shape_at


def repair(tables: dict[str, Any], errors: Iterable[ErrorDetails]) -> None:
    """Put something harmless where the schema found something wrong.

    What stands in is never looked at: findings about a broken place are left out.
    """
    for error in errors:
        _replace(tables, error["loc"])


def _replace(tables: dict[str, Any], place: Place) -> None:
    holder: Any = tables
    for depth, piece in enumerate(place[:-1]):
        following = _item(holder, piece)
        if not isinstance(following, dict | list):
            return _replace(tables, place[: depth + 1])
        holder = following
    last = place[-1]
    field = field_at(place)
    if isinstance(last, int) or (field is not None and field.is_required()):
        holder[last] = _stand_in(place)
    else:
        holder.pop(last, None)
    return None


def _item(holder: Any, piece: int | str) -> Any:
    if isinstance(holder, list) and isinstance(piece, int):
        return holder[piece]
    return holder.get(piece) if isinstance(holder, Mapping) else None


def _stand_in(place: Place) -> object:
    kind, example = shape_at(place)
    if example is not None:
        return example.value
    return [] if get_origin(kind) is list else {}
