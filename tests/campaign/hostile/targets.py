"""What is fuzzed: each target reads any bytes, and raises when a promise of it is broken."""

import functools
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from email import policy
from email.parser import BytesParser
from pathlib import Path
from typing import Any

from starlette.requests import Request

from app.chat.words import escape as words
from app.organisation.read import read as read_organisation
from app.paging.links import Claim, Links
from app.paging.mail import compose
from app.paging.targets import BadTarget, read_target
from app.paging.words import PageFacts, PageText, page_text
from app.rules.alert import Alert
from app.rules.ladder import Method
from handlers.slack.guard import Guard
from handlers.slack.parse import INC, ONCALL, read_line, readable, storable, take_target, take_team
from handlers.slack.payload import FORM, BadPayload, read_payload
from handlers.web.intake.desk import READERS
from handlers.web.intake.readers import Unreadable

CORPUS = Path(__file__).parent / "corpus"
KEY = "a-key-for-fuzzing-only-0123456789abcdef"
CLAIM = Claim(incident=12, escalation=7, person="ana@acme.test")
LINKS = Links("https://baton.acme.test", KEY)
LINE_BREAKS = re.compile(r"[\r\n\v\f\x1c-\x1e\x85\u2028\u2029]")
STAMP = 1_795_000_000


class BrokenPromiseError(AssertionError):
    """A target did what it never may; the text says what."""


@dataclass(frozen=True, kw_only=True)
class Target:
    """`words` are what the mutations like to put in."""

    name: str
    check: Callable[[bytes], None]
    words: Sequence[bytes] = ()

    @property
    def seeds(self) -> list[bytes]:
        """The corpus: small files made for this target, in a fixed order."""
        return [path.read_bytes() for path in sorted((CORPUS / self.name).iterdir())]


def promise(kept: bool, what: str) -> None:
    if not kept:
        raise BrokenPromiseError(what)


def intake(source: str, data: bytes) -> None:
    """Alerts whose texts every database keeps, or the one refusal there is."""
    try:
        found = READERS[source](data)
    except Unreadable:
        return
    for alert in found:
        promise(isinstance(alert, Alert), "a reader gives alerts")
        for text in (alert.alarm, alert.title, alert.fingerprint, alert.details or ""):
            promise("\0" not in text, "no NUL is stored")
            text.encode()
        json.dumps(dict(alert.labels)).encode()


def slack_payload(data: bytes) -> None:
    """The first byte chooses JSON or a form."""
    kind = FORM if data[:1] in b"fF" else "application/json"
    try:
        found = read_payload(data[1:], kind)
    except BadPayload:
        return
    promise(isinstance(found, dict), "a payload is an object")
    json.dumps(found, ensure_ascii=False).encode()


def slack_signature(data: bytes) -> None:
    """Nobody forges one: the first line is the timestamp, the second the signature."""
    stamp, _, rest = data.partition(b"\n")
    signature, _, body = rest.partition(b"\n")
    guard = Guard(_no_bolt(), "signing-secret-of-nobody", clock=lambda: float(STAMP))
    headers = [(b"x-slack-request-timestamp", stamp), (b"x-slack-signature", signature)]
    request = Request({"type": "http", "method": "POST", "path": "/", "headers": headers})
    promise(not guard._is_slacks(request, body), "a signature was forged")


def slack_line(data: bytes) -> None:
    text = data.decode("utf-8", "surrogateescape")
    for verbs in (INC, ONCALL):
        line = read_line(text, verbs)
        promise(line.verb is None or line.verb in {*verbs, "panel"}, "a verb is known or none")
        promise(line.incident is None or line.incident < 10**9, "a number fits its column")
    take_target(text)
    take_team(text, {"data": "data-infra"})
    readable(storable(text)).encode()


def organisation(data: bytes) -> None:
    reading = read_organisation(data, source="baton.toml")
    promise((reading.organisation is None) == bool(reading.problems), "problems or an organisation")
    reading.text()
    reading.as_json()


def link_token(data: bytes) -> None:
    """Only the whole, unaltered token opens, and only as what it was made for."""
    token = data.decode("latin-1")
    claim = LINKS.read(token)
    whole = LINKS.token(CLAIM.incident, CLAIM.escalation, CLAIM.person)
    promise(claim == (CLAIM if token == whole else None), "a token opened that is not ours")


def mrkdwn(data: bytes) -> None:
    """Slack builds mentions and links from `<…>` alone, and an entity must not be cut."""
    limit, text = 20 + data[:1][0] if data[:1] else 20, data[1:].decode("utf-8", "replace")
    for made in (words.escape(text, limit), words.bold(text, limit), words.paragraph(text, limit)):
        promise(len(made) <= limit, "longer than allowed")
        promise("<" not in made and ">" not in made and "`" not in made, "a sign of Slack's")
        promise(not re.search(r"&(?!(?:amp|lt|gt);)", made), "an entity was cut")
    promise("\n" not in words.escape(text, limit), "a line of its own")
    plain = words.plain(text, limit)
    promise(len(plain) <= limit and not LINE_BREAKS.search(plain), "plain text of one line")
    linked = words.link(text, text)
    if "<" in linked:
        promise(bool(re.fullmatch(r"<https?://[^<>|\s]+\|[^<>|]*>", linked)), "a strange link")


def mail(data: bytes) -> None:
    """No header, line or recipient comes from what an alert says."""
    text = data.decode("utf-8", "replace")
    facts = PageFacts(
        key="INC-1",
        severity="P1",
        title=text,
        reason=text,
        service=text,
        why_you=text,
        others=[text],
        asked_by=text,
        asked=text,
        runbook=text,
    )
    page = page_text(facts)
    promise(not LINE_BREAKS.search(page.title), "the title is one line")
    promise(len(page.body.split("\n")) <= 7, "a line was added")
    letter = compose("baton@acme.test", "ana@acme.test", page).as_bytes(policy=policy.SMTP)
    again = BytesParser(policy=policy.default).parsebytes(letter)
    promise(sorted(again.keys()) == _headers(), f"headers: {again.keys()}")
    promise(str(again["To"]) == "ana@acme.test", "another recipient")


def contact_target(data: bytes) -> None:
    """What people add rings no private address, and has the form that it was given."""
    method = (Method.PUSH, Method.EMAIL, Method.SMS, Method.APPRISE)[data[0] % 4 if data else 0]
    try:
        target = read_target(method, data[1:].decode("latin-1"), trusted=False)
    except BadTarget:
        return
    promise(target.url.isprintable() and " " not in target.url, "an address in one word")
    promise("127.0.0.1" not in target.url.split("/")[2:3], "a private address")
    promise(len(target.hint) < 260, "the hint is short")


@functools.cache
def _headers() -> list[str]:
    page = PageText(title="P1", body="a", key="INC-1")
    return sorted(compose("baton@acme.test", "ana@acme.test", page).keys())


@functools.cache
def _no_bolt() -> Any:
    """The guard is asked before Bolt, which a forged request never reaches."""
    return None


JSON_WORDS = (b'"', b"{", b"}", b"[", b"]", b":", b",", b"null", b"1e999", b"\\ud83d", b"\\u0000")
SLACK_WORDS = (
    b"<!channel>",
    b"<@U1|x>",
    b"<https://e.test|x>",
    b"&lt;",
    b"INC-1",
    b"@",
    b"\xe2\x80\xae",
)
TOML_WORDS = (b"[[", b"]]", b"=", b'"""', b"person", b"rota", b"9999-12-31", b"inf", b".", b"\n")
LINE_WORDS = (
    b"\r\n",
    b"\n",
    b"\r",
    b"\xc2\x85",
    b"\xe2\x80\xa8",
    b"=?utf-8?q?=0a?=",
    b"Bcc: x@e.test",
)

TARGETS: Mapping[str, Target] = {
    each.name: each
    for each in (
        *(
            Target(
                name=f"intake-{source}", check=functools.partial(intake, source), words=JSON_WORDS
            )
            for source in READERS
        ),
        Target(name="slack-payload", check=slack_payload, words=(*JSON_WORDS, b"payload=", b"&")),
        Target(name="slack-signature", check=slack_signature, words=(b"v0=", b"\n", b"\xd9\xa1")),
        Target(name="slack-line", check=slack_line, words=SLACK_WORDS),
        Target(name="organisation", check=organisation, words=TOML_WORDS),
        Target(name="link-token", check=link_token, words=(b"=", b"-", b"_", b"A")),
        Target(name="mrkdwn", check=mrkdwn, words=SLACK_WORDS),
        Target(name="mail", check=mail, words=LINE_WORDS),
        Target(name="contact-target", check=contact_target, words=(b"://", b"@", b"[::1]", b"%2e")),
    )
}
