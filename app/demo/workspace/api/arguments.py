"""The arguments of a call, wherever they were: query, form, JSON or multipart."""

import json
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from app.demo.workspace.errors import SlackError
from app.demo.workspace.values import Json

_FALSE = ("", "0", "false", "False", "no")


class Arguments:
    """Values as Slack reads them: 0 and 1, lists between commas, nested values as JSON."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self.values = dict(values)

    def __contains__(self, key: str) -> bool:
        return key in self.values

    def text(self, key: str, default: str = "") -> str:
        value = self.values.get(key)
        if value is None:
            return default
        if isinstance(value, (dict, list)):
            return json.dumps(value)
        if isinstance(value, bool):
            return "true" if value else "false"
        return str(value)

    def required(self, key: str, *, missing: str = "invalid_arguments") -> str:
        value = self.text(key)
        if value:
            return value
        if missing != "invalid_arguments":
            raise SlackError(missing)
        raise invalid(f"missing required field: {key}")

    def flag(self, key: str, default: bool = False) -> bool:
        value = self.values.get(key)
        if value is None:
            return default
        return value if isinstance(value, bool) else str(value) not in _FALSE

    def number(self, key: str, default: int, *, wrong: str = "invalid_arguments") -> int:
        value = self.text(key)
        if not value:
            return default
        try:
            return int(value)
        except ValueError:
            raise SlackError(wrong) from None

    def items(self, key: str) -> list[str]:
        """A list, or a string of items between commas."""
        value = self.values.get(key)
        if isinstance(value, list):
            return [str(item) for item in value]
        text = self.text(key)
        if text.startswith("["):
            found = self.nested(key, wrong="invalid_array_arg")
            return [str(item) for item in found] if isinstance(found, list) else []
        return [item.strip() for item in text.split(",") if item.strip()]

    def nested(self, key: str, *, wrong: str = "invalid_arguments") -> Any:
        """An object or a list, sent as itself or as a JSON string; None when it is not there."""
        value = self.values.get(key)
        if isinstance(value, str):
            if not value.strip():
                return None
            try:
                return json.loads(value)
            except ValueError:
                raise SlackError(wrong) from None
        return value


def invalid(*complaints: str) -> SlackError:
    messages = [f"[ERROR] {complaint}" for complaint in complaints]
    return SlackError("invalid_arguments", response_metadata={"messages": messages})


async def read(request: web.Request) -> Arguments:
    """Merge every place an argument may stand; the body wins over the query."""
    values: Json = dict(request.query)
    kind = request.content_type
    if request.method == "POST" and request.can_read_body:
        if kind == "application/json":
            values |= _json_object(await request.read())
        elif kind in ("application/x-www-form-urlencoded", "multipart/form-data"):
            values |= {k: v for k, v in (await request.post()).items() if isinstance(v, str)}
        elif kind not in ("application/octet-stream", "text/plain"):
            raise SlackError("invalid_post_type")
    return Arguments(values)


def _json_object(body: bytes) -> Json:
    try:
        found = json.loads(body or b"{}")
    except (ValueError, RecursionError):
        raise SlackError("invalid_json") from None
    if not isinstance(found, dict):
        raise SlackError("json_not_object")
    return found
