"""Can the turns of a rota be told: rotations, offices around the sun, how many serve at once."""

from datetime import datetime, timedelta

from app.organisation.findings import Findings
from app.organisation.problem import quoted
from app.organisation.schema import RotaEntry, RotationEntry

DAY, WEEK = timedelta(days=1), timedelta(weeks=1)


def check_rotations(rota: RotaEntry, path: str, findings: Findings) -> None:
    """Whichever way a rota has its turns from: its own rotation, or one in each office."""
    if rota.office:
        _check_offices(rota, path, findings)
    elif rota.rotation is None:
        findings.problem(
            path,
            "has no rotation, so nobody knows whose turn it is",
            'Write rotation = { every = "1w", time = "18:00", … }, or a [[rota.office]] for each.',
            given=[f"{path}.rotation", f"{path}.office"],
        )
    else:
        _check_rotation(rota.rotation, f"{path}.rotation", findings)
    if not rota.office:
        for number, tour in enumerate(rota.tour):
            if tour.office is not None:
                findings.problem(
                    f"{path}.tour[{number}].office",
                    "names an office, and this rota has none",
                    "Leave it out, or write the [[rota.office]].",
                    given=[f"{path}.office"],
                )
    people = len(rota.members)
    if rota.members and people < rota.slots:
        findings.warning(
            f"{path}.slots",
            f"{rota.slots} serve at once, and only {people} are on the rota",
            "Name more people, or let fewer serve.",
            given=[f"{path}.members"],
        )


def _check_offices(rota: RotaEntry, path: str, findings: Findings) -> None:
    for key in ("rotation", "members"):
        if getattr(rota, key):
            findings.problem(
                f"{path}.{key}",
                "belongs into the offices, where there are some",
                f"Write {key} in each [[rota.office]].",
                given=[f"{path}.office"],
            )
    names: dict[str, str] = {}
    openings: dict[tuple[str, str], str] = {}
    for number, office in enumerate(rota.office):
        place = f"{path}.office[{number}]"
        _check_rotation(office.rotation, f"{place}.rotation", findings)
        if office.rotation.every % DAY:
            findings.problem(
                f"{place}.rotation.every",
                "is not in whole days, and an office has its hours every day",
                'Write "1d" or "1w".',
            )
        if office.rotation.until is not None:
            findings.problem(
                f"{place}.rotation.until",
                "is for rotas without offices: an office serves until the next one's time",
                "Leave it out.",
            )
        earlier = names.setdefault(office.name, place)
        if earlier != place:
            findings.problem(
                f"{place}.name",
                f"office {quoted(office.name)} stands at {earlier} already",
                "Give one of them another name.",
                given=[f"{earlier}.name"],
            )
        opening = str(office.rotation.timezone), str(office.rotation.time)
        earlier = openings.setdefault(opening, place)
        if earlier != place:
            findings.problem(
                f"{place}.rotation.time",
                f"is the time of {earlier} too, so one of the two would never serve",
                "Give each office a time of its own.",
                given=[f"{earlier}.rotation", f"{place}.rotation"],
            )
    for number, tour in enumerate(rota.tour):
        if tour.office not in names:
            findings.problem(
                f"{path}.tour[{number}].office",
                "is none of this rota's offices",
                f"Write one of {', '.join(map(quoted, names))}.",
                given=[f"{path}.office"],
            )


def _check_rotation(rotation: RotationEntry, path: str, findings: Findings) -> None:
    if not rotation.every:
        findings.problem(f"{path}.every", "is no time at all", 'Write "1w", "1d" or "12h".')
    elif rotation.day is not None and rotation.every % WEEK:
        findings.problem(
            f"{path}.day",
            "needs a rotation of whole weeks",
            'Write every = "1w", or leave day out.',
            given=[f"{path}.every"],
        )
    _check_start(rotation, path, findings)
    if rotation.days and rotation.every % DAY:
        findings.problem(
            f"{path}.days",
            "needs turns of whole days",
            'Write every = "1d", or leave days out.',
            given=[f"{path}.every"],
        )
    elif rotation.days and rotation.every != DAY:
        findings.warning(
            f"{path}.every",
            "is taken as one day, because days makes each listed day a turn of its own",
            'Write every = "1d", or leave days out.',
            given=[f"{path}.days"],
        )
    if rotation.days is not None and not rotation.days:
        findings.problem(
            f"{path}.days",
            "is empty, so nobody's turn ever comes",
            'Write days = ["mon", "tue"], or leave it out.',
        )
    _check_turns(rotation, path, findings)
    _check_until(rotation, path, findings)


def _check_turns(rotation: RotationEntry, path: str, findings: Findings) -> None:
    if rotation.turns is None:
        return
    if not rotation.turns:
        findings.problem(
            f"{path}.turns",
            "is empty, so no turn ever begins",
            'Write turns = ["mon", "fri"], or leave it out.',
        )
    elif rotation.every != WEEK:
        findings.problem(
            f"{path}.turns",
            "splits weeks, and these turns are no weeks",
            'Write every = "1w", or leave turns out.',
            given=[f"{path}.every"],
        )
    for key in ("day", "days"):
        if getattr(rotation, key) is not None:
            findings.problem(
                f"{path}.turns",
                f"says when turns begin, and so does {key}",
                "Keep one of the two.",
                given=[f"{path}.{key}"],
            )


def _check_until(rotation: RotationEntry, path: str, findings: Findings) -> None:
    if rotation.until is None:
        return
    if rotation.every % DAY:
        findings.problem(
            f"{path}.until",
            "ends a day, and these turns are shorter or end within one",
            'Write every = "1d", or leave until out.',
            given=[f"{path}.every"],
        )
    if rotation.until == rotation.time:
        findings.problem(
            f"{path}.until",
            "is the time at which the day begins, so the day is whole",
            "Leave until out, or write the time at which duty ends.",
            given=[f"{path}.time"],
        )


def _check_start(rotation: RotationEntry, path: str, findings: Findings) -> None:
    """A time in `from` may place turns shorter than a day; longer ones have `time` for that."""
    start = rotation.start
    if isinstance(start, datetime) and not rotation.every % DAY and start.time() != rotation.time:
        findings.problem(
            f"{path}.from",
            f"says {start:%H:%M:%S} where time says {rotation.time}",
            "Write the date alone; the turns begin at time.",
            given=[f"{path}.every", f"{path}.time"],
        )
