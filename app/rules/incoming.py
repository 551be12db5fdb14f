"""Who has the pager of a service, and since when: there lies a boundary (product.md 2)."""

from datetime import datetime

from app.rules import calendar, routing
from app.rules.organisation import Organisation, PersonId, ServiceId, Severity
from app.rules.rota import EVER
from app.rules.schedule import Schedule


def has_the_pager(
    org: Organisation, schedule: Schedule, service: ServiceId | None, at: datetime
) -> dict[PersonId, datetime]:
    """Tier 1 of the service at `at`, each with the instant at which they became it: the start of
    their shift, or the turn of the owner's working hours inside it."""
    owned = org.services.get(service) if service else None
    team = org.teams.get(owned.team) if owned else None
    turned = calendar.last_change(team.working_hours, at) if team else None
    found: dict[PersonId, datetime] = {}
    for choice in routing.who(org, schedule, service, Severity.P1, at).primary:
        start = choice.facts["shift"][0]
        begun = datetime.fromisoformat(start) if start else EVER
        found[choice.person] = max(begun, turned or EVER)
    return found
