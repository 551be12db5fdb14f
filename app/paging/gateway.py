"""The gateway: rings a person's phone by whatever kind of contact method it is."""

import asyncio
from collections.abc import Callable

from app.paging import kinds
from app.paging.errors import PagingError
from app.paging.lines import Lines
from app.paging.mail import Mail, Server
from app.paging.push import Push
from app.paging.receipt import Phone, Receipt
from app.paging.words import PageText
from app.rules.ladder import Method

SECONDS = 5.0
"""How long one try may take; it is shorter than the lease of the effect that asked for it."""
LINES_PER_WORKER = 4
"""Threads that hang are given up on but live on; this many may, for each of our workers."""

NO_PROVIDER = {
    Method.SMS: "Text messages need a provider: BATON_TWILIO_ACCOUNT_SID is not set, and this "
    "version of Baton cannot use it yet. Use push or e-mail.",
    Method.VOICE: "Calls need a provider: BATON_TWILIO_ACCOUNT_SID is not set, and this version "
    "of Baton cannot use it yet. Use push or e-mail.",
    Method.SLACK: "Slack is there by itself: everybody with a known account is rung there.",
}
NO_MAIL = "E-mail needs a mail server: set BATON_SMTP_URL and BATON_SMTP_FROM."


class Gateway:
    """`ring` speaks to one phone once. A provider that hangs costs nobody else anything.

    `before` is called in the instant before a message leaves; what it raises keeps it back.
    """

    def __init__(
        self,
        smtp_url: str | None = None,
        smtp_from: str | None = None,
        *,
        workers: int = 16,
        seconds: float = SECONDS,
        before: Callable[[], None] = lambda: None,
    ) -> None:
        self.lines = Lines(workers * LINES_PER_WORKER, seconds=seconds, before=before)
        push = Push(self.lines)
        self._phones: dict[Method, Phone] = {Method.PUSH: push, Method.APPRISE: push}
        if smtp_url and smtp_from:
            self._phones[Method.EMAIL] = Mail(Server.read(smtp_url), smtp_from, self.lines)

    def supports(self, method: Method) -> str | None:
        """None when this kind of contact method can ring; otherwise the sentence why not."""
        if method in self._phones:
            return None
        return NO_PROVIDER.get(method, NO_MAIL)

    async def ring(
        self, method: Method, target: str, text: PageText, *, trusted: bool = False
    ) -> Receipt:
        """Ring once, within five seconds; raises PagingError.

        `trusted`: the operator added it, so it may lie in a private network.
        """
        missing = self.supports(method)
        if missing:
            raise PagingError(missing, permanent=True)
        return await self._phones[method].ring(target, text, trusted=trusted)

    async def ring_nobody(self) -> None:
        """What a ring takes of this process, without a provider; raises PagingError as `ring`."""
        await self.lines.run("nobody", lambda: None)

    async def warm(self) -> None:
        """Load what the first page would otherwise wait for, beside the event loop."""
        await asyncio.to_thread(kinds.load)

    def close(self) -> None:
        """Nothing is held open between rings, and threads that hang end with the process."""
