"""The managers' week, told as things stand when it is said."""

from collections.abc import Mapping
from typing import Any

from app.chat.message import Message
from app.chat.words import rota_digest as words
from app.flows.rota_digest import rota_digest
from app.flows.tell.gaps import gap_facts
from app.flows.tell.names import who
from app.flows.work import Work


def weekly(work: Work, facts: Mapping[str, Any]) -> Message | None:
    """None when all is well by now."""
    found = rota_digest(work)
    if found.all_well:
        return None
    services = work.org.services
    return words.rota_digest(
        words.DigestFacts(
            gaps=[gap_facts(work, each) for each in found.gaps],
            unready=[(who(work, each.person), each) for each in found.unready],
            risks=[
                (
                    services[each.service].name if each.service in services else each.service,
                    who(work, each.person),
                    each.count,
                )
                for each in found.risks
            ],
            pools=[
                (each.rota, each.people, each.wanted.min, each.wanted.max) for each in found.pools
            ],
            ending=[(who(work, tour.person), rota, tour.ends) for rota, tour in found.ending],
        )
    )
