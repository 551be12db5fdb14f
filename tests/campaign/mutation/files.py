"""What is mutated, and by which tests its mistakes should be noticed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class File:
    """`own` are asked first, then `also`; `parts` names what is mutated of it (empty: all).
    `postgres`: its tests run on both databases, else on SQLite alone."""

    area: str
    own: Sequence[str]
    also: Sequence[str] = ()
    parts: frozenset[str] = frozenset()
    postgres: bool = False


_RULES: Mapping[str, Sequence[str]] = {
    **{
        name: [name]
        for name in (
            *("alert", "as_of", "by_hand", "calendar", "chain", "escalation", "heartbeat"),
            *("incident", "ladder", "organisation", "severity"),
        )
    },
    "rota": ["rota", "layers"],
    "routing": ["routing", "layers"],
    "schedule": ["schedule", "layers"],
    "succession": ["succession", "rota", "layers"],
    "sun": ["sun", "layers"],
    "turns": ["turns", "rota", "layers"],
}
"""Each rule, and whose tests are asked first."""


def _rule(own: Sequence[str]) -> File:
    return File(
        area="rules", own=[f"tests/rules/test_{each}.py" for each in own], also=["tests/rules"]
    )


_CLAIMED = """
_READY _IN_TURN _FREE _FREE_ONE _FREE_BUT _TAKE _HELD _ENDED _END _DONE _POSTPONE _POSTPONE_FRESH
_HASTEN _RENEW _free ask_and_claim claim release_all doubt_all leave take_up renew finish postpone
delay cancel _cancelling hasten hasten_failed next_due _NEXT _claim_of _value
"""
FILES: Mapping[str, File] = {
    **{f"app/rules/{name}.py": _rule(own) for name, own in _RULES.items()},
    "storage/effects.py": File(
        area="claim",
        own=["tests/storage/test_effects.py"],
        parts=frozenset(_CLAIMED.split()),
        postgres=True,
    ),
    "app/delivery/rings.py": File(area="claim", own=["tests/delivery/test_rings.py"]),
    "app/delivery/lanes.py": File(area="claim", own=["tests/delivery/test_lanes.py"]),
    "app/flows/admit.py": File(area="authorise", own=["tests/flows/test_admit.py"]),
    "app/chat/words/escape.py": File(area="escape", own=["tests/chat/words/test_escape.py"]),
    "app/paging/words.py": File(area="escape", own=["tests/paging/test_words.py"]),
    "app/paging/mail.py": File(
        area="escape", own=["tests/paging/test_mail.py"], parts=frozenset({"compose"})
    ),
}
