"""Pages by e-mail, through the operator's mail server."""

import smtplib
import ssl
import time
from dataclasses import dataclass, field
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, localtime, make_msgid
from enum import Enum, auto
from urllib.parse import unquote, urlsplit

from app.paging.errors import PagingError
from app.paging.lines import Lines
from app.paging.receipt import Receipt
from app.paging.words import PageText

SECONDS = 4.0
"""For each answer of the server; shorter than our patience with the whole."""
PORTS = {"smtp": 25, "smtps": 465, "smtp+starttls": 587}


@dataclass(frozen=True, kw_only=True)
class Server:
    """The mail server. `smtp` is clear text, the other two insist on a trusted certificate."""

    scheme: str
    host: str
    port: int
    user: str | None = None
    password: str = field(default="", repr=False)

    @classmethod
    def read(cls, url: str) -> "Server":
        """From `smtp+starttls://user:password@host:587`."""
        parts = urlsplit(url)
        if parts.scheme not in PORTS or not parts.hostname:
            raise ValueError("not the address of a mail server")
        return cls(
            scheme=parts.scheme,
            host=parts.hostname,
            port=parts.port or PORTS[parts.scheme],
            user=unquote(parts.username) if parts.username else None,
            password=unquote(parts.password or ""),
        )


class Mail:
    """Rings by e-mail: plain text, one recipient."""

    def __init__(self, server: Server, sender: str, lines: Lines) -> None:
        self._server = server
        self._sender = sender
        self._lines = lines

    async def ring(self, target: str, text: PageText, *, trusted: bool) -> Receipt:
        began = time.monotonic()
        letter = compose(self._sender, target, text)
        await self._lines.run("mail", lambda: _send(self._server, self._sender, target, letter))
        return Receipt(provider="e-mail", seconds=time.monotonic() - began)


def prove(server: Server, sender: str) -> None:
    """Connect and log in, and send nothing; raises PagingError with what is wrong."""
    try:
        with _connect(server, sender) as smtp:
            if server.scheme == "smtp+starttls":
                smtp.starttls(context=ssl.create_default_context())
            if server.user is not None:
                smtp.login(server.user, server.password)
            smtp.noop()
    except (OSError, smtplib.SMTPException) as error:
        raise _failure(error, maybe_heard=False) from None


def compose(sender: str, target: str, text: PageText) -> EmailMessage:
    """The letter. Its headers refuse line breaks, whoever wrote the text."""
    letter = EmailMessage()
    host = sender.rpartition("@")[2]
    letter["From"] = Address("Baton", addr_spec=sender)
    letter["To"] = Address(addr_spec=target)
    # Python decodes what looks like an encoded word, and writes the line breaks that it held.
    letter["Subject"] = text.title.replace("=?", "= ?")
    letter["Date"] = format_datetime(localtime())
    letter["Message-ID"] = make_msgid(domain=host)
    letter["Auto-Submitted"] = "auto-generated"
    if text.key:
        letter["References"] = f"<{text.key.lower()}@{host}>"  # one thread an incident
    if text.urgent:
        letter["Importance"] = "high"
        letter["X-Priority"] = "1"
    lines = [text.body]
    if text.link:
        lines += ["", "Acknowledge, or see how it stands:", text.link]
        lines += ["", "Opening the link changes nothing; the button on its page does."]
    letter.set_content("\n".join(lines) + "\n")
    return letter


class _Progress(Enum):
    """How far a letter came: what a broken connection means depends on it."""

    CONNECTING = auto()
    SENDING = auto()
    TAKEN = auto()


def _send(server: Server, sender: str, target: str, letter: EmailMessage) -> None:
    progress = _Progress.CONNECTING
    try:
        with _connect(server, sender) as smtp:
            if server.scheme == "smtp+starttls":
                smtp.starttls(context=ssl.create_default_context())
            if server.user is not None:
                smtp.login(server.user, server.password)
            progress = _Progress.SENDING
            smtp.send_message(letter, sender, [target])
            progress = _Progress.TAKEN
    except (OSError, smtplib.SMTPException) as error:
        # A server that fails at the good-bye has the letter all the same.
        if progress is not _Progress.TAKEN:
            # Not chained: a refusal quotes the address.
            raise _failure(error, maybe_heard=progress is _Progress.SENDING) from None


def _failure(error: Exception, *, maybe_heard: bool) -> PagingError:
    match error:
        case smtplib.SMTPRecipientsRefused():
            code = next(iter(error.recipients.values()))[0]
            return PagingError(
                f"The mail server refused this person's address ({code}).", permanent=code >= 550
            )
        case smtplib.SMTPAuthenticationError():
            return PagingError(
                "The mail server does not accept the user and password of BATON_SMTP_URL "
                f"({error.smtp_code})."
            )
        case smtplib.SMTPResponseException():
            return PagingError(f"The mail server answered {error.smtp_code}.")
        case ssl.SSLError():
            return PagingError(f"The mail server's TLS failed: {error.reason}.")
    if maybe_heard:
        return PagingError("The mail server broke off while it took the message.", maybe_heard=True)
    return PagingError(f"The mail server could not be reached: {type(error).__name__}.")


def _connect(server: Server, sender: str) -> smtplib.SMTP:
    # A name of our own: smtplib's default asks the DNS who we are, which may take long.
    us = sender.rpartition("@")[2]
    if server.scheme == "smtps":
        return smtplib.SMTP_SSL(
            server.host,
            server.port,
            local_hostname=us,
            timeout=SECONDS,
            context=ssl.create_default_context(),
        )
    return smtplib.SMTP(server.host, server.port, local_hostname=us, timeout=SECONDS)
