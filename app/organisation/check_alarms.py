"""Are services, alarms, heartbeats and intakes complete, and do they fit one another?"""

from app.organisation.directory import Directory, expect, refuse_doubles
from app.organisation.findings import Findings
from app.organisation.problem import nearest, quoted
from app.organisation.schema import (
    AlarmEntry,
    HeartbeatEntry,
    IntakeEntry,
    OrganisationFile,
)


def check_services(file: OrganisationFile, directory: Directory, findings: Findings) -> None:
    refuse_doubles(
        ((f"service[{number}].id", service.id) for number, service in enumerate(file.service)),
        kind="service",
        findings=findings,
    )
    watched = {(beat.service, beat.threatens) for beat in file.heartbeat}
    for number, service in enumerate(file.service):
        path = f"service[{number}]"
        expect(service.team, directory.teams, kind="team", path=f"{path}.team", findings=findings)
        refuse_doubles(
            ((f"{path}.sla[{n}].id", sla.id) for n, sla in enumerate(service.sla)),
            kind="SLA",
            findings=findings,
        )
        for position, sla in enumerate(service.sla):
            if sla.core and (service.id, sla.id) not in watched:
                findings.warning(
                    f"{path}.sla[{position}]",
                    f"nothing tells whether {quoted(sla.text)} is met, so it counts as breached "
                    "while an incident threatens it",
                    f'Add a [[heartbeat]] with threatens = "{sla.id}".',
                    given=["heartbeat", f"{path}.id", f"{path}.sla[{position}].id"],
                )


def check_alarms(file: OrganisationFile, directory: Directory, findings: Findings) -> None:
    """A catalogue with nothing missing, approved by somebody else (product.md 30)."""
    refuse_doubles(
        ((f"alarm[{number}].key", alarm.key) for number, alarm in enumerate(file.alarm)),
        kind="alarm",
        findings=findings,
    )
    for number, alarm in enumerate(file.alarm):
        path = f"alarm[{number}]"
        _expect_threat(alarm, path, directory, findings)
        _check_severity(alarm, path, findings)
        for key, hint in (
            ("runbook", "Say where it is written what to do."),
            ("action", "Say in a sentence what a human does."),
        ):
            if getattr(alarm, key) is None:
                findings.problem(f"{path}.{key}", "is missing", hint)
        _check_approval(alarm, path, directory, findings)


def _expect_threat(
    entry: AlarmEntry | HeartbeatEntry, path: str, directory: Directory, findings: Findings
) -> None:
    """The service is known, and the SLA is one of its own."""
    if not expect(
        entry.service,
        directory.services,
        kind="service",
        path=f"{path}.service",
        findings=findings,
    ):
        return
    own = directory.slas[entry.service]
    if entry.threatens is None or entry.threatens in own:
        return
    findings.problem(
        f"{path}.threatens",
        f"service {quoted(entry.service)} has no SLA {quoted(entry.threatens)}",
        _whose_sla(entry.threatens, own, directory),
    )


def _whose_sla(name: str, own: list[str], directory: Directory) -> str:
    for service, slas in directory.slas.items():
        if name in slas:
            return f"It is an SLA of {quoted(service)}; only the service's own can be threatened."
    return nearest(name, own, otherwise="Add it as a [[service.sla]] of that service.")


def _check_severity(alarm: AlarmEntry, path: str, findings: Findings) -> None:
    if alarm.threatens is not None and alarm.severity is not None:
        findings.problem(
            f"{path}.severity",
            "is computed where an SLA is threatened, so it would be ignored",
            "Leave severity out, or threatens.",
            given=[f"{path}.threatens"],
        )
    if alarm.threatens is None and alarm.severity is None:
        findings.problem(
            path,
            "says neither what it threatens nor how severe it is",
            'Name the SLA with threatens, or write severity = "P3".',
            given=[f"{path}.threatens", f"{path}.severity"],
        )


def _check_approval(alarm: AlarmEntry, path: str, directory: Directory, findings: Findings) -> None:
    for key in ("proposed_by", "approved_by"):
        name = getattr(alarm, key)
        if name is not None:
            directory.expect_person(name, f"{path}.{key}", findings)
    if alarm.approved_by is None:
        findings.warning(
            path,
            "is not approved: out of hours it wakes nobody, unless a "
            "core SLA is breached or nothing shows it met",
            "Let somebody other than the proposer put their name to approved_by.",
            given=[f"{path}.approved_by"],
        )
    elif alarm.proposed_by is None:
        findings.problem(
            f"{path}.proposed_by",
            "is missing, so nobody can tell whether somebody else approved",
            "Name who proposed the alarm.",
        )
    elif directory.identity(alarm.approved_by) == directory.identity(alarm.proposed_by):
        findings.problem(
            f"{path}.approved_by",
            f"{quoted(alarm.approved_by)} proposed this alarm and cannot approve it",
            "Somebody else approves, or leave approved_by out.",
            given=[f"{path}.proposed_by"],
        )


def check_heartbeats(file: OrganisationFile, directory: Directory, findings: Findings) -> None:
    refuse_doubles(
        ((f"heartbeat[{number}].key", beat.key) for number, beat in enumerate(file.heartbeat)),
        kind="heartbeat",
        findings=findings,
    )
    for number, beat in enumerate(file.heartbeat):
        path = f"heartbeat[{number}]"
        _expect_threat(beat, path, directory, findings)
        _check_due(beat, f"{path}.due", findings)


def _check_due(beat: HeartbeatEntry, path: str, findings: Findings) -> None:
    if not beat.due.every:
        findings.problem(
            f"{path}.every", "is no time at all", 'Write how often it comes, as "15m" or "1d".'
        )
    elif beat.due.at is not None and beat.due.every.seconds:
        findings.problem(
            f"{path}.every",
            "is not a number of whole days, so it cannot come at one time of day",
            'Write every = "1d", or leave at out.',
            given=[f"{path}.at"],
        )
    if beat.due.at is None and beat.due.timezone is not None:
        findings.problem(
            f"{path}.timezone",
            "is of no use without at",
            'Add at = "07:00", or leave timezone out.',
            given=[f"{path}.at"],
        )


def check_intakes(file: OrganisationFile, findings: Findings) -> None:
    refuse_doubles(
        ((f"intake[{number}]", _mapping_of(intake)) for number, intake in enumerate(file.intake)),
        kind="the mapping of",
        findings=findings,
    )
    for number, intake in enumerate(file.intake):
        if not intake.alarm:
            findings.problem(
                f"intake[{number}].alarm",
                "is empty",
                'Write alarm = "labels.alertname", or leave the [[intake]] out.',
            )


def _mapping_of(intake: IntakeEntry) -> str:
    return f"{intake.source}, token {intake.token}" if intake.token else intake.source
