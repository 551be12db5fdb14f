"""Are people, teams and the organisation's own references complete and sound?"""

from app.organisation.directory import Directory, expect, id_of, refuse_doubles
from app.organisation.findings import Findings
from app.organisation.problem import quoted
from app.organisation.public_holidays import HolidaysUnknown, public_holidays
from app.organisation.schema import OrganisationFile, TeamEntry
from app.rules.organisation import RotaKind


def check_people(file: OrganisationFile, findings: Findings) -> None:
    for number, person in enumerate(file.person):
        if not id_of(person):
            path = f"person[{number}]"
            findings.problem(
                path,
                "has neither an e-mail address nor a Slack id",
                'Write email = "ana@acme.test".',
                given=[f"{path}.email", f"{path}.slack_id"],
            )
    for key in ("email", "slack_id"):
        refuse_doubles(
            ((f"person[{n}].{key}", getattr(each, key)) for n, each in enumerate(file.person)),
            kind="person",
            findings=findings,
        )


def check_organisation(file: OrganisationFile, directory: Directory, findings: Findings) -> None:
    for key, kind in (
        ("out_of_hours_rota", RotaKind.VOLUNTEERS),
        ("manager_rota", RotaKind.MANAGERS),
    ):
        _expect_rota(
            getattr(file.organisation, key), kind, f"organisation.{key}", file, directory, findings
        )
    if file.escalation is None:
        return
    for key in ("primary_wait", "manager_wait", "acknowledgement_expires"):
        wait = getattr(file.escalation, key)
        if wait is not None and not wait:
            findings.problem(
                f"escalation.{key}",
                "is no time at all, so nobody could ever answer",
                'Write at least "1s"; "5m" is usual.',
            )


def check_teams(file: OrganisationFile, directory: Directory, findings: Findings) -> None:
    refuse_doubles(
        ((f"team[{number}].id", team.id) for number, team in enumerate(file.team)),
        kind="team",
        findings=findings,
    )
    for number, team in enumerate(file.team):
        path = f"team[{number}]"
        check_members(team.members, f"{path}.members", directory, findings)
        if team.rota is None:
            findings.warning(
                path,
                "has no rota: in the team's working hours its channel is called "
                "and the manager tier is paged at once",
                'Give it a [[rota]] of kind "team".',
                given=[f"{path}.rota"],
            )
        else:
            _expect_rota(team.rota, RotaKind.TEAM, f"{path}.rota", file, directory, findings)
        _check_hours(team, f"{path}.working_hours", findings)


def check_members(members: list[str], path: str, directory: Directory, findings: Findings) -> None:
    for number, member in enumerate(members):
        directory.expect_person(member, f"{path}[{number}]", findings)
    refuse_doubles(
        ((f"{path}[{n}]", directory.identity(each)) for n, each in enumerate(members)),
        kind="person",
        findings=findings,
    )


def _check_hours(team: TeamEntry, path: str, findings: Findings) -> None:
    hours = team.working_hours
    if not hours.days:
        findings.problem(
            f"{path}.days",
            "is empty, so the team never works",
            'Write days = ["mon", "tue", "wed", "thu", "fri"].',
        )
    if hours.start == hours.end:
        findings.problem(
            f"{path}.to",
            "is the same time as from, so the working day is empty",
            'For a whole day write from = "00:00" and to = "23:59:59".',
            given=[f"{path}.from"],
        )
    for number, holiday in enumerate(hours.holidays):
        if isinstance(holiday, str):
            try:
                public_holidays(holiday)
            except HolidaysUnknown as error:
                findings.problem(f"{path}.holidays[{number}]", error.what, error.hint)


def _expect_rota(
    name: str,
    kind: RotaKind,
    path: str,
    file: OrganisationFile,
    directory: Directory,
    findings: Findings,
) -> None:
    if not expect(name, directory.rotas, kind="rota", path=path, findings=findings):
        return
    rota = directory.rotas[name]
    if rota.kind is not kind:
        findings.problem(
            path,
            f"rota {quoted(name)} is of kind {rota.kind}",
            f'A rota of kind "{kind}" is needed here.',
            given=[f"rota[{file.rota.index(rota)}].kind"],
        )
