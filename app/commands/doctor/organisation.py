"""The organisation: its file, gaps ahead, who can be woken, and alarms that nobody accepted."""

from collections.abc import Iterator
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from app.commands.doctor.database import InForce
from app.commands.doctor.finding import Finding, fail, ok, warn
from app.organisation.ahead import gaps_ahead
from app.organisation.read import Reading, read
from app.rules.organisation import Organisation, PersonId, RotaId

MOST_NAMED = 5


def look_at_file(path: Path, in_force: InForce | None) -> tuple[list[Finding], Organisation | None]:
    """The findings, and the file's organisation where it has no problems."""
    try:
        data = path.read_bytes()
    except OSError as error:
        what = f"{path} cannot be read: {error.strerror}"
        if in_force is None:
            fix = "Set BATON_ORGANISATION to it, or write it: the README shows how."
            return [fail("file", what, fix)], None
        fix = "Set BATON_ORGANISATION to it. Until then `run` goes on with what is in force."
        return [warn("file", what, fix)], None
    reading = read(data, source=path.name)
    findings = list(_reading(path, reading))
    if reading.organisation is not None and in_force is not None:
        findings += _against(path, data, in_force)
    return findings, reading.organisation


def _reading(path: Path, reading: Reading) -> Iterator[Finding]:
    if reading.problems:
        several = f"{len(reading.problems)} problems" if len(reading.problems) > 1 else "a problem"
        what = f"{path} has {several}, so it is not applied: {reading.problems[0]}"
        yield fail("file", what, f"`python3 -m app check {path}` lists all of them.")
    else:
        yield ok("file", f"{path} has no problems")
    for warning in reading.warnings:
        yield warn("file", f"{warning.path}: {warning.what}", warning.hint)


def _against(path: Path, data: bytes, in_force: InForce) -> Iterator[Finding]:
    text = data.decode("utf-8").replace("\r\n", "\n")
    if sha256(text.encode()).hexdigest() != in_force.digest:
        yield warn(
            "file",
            f"{path} differs from what is in force",
            "`python3 -m app plan` shows how, `python3 -m app apply` puts it in force.",
        )


def look_ahead(organisation: Organisation, *, now: datetime) -> Iterator[Finding]:
    """Gaps are looked for 60 days ahead (product.md 25)."""
    gaps = gaps_ahead(organisation, now=now)
    rotas = list(organisation.rotas)
    for gap in gaps:
        number = int(gap.path.removeprefix("rota[").removesuffix("]"))
        yield warn("gaps", f"rota {rotas[number]}: {gap.what}", gap.hint)
    if not gaps:
        yield ok("gaps", "somebody is on every rota for the next 60 days")


def look_at_reach(in_force: InForce) -> Iterator[Finding]:
    """Whoever may be rung at night needs a contact method that wakes (product.md 8)."""
    organisation = in_force.organisation
    for tier, rota in (
        ("out-of-hours rota", organisation.out_of_hours_rota),
        ("manager tier", organisation.manager_rota),
    ):
        yield from _reach(tier, _who_serves(organisation, rota), in_force.wakeable)


def _reach(tier: str, people: list[PersonId], wakeable: frozenset[PersonId]) -> Iterator[Finding]:
    asleep = [person for person in people if person not in wakeable]
    fix = (
        "Let them add push with `/oncall contact`, or add it with "
        f"`python3 -m app contact add {asleep[0] if asleep else ''} --method push --target …`."
    )
    if people and len(asleep) == len(people):
        yield fail("reach", f"nobody of the {tier} has a verified method that can wake them", fix)
    elif asleep:
        more = f" and {len(asleep) - MOST_NAMED} more" if len(asleep) > MOST_NAMED else ""
        named = ", ".join(asleep[:MOST_NAMED]) + more
        yield warn("reach", f"{named} of the {tier} cannot be woken", fix)
    else:
        yield ok("reach", f"everybody of the {tier} can be woken")


def _who_serves(organisation: Organisation, rota_id: RotaId) -> list[PersonId]:
    rota = organisation.rotas.get(rota_id)
    return list(rota.everybody) if rota is not None else []


def look_at_alarms(organisation: Organisation) -> Iterator[Finding]:
    """An unaccepted alarm on a core SLA pages, unless a heartbeat shows it met (product.md 31)."""
    found = False
    for alarm in organisation.alarms.values():
        service = organisation.services.get(alarm.service)
        sla = service.sla(alarm.threatens) if service and alarm.threatens else None
        if sla is not None and sla.core and not alarm.accepted:
            found = True
            yield warn(
                "alarms",
                f'alarm {alarm.key} threatens the core SLA "{sla.text}" and is not accepted',
                "Let somebody other than its proposer put their name to approved_by.",
            )
    if not found:
        yield ok("alarms", "every alarm on a core SLA is accepted")
