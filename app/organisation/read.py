"""Reads an organisation file: either the organisation, or the whole list of what is wrong."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from app.organisation.ahead import gaps_ahead
from app.organisation.assemble import assemble
from app.organisation.check import check
from app.organisation.explain import explain
from app.organisation.locate import Lines
from app.organisation.parse import Unreadable, decode, parse
from app.organisation.problem import Problem
from app.organisation.repair import repair
from app.organisation.schema import OrganisationFile
from app.rules.organisation import Organisation

# A table put in for a missing one misses its own keys, one level deeper each time.
DEEPEST_REPAIR = 5


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What a file says. `organisation` is None exactly when there are problems."""

    source: str
    organisation: Organisation | None
    problems: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()

    def text(self) -> str:
        """For a terminal: one line each, problems first."""
        lines = [_line(self.source, problem) for problem in self.problems]
        lines += [f"warning: {_line(self.source, warning)}" for warning in self.warnings]
        return "\n".join([*lines, self.summary()])

    def summary(self) -> str:
        found = f"{_count(len(self.problems), 'problem')}, {_count(len(self.warnings), 'warning')}"
        if self.problems:
            return f"{self.source}: {found}. Nothing of it is applied until the problems are gone."
        return f"{self.source}: {found}."

    def as_json(self) -> str:
        return json.dumps(
            {
                "source": self.source,
                "ok": not self.problems,
                "problems": [asdict(problem) for problem in self.problems],
                "warnings": [asdict(warning) for warning in self.warnings],
            },
            indent=2,
            ensure_ascii=False,
        )


def read(text: str | bytes, *, source: str, now: datetime | None = None) -> Reading:
    """Never raises, whatever the text. `source` is the file's name as people know it.

    The organisation and the problems depend on the text alone. With `now` the warnings also
    say what lies ahead: who is missing from the rotas over the next 60 days.
    """
    try:
        whole = decode(text, source=source) if isinstance(text, bytes) else text
        tables = parse(whole, source=source)
    except Unreadable as error:
        return Reading(source=source, organisation=None, problems=(error.problem,))
    file, problems = _form(tables)
    warnings: list[Problem] = []
    organisation = None
    if file is not None:
        findings = check(
            file,
            broken=[problem.path for problem in problems],
            today=_today(file, now),
        )
        problems += findings.problems
        warnings += findings.warnings
        if not problems:
            organisation = assemble(file)
            warnings += gaps_ahead(organisation, now=now) if now is not None else []
    lines = Lines(whole)
    return Reading(
        source=source,
        organisation=organisation,
        problems=_placed(problems, lines),
        warnings=_placed(warnings, lines),
    )


def read_file(path: Path, *, now: datetime | None = None) -> Reading:
    """As `read`; a file that cannot be opened is a problem as well."""
    source = path.name
    try:
        data = path.read_bytes()
    except OSError as error:
        problem = Problem(
            path=str(path),
            what=f"cannot be read ({error.strerror})",
            hint="Name the organisation file, usually baton.toml.",
        )
        return Reading(source=source, organisation=None, problems=(problem,))
    return read(data, source=source, now=now)


def _form(tables: dict[str, Any]) -> tuple[OrganisationFile | None, list[Problem]]:
    """The file as the schema sees it, with stand-ins where its form is wrong."""
    problems: list[Problem] = []
    for attempt in range(DEEPEST_REPAIR):
        try:
            return OrganisationFile.model_validate(tables), problems
        except ValidationError as error:
            found: list[ErrorDetails] = error.errors(include_url=False)
            if attempt == 0:
                problems = [explain(each) for each in found]
            repair(tables, found)
    return None, problems


def _today(file: OrganisationFile, now: datetime | None) -> date | None:
    return now.astimezone(file.organisation.timezone).date() if now is not None else None


def _placed(problems: Iterable[Problem], lines: Lines) -> tuple[Problem, ...]:
    """With their lines, in the order of the file."""
    placed = [
        problem if problem.line else replace(problem, line=lines.find(problem.path))
        for problem in problems
    ]
    return tuple(sorted(placed, key=lambda problem: problem.line or 0))


def _line(source: str, problem: Problem) -> str:
    return f"{source}:{problem.line}: {problem}" if problem.line else str(problem)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
