"""`doctor`: looks at everything, and says the fix for each thing that is not well."""

import argparse
import asyncio
import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import asdict

from app.commands.doctor.database import look_at_database
from app.commands.doctor.finding import Finding, State, fail, ok
from app.commands.doctor.machine import look_at_machine
from app.commands.doctor.mail import look_at_mail
from app.commands.doctor.organisation import (
    look_ahead,
    look_at_alarms,
    look_at_file,
    look_at_reach,
)
from app.commands.doctor.running import look_at_running
from app.commands.doctor.seals import look_at_seals
from app.commands.doctor.setting_checks import look_at_settings
from app.commands.doctor.slack import look_at_slack
from app.commands.parts import open_parts
from app.commands.sentences import told
from app.commands.try_page import send_test_page
from app.flows.kit import host_clock
from app.flows.standing import NoOrganisation
from app.flows.work import Refused
from app.paging.errors import PagingError
from app.settings import Settings, SettingsError


@told
def main(arguments: Sequence[str]) -> int:
    """Exit code 1 when something does not work; warnings alone are 0."""
    options = _parser().parse_args(arguments)
    findings = list(look_at_machine())
    try:
        settings = Settings.read(os.environ)
    except SettingsError as error:
        findings += [fail("settings", problem) for problem in error.problems]
        fix = "Mend the settings first: everything else hangs on them."
        findings.append(fail("rest", "nothing more was looked at", fix))
    else:
        findings += _examine(settings)
        if options.page is not None:
            findings += asyncio.run(_page(settings, options.page))
    print(_as_json(findings) if options.json else "\n".join(_lines(findings)))
    return 1 if any(each.state is State.FAIL for each in findings) else 0


def _examine(settings: Settings) -> list[Finding]:
    findings = list(look_at_settings(settings, os.environ))
    found, in_force = look_at_database(settings)
    findings += found
    found, in_file = look_at_file(settings.organisation, in_force)
    findings += found
    organisation = in_force.organisation if in_force else in_file
    if organisation is not None:
        findings += look_ahead(organisation, now=host_clock())
        findings += look_at_alarms(organisation)
    if in_force is not None:
        findings += look_at_reach(in_force)
        findings += look_at_seals(settings)

    async def ask() -> list[Finding]:
        slack = await look_at_slack(settings, organisation)
        return [*slack, await look_at_mail(settings), await look_at_running(settings.admin_bind)]

    return findings + asyncio.run(ask())


async def _page(settings: Settings, person: str) -> list[Finding]:
    """A test page by everything the person has."""
    async with open_parts(settings) as parts:
        try:
            tried = await send_test_page(parts, person)
        except (Refused, NoOrganisation, PagingError) as error:
            return [fail("test page", str(error))]
    return [
        ok("test page", f"{each.name}: {each.sentence}")
        if each.rang
        else fail("test page", f"{each.name}: {each.sentence}")
        for each in tried
    ]


def _lines(findings: Sequence[Finding]) -> Iterator[str]:
    """What is well first, so that what is not stands last, before the prompt."""
    for state in State:
        for each in (each for each in findings if each.state is state):
            yield f"{state.upper():<5} {each}"
    counts = {state: sum(each.state is state for each in findings) for state in State}
    yield f"{counts[State.OK]} ok, {counts[State.WARN]} to look at, {counts[State.FAIL]} failing."


def _as_json(findings: Sequence[Finding]) -> str:
    well = all(each.state is not State.FAIL for each in findings)
    return json.dumps(
        {"ok": well, "findings": [asdict(each) for each in findings]}, indent=2, ensure_ascii=False
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python3 -m app doctor",
        description="Look at everything Baton needs: this machine, settings, database, "
        "organisation, who can be woken, Slack, mail, and the running process. It changes nothing.",
    )
    parser.add_argument("--json", action="store_true", help="the same as JSON")
    parser.add_argument(
        "--page", metavar="PERSON", help="also send this person a test page by all they have"
    )
    return parser
