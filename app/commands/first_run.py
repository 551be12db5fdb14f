"""What a first `run` should hear: each thing that will not work, with its fix, in the log."""

import asyncio
import logging

from app.commands.doctor.database import InForce, look_at_database
from app.commands.doctor.finding import Finding, State
from app.commands.doctor.organisation import look_at_reach
from app.commands.doctor.slack import look_at_slack
from app.settings import Settings

log = logging.getLogger("baton")

TOLD_BY_ITSELF = "slack"
"""A token that Slack refuses is logged by whoever tries to connect with it."""


async def tell_what_fails(settings: Settings) -> list[Finding]:
    """Look at channels, scopes and people's phones, once; log what fails and answer with it.

    For a running process with its organisation applied. It changes nothing: Baton works as well
    as it can, whatever is missing.
    """
    in_force, failing = await asyncio.to_thread(_by_itself, settings)
    organisation = in_force.organisation if in_force is not None else None
    if settings.slack_bot_token is not None:
        failing += _failing(await look_at_slack(settings, organisation))
    for each in failing:
        if each.about != TOLD_BY_ITSELF:
            log.error("%s", each)
    return failing


def _by_itself(settings: Settings) -> tuple[InForce | None, list[Finding]]:
    """What can be told without asking anybody else."""
    found, in_force = look_at_database(settings)
    reach = list(look_at_reach(in_force)) if in_force is not None else []
    return in_force, _failing([*found, *reach])


def _failing(findings: list[Finding]) -> list[Finding]:
    return [each for each in findings if each.state is State.FAIL]
