"""Every text a phone shows. Short: a lock screen at 03:00 shows a title and two lines."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

TITLE = 80
"""Characters of a title; lock screens cut longer ones."""
LINE = 160
BODY = 900
"""Characters of a body: Pushover cuts at 1024."""
DROPPED = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Control, bidirectional and invisible characters, lone surrogates, and separators of lines."""


@dataclass(frozen=True, kw_only=True)
class PageText:
    """What one phone shows. `key` groups messages about one thing; `link` is where to answer."""

    title: str
    body: str
    link: str | None = None
    key: str = ""
    urgent: bool = True
    repeat: bool = False


@dataclass(frozen=True, kw_only=True)
class PageFacts:
    """The plain facts of a page; only `runbook` and `link` are shown as addresses.

    `why_you` says why this person is rung, `others` who else is, `asked` what somebody who
    escalated or paged by hand wrote.
    """

    key: str
    severity: str
    title: str
    reason: str = ""
    service: str | None = None
    why_you: str = ""
    others: Sequence[str] = ()
    asked_by: str | None = None
    asked: str = ""
    alerts: int = 0
    runbook: str | None = None
    link: str | None = None
    repeat: bool = False


def page_text(facts: PageFacts) -> PageText:
    """A page. What an alert or a person wrote is cleaned: it cannot add a line, a header, a
    hidden character or something that begins an address."""
    title = f"{facts.severity} {facts.key} {tame(facts.title)}"
    lines = []
    if facts.repeat:
        lines.append("Repeat: you may have had this message already.")
    if facts.asked:
        asker = tame(facts.asked_by or "Somebody", 60)
        lines.append(f"{asker} asks: {tame(facts.asked)}")
    if facts.reason:
        lines.append(tame(facts.reason))
    if facts.service:
        lines.append(f"Service: {tame(facts.service, 60)}{_alerts(facts.alerts)}")
    if facts.why_you:
        lines.append(f"You: {tame(facts.why_you)}")
    if facts.others:
        lines.append(f"Also rung: {_names(facts.others)}")
    if facts.runbook and (runbook := address(facts.runbook)):
        lines.append(f"Runbook: {runbook}")
    return PageText(
        title=cut(title, TITLE),
        body=cut("\n".join(lines) or "Acknowledge it in Slack.", BODY),
        link=facts.link,
        key=facts.key,
        repeat=facts.repeat,
    )


def test_text() -> PageText:
    """What a test page says; it rings like a real one, or it would prove nothing."""
    return PageText(
        title="Baton test page",
        body="Nothing is wrong. A real page reaches you the same way.",
        key="baton-test",
    )


def blind_text(host: str, seconds: float, *, damaged: bool = False) -> PageText:
    """Baton has no database: said by each replica once, to the last primary and manager known."""
    trouble = f"has not reached its database for {seconds:.0f} s"
    remedy = "see to the database"
    if damaged:
        trouble = f"found its database damaged {seconds:.0f} s ago"
        remedy = "put back the newest backup with `restore`"
    return PageText(
        title="Baton is blind",
        body=f"Baton on {tame(host, 60)} {trouble}. Until it is well, no alert is taken in, and "
        f"nobody may be paged. Watch your systems by other means, and {remedy}. Alerts that "
        "senders repeat are taken in when it is back. You hear nothing more of this.",
        key="baton-blind",
    )


def code_text(code: str) -> PageText:
    """The message that proves a contact method is the person's own."""
    return PageText(
        title=f"Baton code: {code}",
        body=f"Enter {code} where you added this contact method, within 10 minutes. "
        "If you did not add it, do nothing: Baton will not ring you.",
        key="baton-code",
    )


def trouble_text(sentence: str) -> PageText:
    """Baton's own trouble, for whoever looks after it; it wakes nobody."""
    return PageText(
        title="Baton has trouble",
        body=tame(sentence, BODY),
        key="baton-trouble",
        urgent=False,
    )


def notice_text(title: str, sentence: str) -> PageText:
    """What somebody should know soon; it wakes nobody."""
    return PageText(
        title=tame(title, 60), body=tame(sentence, BODY), key="baton-notice", urgent=False
    )


def tame(text: str, longest: int = LINE) -> str:
    """Foreign text as one clean line of at most `longest` characters.

    Phones turn addresses into links, so a scheme is broken apart ("https: //"); a bare domain
    name may still be underlined by a phone that guesses.
    """
    kept = text[: longest * 8]
    if not kept.isprintable():  # almost always it is, and that is much quicker to tell
        kept = _without_tricks(kept)
    return cut(" ".join(kept.split()).replace("://", ": //"), longest)


def _without_tricks(text: str) -> str:
    return "".join(
        " " if char.isspace() or unicodedata.category(char) in ("Cc", "Zl", "Zp") else char
        for char in text
        if char.isspace() or unicodedata.category(char) not in DROPPED - {"Cc", "Zl", "Zp"}
    )


def cut(text: str, longest: int) -> str:
    """At most `longest` characters, ending in an ellipsis where something was left out."""
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"


def address(text: str) -> str | None:
    """A web address that may be shown as one; None for anything else."""
    fits = text.startswith(("https://", "http://")) and len(text) <= 500
    return text if fits and text.isascii() and text.isprintable() and " " not in text else None


def _alerts(count: int) -> str:
    return f", {count} alerts" if count > 1 else ""


def _names(people: Sequence[str]) -> str:
    shown = [tame(each, 40) for each in people[:3]]
    more = len(people) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more > 0 else "")
