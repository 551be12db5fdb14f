"""A message as Slack takes it, before anybody speaks it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

Block: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Message:
    """`text` is what notifications and screen readers give; with blocks it must say the same."""

    text: str
    blocks: Sequence[Block] = ()
