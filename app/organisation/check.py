"""Everything one entry of the file says about another, looked at in one go."""

from collections.abc import Iterable
from datetime import date

from app.organisation.check_alarms import (
    check_alarms,
    check_heartbeats,
    check_intakes,
    check_services,
)
from app.organisation.check_rotas import check_rotas
from app.organisation.check_teams import check_organisation, check_people, check_teams
from app.organisation.directory import directory_of
from app.organisation.findings import Findings
from app.organisation.schema import OrganisationFile


def check(file: OrganisationFile, *, broken: Iterable[str], today: date | None) -> Findings:
    """All that is wrong or doubtful, but for what hangs on the `broken` places."""
    findings = Findings(broken)
    directory = directory_of(file, findings)
    check_organisation(file, directory, findings)
    check_people(file, findings)
    check_teams(file, directory, findings)
    check_services(file, directory, findings)
    check_alarms(file, directory, findings)
    check_heartbeats(file, directory, findings)
    check_rotas(file, directory, findings, today=today)
    check_intakes(file, findings)
    return findings
