"""Reads what people give as a contact method: an address of a known form, or a sentence."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import quote, unquote

from app.paging import guard, kinds
from app.rules.ladder import Method

LONGEST = 500
LONGEST_MAILBOX = 254
MAILBOX = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@([A-Za-z0-9-]{1,63}\.)+[A-Za-z]{2,63}")
PHONE = re.compile(r"\+[1-9][0-9]{6,14}")
NAME = re.compile(
    r"(?=.{1,253}\Z)([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\.)*[a-z0-9][a-z0-9-]{0,62}"
)
TOPIC = re.compile(r"[A-Za-z0-9_-]{1,64}")
KEY = re.compile(r"[A-Za-z0-9._-]{6,64}")
DEVICE = re.compile(r"[A-Za-z0-9_-]{1,25}")
INSIDE = (".local", ".localhost", ".internal", ".intranet", ".lan", ".home", ".corp", ".home.arpa")


class BadTarget(Exception):
    """Not an address we can ring; the sentence says which form it should have."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


@dataclass(frozen=True, kw_only=True)
class Target:
    """`url` is what the gateway rings and is shown nowhere; `hint` is what may be shown."""

    url: str = field(repr=False)
    hint: str


@dataclass(frozen=True, kw_only=True)
class _Parts:
    """An address of the form scheme://user:password@host:port/a/b, taken apart."""

    scheme: str
    user: str
    host: str
    port: str
    path: tuple[str, ...]

    @property
    def place(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}" if self.port else host


def read_target(method: Method, raw: str, *, trusted: bool) -> Target:
    """The address in the form we ring, and its hint; raises BadTarget with a sentence.

    `trusted` is the operator: they may use clear text, private addresses and every listed kind.
    Names are looked up only when ringing, where the guard checks what they lead to.
    """
    text = raw.strip()
    if len(text) > LONGEST or not text.isascii() or not text.isprintable() or " " in text:
        raise BadTarget(
            "That is no address Baton can ring: it is too long, or has spaces or special "
            "characters in it."
        )
    return _READERS[method](text, trusted)


def _mail(text: str, trusted: bool) -> Target:
    text = text.removeprefix("mailto:")
    fits = len(text) <= LONGEST_MAILBOX and MAILBOX.fullmatch(text)
    if not fits or ".." in text or text.startswith("."):
        raise BadTarget("An e-mail address looks like ana@example.com.")
    return Target(url=text, hint=f"…@{text.rpartition('@')[2].lower()}")


def _phone(text: str, trusted: bool) -> Target:
    number = re.sub(r"[().-]", "", text)
    if not PHONE.fullmatch(number):
        raise BadTarget(
            "A phone number starts with + and the country, such as +353 without spaces."
        )
    return Target(url=number, hint=f"…{number[-2:]}")


def _slack(text: str, trusted: bool) -> Target:
    raise BadTarget("Slack needs no address: everybody with a known account is rung there.")


def _push(text: str, trusted: bool) -> Target:
    # What people copy out of a browser.
    text = re.sub(r"^https://ntfy\.sh/", "ntfys://ntfy.sh/", text)
    parts = _split(text)
    if parts is None or parts.scheme not in kinds.PUSH:
        raise BadTarget(
            "A push address looks like ntfys://ntfy.sh/your-topic, "
            "gotifys://gotify.example.com/token or pover://userkey@token."
        )
    if parts.scheme.startswith("ntfy") and not parts.path:
        # ntfy://topic means that topic on ntfy.sh, and topics keep their case.
        parts = _Parts(scheme="ntfys", user="", host="ntfy.sh", port="", path=(parts.host,))
    if not trusted and parts.scheme in ("ntfy", "gotify"):
        raise BadTarget(
            f"{parts.scheme}:// is not encrypted, and pages carry signed links: use "
            f"{parts.scheme}s:// instead."
        )
    return _FORMS[parts.scheme.rstrip("s")](parts, trusted)


def _apprise(text: str, trusted: bool) -> Target:
    scheme = text.partition("://")[0].lower()
    if scheme not in kinds.MORE or not trusted:
        return _push(text, trusted)
    url = scheme + text[len(scheme) :]
    made = kinds.make(url)
    if made is None or len(made) != 1:
        raise BadTarget(f"apprise cannot read this {scheme}:// address as that of one person.")
    return Target(url=url, hint=f"{made.service_name} …")


def _ntfy(parts: _Parts, trusted: bool) -> Target:
    place, topic = _place(parts, trusted), parts.path[0]
    if len(parts.path) != 1 or not TOPIC.fullmatch(topic):
        raise BadTarget("An ntfy address has one topic, such as ntfys://ntfy.sh/your-topic.")
    user = _user(parts.user)
    tail = topic[-3:] if len(topic) > 6 else ""
    return Target(url=f"{parts.scheme}://{user}{place}/{topic}", hint=f"ntfy …{tail}")


def _gotify(parts: _Parts, trusted: bool) -> Target:
    place = _place(parts, trusted)
    whole = [*parts.path]
    if parts.user or not whole or not all(KEY.fullmatch(each) for each in whole[-1:]):
        raise BadTarget(
            "A Gotify address ends in the application's token: gotifys://gotify.example.com/token."
        )
    if not all(TOPIC.fullmatch(each) for each in whole[:-1]):
        raise BadTarget("That Gotify address has a path that Baton cannot read.")
    url = f"{parts.scheme}://{place}/{'/'.join(whole)}"
    return Target(url=url, hint=f"Gotify at {parts.host.lower()}")


def _pushover(parts: _Parts, trusted: bool) -> Target:
    device = parts.path[0] if parts.path else ""
    good = KEY.fullmatch(parts.user) and KEY.fullmatch(parts.host) and not parts.port
    if not good or len(parts.path) > 1 or (device and not DEVICE.fullmatch(device)):
        raise BadTarget(
            "A Pushover address is pover://userkey@token, or pover://userkey@token/device."
        )
    tail = f"/{device}" if device else ""
    return Target(
        url=f"pover://{parts.user}@{parts.host}{tail}", hint=f"Pushover …{parts.user[-2:]}"
    )


def _place(parts: _Parts, trusted: bool) -> str:
    """Host and port, refused when they obviously lie inside our own network."""
    host = parts.host.lower()
    if not _is_host(host):
        raise BadTarget("That address has no readable host name in it.")
    if not trusted and not _may_be_public(host):
        raise BadTarget(
            "That address lies in a private network. Only the operator may add it: "
            "`contact add` on the command line."
        )
    return _Parts(scheme="", user="", host=host, port=parts.port, path=()).place


def _is_host(host: str) -> bool:
    return ":" in host or bool(NAME.fullmatch(host))


def _may_be_public(host: str) -> bool:
    """Literal addresses must be public; names need a dot and a top-level domain of letters, so
    that no spelling of a number passes as a name."""
    if ":" in host or host.replace(".", "").isdigit():
        return guard.is_public(host)
    last = host.rpartition(".")[2]
    return "." in host and last.isalpha() and not host.endswith(INSIDE)


def _user(user: str) -> str:
    if not user:
        return ""
    name, colon, password = user.partition(":")
    again = [quote(unquote(each), safe="") for each in ([name, password] if colon else [name])]
    return ":".join(again) + "@"


def _split(text: str) -> _Parts | None:
    """Taken apart by hand: urlsplit makes hosts lower case, and keys stand where hosts do.

    No query and no fragment: apprise would take options from them, such as files to attach.
    """
    found = re.fullmatch(
        r"(?P<scheme>[A-Za-z]+)://(?:(?P<user>[^@/?#\[\]]+)@)?"
        r"(?:\[(?P<six>[0-9A-Fa-f:.]+)\]|(?P<host>[^@:/?#\[\]]+))"
        r"(?::(?P<port>[0-9]{1,5}))?(?P<path>(?:/[^@/?#\[\]]+)*)/?",
        text,
    )
    if found is None or int(found["port"] or 1) not in range(1, 65536):
        return None
    return _Parts(
        scheme=found["scheme"].lower(),
        user=found["user"] or "",
        host=found["six"] or found["host"],
        port=found["port"] or "",
        path=tuple(each for each in found["path"].split("/") if each),
    )


_FORMS: dict[str, Callable[[_Parts, bool], Target]] = {
    "ntfy": _ntfy,
    "gotify": _gotify,
    "pover": _pushover,
}
_READERS: dict[Method, Callable[[str, bool], Target]] = {
    Method.SLACK: _slack,
    Method.PUSH: _push,
    Method.APPRISE: _apprise,
    Method.EMAIL: _mail,
    Method.SMS: _phone,
    Method.VOICE: _phone,
}
