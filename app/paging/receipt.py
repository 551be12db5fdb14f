"""The protocol every kind of contact method keeps."""

from dataclasses import dataclass
from typing import Protocol

from app.paging.words import PageText


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """A provider took the message. That is not "delivered", and neither is "answered"."""

    provider: str
    seconds: float


class Phone(Protocol):
    """One kind of contact method."""

    async def ring(self, target: str, text: PageText, *, trusted: bool) -> Receipt:
        """Ring once; raises PagingError. Unless `trusted`, only public addresses are reached."""
