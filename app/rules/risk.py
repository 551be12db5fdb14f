"""What only one person knows how to mend (product.md 35)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from app.rules.incident import Incident, State
from app.rules.organisation import PersonId, ServiceId

LOOKED_BACK = timedelta(days=90)
ENOUGH = 4
"""With fewer incidents it says nothing that always the same person solved them."""
NOT_SOLVED = frozenset({State.CANCELLED, State.MERGED})


@dataclass(frozen=True, kw_only=True)
class OneOnly:
    """All `count` incidents of the service were taken and resolved by `person`."""

    service: ServiceId
    person: PersonId
    count: int


def single_person_risks(incidents: Iterable[Incident]) -> list[OneOnly]:
    """By service, most incidents first. What nobody took says nothing of anybody."""
    solved: dict[ServiceId, list[set[PersonId]]] = {}
    for each in incidents:
        people = {person for person in (each.acknowledged_by, each.resolved_by) if person}
        if each.service and people and each.state not in NOT_SOLVED:
            solved.setdefault(each.service, []).append(people)
    found = []
    for service, by in solved.items():
        everybody = set().union(*by)
        if len(by) >= ENOUGH and len(everybody) == 1:
            found.append(OneOnly(service=service, person=everybody.pop(), count=len(by)))
    return sorted(found, key=lambda each: (-each.count, each.service))
