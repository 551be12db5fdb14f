"""Gaps in the rota and Baton's own trouble, told in the engineering channel."""

from collections.abc import Mapping
from typing import Any

from app.chat.message import Message
from app.chat.words import gap as gap_words
from app.chat.words import trouble as trouble_words
from app.flows.tell.names import everyone
from app.flows.work import Work
from app.rules import routing


def gap(work: Work, facts: Mapping[str, Any]) -> Message | None:
    """`gap`: the sentence; `incident`, optionally: the one that was being paged for."""
    return gap_words.gap(facts["gap"], incident=_key(facts))


def alarm(work: Work, facts: Mapping[str, Any]) -> Message | None:
    """`what` failed; optionally what was `kept`, what comes `then`, whom it could not reach
    (`unreached`), whom to `call`, and the `incident`.

    With somebody unreached and nobody named to call, the manager tier is named.
    """
    call = facts.get("call") or []
    if facts.get("unreached") and not call:
        order = routing.manager_order(work.org, work.schedule, work.now)
        call = [person for person in order if person not in facts["unreached"]]
    return trouble_words.trouble(
        trouble_words.TroubleFacts(
            what=facts["what"],
            kept=facts.get("kept", ""),
            then=facts.get("then", ""),
            unreached=everyone(work, facts.get("unreached", ())),
            call=everyone(work, call),
            incident=_key(facts),
        )
    )


def _key(facts: Mapping[str, Any]) -> str | None:
    return f"INC-{facts['incident']}" if facts.get("incident") else None
