"""What is wrong with a block, in the words and pointers Slack answers with."""

from collections.abc import Collection
from typing import Any

from app.demo.workspace.values import Json


class Findings:
    """Collects complaints; each names the place by a JSON pointer."""

    def __init__(self) -> None:
        self.complaints: list[str] = []

    def add(self, text: str, path: str) -> None:
        self.complaints.append(f"{text} [json-pointer:{path}]")

    def unless(self, good: bool, text: str, path: str) -> bool:
        if not good:
            self.add(text, path)
        return good

    def string(
        self, of: Json, key: str, path: str, *, most: int, least: int = 0, needed: bool = False
    ) -> None:
        """A string no longer than `most`; missing is a complaint only where it is needed."""
        if of.get(key) is None:
            if needed:
                self.add(f"missing required field: {key}", path)
            return
        value, here = of[key], f"{path}/{key}"
        if not isinstance(value, str):
            self.add("must be a string", here)
        elif len(value) > most:
            self.add(f"must be less than {most + 1} characters", here)
        elif len(value) < least:
            self.add(f"must be more than {least - 1} characters", here)

    def items(
        self, of: Json, key: str, path: str, *, most: int, least: int = 0, needed: bool = False
    ) -> list[Any]:
        """The list at `key`, or an empty one with the complaint noted."""
        value = of.get(key)
        if value is None and not needed:
            return []
        here = f"{path}/{key}"
        if value is None:
            self.add(f"missing required field: {key}", path)
            return []
        if not isinstance(value, list):
            self.add("must be an array", here)
            return []
        self.unless(len(value) <= most, f"no more than {most} items allowed", here)
        self.unless(len(value) >= least, f"must have at least {least} items", here)
        return value

    def text(
        self,
        of: Json,
        key: str,
        path: str,
        *,
        most: int,
        kinds: Collection[str] = ("plain_text",),
        needed: bool = False,
    ) -> None:
        """A text object of one of these kinds."""
        value, here = of.get(key), f"{path}/{key}"
        if value is None:
            if needed:
                self.add(f"missing required field: {key}", path)
            return
        if not isinstance(value, dict):
            self.add("must provide an object", here)
            return
        self.text_object(value, here, most=most, kinds=kinds)

    def text_object(
        self, value: Json, path: str, *, most: int, kinds: Collection[str] = ("plain_text",)
    ) -> None:
        if value.get("type") not in kinds:
            wanted = " or ".join(kinds)
            self.add(f"must be a valid text object of type {wanted}", f"{path}/type")
        self.string(value, "text", path, most=most, least=1, needed=True)

    def one_of(self, of: Json, key: str, path: str, allowed: Collection[str]) -> None:
        if of.get(key) is not None and of[key] not in allowed:
            self.add(f"must be one of {', '.join(allowed)}", f"{path}/{key}")
