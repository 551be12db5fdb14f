"""The state saved to JSON and loaded from it."""

import msgspec

from app.demo.workspace.errors import Refused
from app.demo.workspace.state import State
from app.demo.workspace.values import Json


def save(state: State) -> Json:
    """Everything that is true in the workspace; calls and deliveries are left out."""
    body: Json = msgspec.to_builtins(state)
    body["calls"], body["deliveries"] = [], []
    return body


def load(body: Json) -> State:
    try:
        return msgspec.convert(body, State)
    except msgspec.ValidationError as error:
        raise Refused(f"This is not a saved workspace: {error}") from error
