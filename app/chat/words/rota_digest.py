"""The managers' week: what is missing on the rotas, with what to do about it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from app.chat.blocks import compose
from app.chat.message import Message
from app.chat.words.escape import escape
from app.chat.words.gaps import GapFacts, gap_line
from app.chat.words.people import Who, named
from app.chat.words.readiness import unready
from app.rules.readiness import Readiness

NAME = 60
MOST = (10, 6, 3, 2)
"""So many of a kind are told: fewer where names and reasons are long."""
LONGEST = 3800


@dataclass(frozen=True, kw_only=True)
class DigestFacts:
    gaps: Sequence[GapFacts]
    unready: Sequence[tuple[Who, Readiness]]
    risks: Sequence[tuple[str, Who, int]]
    pools: Sequence[tuple[str, int, int, int]]
    """The rota, how many serve, and how few and how many are wanted."""
    ending: Sequence[tuple[Who, str, date]]


def rota_digest(facts: DigestFacts) -> Message:
    parts = [
        ("Gaps in the next 60 days", [gap_line(each) for each in facts.gaps]),
        ("Not ready for a shift of the next two weeks", unready(facts.unready)),
        ("Only one person mends it", [_risk(*each) for each in facts.risks]),
        ("Too few or too many volunteers", [_pool(*each) for each in facts.pools]),
        ("Tours that end within four weeks", [_ending(*each) for each in facts.ending]),
    ]
    fitting = (most for most in MOST if len("\n".join(_lines(parts, most))) <= LONGEST)
    return compose(
        _lines(parts, next(fitting, MOST[-1])),
        small=["Only managers get this, on Mondays, and only when something is missing."],
    )


def _lines(parts: Sequence[tuple[str, Sequence[str]]], most: int) -> list[str]:
    lines = ["*The rotas this week*"]
    for title, told in parts:
        if told:
            lines += [f"*{title}*", *told[:most]]
            lines += [f"… and {len(told) - most} more"] if len(told) > most else []
    return lines


def _risk(service: str, who: Who, count: int) -> str:
    return (
        f"• {escape(service, NAME)}: all {count} incidents of 90 days by {named(who)}. Pair "
        "somebody with them, or write the runbook together."
    )


def _pool(rota: str, people: int, fewest: int, most: int) -> str:
    missing = f"{fewest - people} more are wanted: ask for volunteers" if people < fewest else ""
    many = "turns come so seldom that nobody stays in practice"
    return (
        f"• {escape(rota, NAME)}: {people} serve, {fewest} to {most} are wanted. "
        + (missing or many).capitalize()
        + "."
    )


def _ending(who: Who, rota: str, last: date) -> str:
    return f"• {named(who)}, {escape(rota, NAME)}: until {last.day} {last:%B %Y}"
