"""`who`: who is paged at an instant, by the same rules that page."""

import argparse
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.commands.moments import both_clocks, moment
from app.commands.sentences import Failed, say, told
from app.commands.source import Source, source
from app.organisation.problem import nearest, quoted
from app.rules import routing
from app.rules.organisation import Organisation, Severity
from app.rules.routing import Choice


@dataclass(frozen=True, kw_only=True)
class Duty:
    """Somebody who is rung, and why. `name` is what the file calls them: address or Slack id."""

    name: str
    tier: int
    reason: str


@told
def main(arguments: Sequence[str]) -> int:
    """Addresses on stdout, tier 1 first; how the time was read and gaps on stderr. Exit code 1
    when nobody at all would be paged."""
    options = _parser().parse_args(arguments)
    here = source(options.organisation)
    expect_service(here.organisation, options.service)
    asked = moment(options.at, here.organisation.timezone, now=here.now)
    route = _route(here, options.service, asked.at)
    duties = list(_duties(here, route, asked.at))
    if options.json:
        print(_as_json(duties, route, options.service, asked.at))
        return 0 if duties else 1
    if asked.note:
        say(asked.note)
    for gap in route.gaps:
        say(f"Gap: {gap}.")
    if not duties:
        raise Failed(f"Nobody is paged at {both_clocks(asked.at, here.organisation.timezone)}.")
    width = max(len(each.name) for each in duties)
    for each in duties:
        print(f"{each.name:<{width}}  tier {each.tier}  {each.reason}")
    return 0


def expect_service(organisation: Organisation, service: str | None) -> None:
    """A misspelt service would quietly be paged as nobody's."""
    if service is None or service in organisation.services:
        return
    hint = nearest(
        service, organisation.services, otherwise="`python3 -m app check` reads the file."
    )
    raise Failed(f"There is no service {quoted(service)}. {hint}")


def _route(here: Source, service: str | None, at: datetime) -> routing.Route:
    return routing.who(here.organisation, here.schedule, service, Severity.P1, at)


def _duties(here: Source, route: routing.Route, at: datetime) -> Iterator[Duty]:
    """Tier 1, then whom round 1 of tier 2 rings: never the same person twice."""
    managers = routing.managers_for_round(here.organisation, here.schedule, at, 1, route.tier_one)
    yield from (_duty(here.organisation, choice, 1) for choice in route.primary)
    yield from (_duty(here.organisation, choice, 2) for choice in managers)


def _duty(organisation: Organisation, choice: Choice, tier: int) -> Duty:
    person = organisation.people.get(choice.person)
    name = person.email if person is not None and person.email else choice.person
    return Duty(name=name, tier=tier, reason=choice.reason)


def _as_json(
    duties: Sequence[Duty], route: routing.Route, service: str | None, at: datetime
) -> str:
    return json.dumps(
        {
            "at": at.isoformat(),
            "service": service,
            "people": [
                {"email": each.name, "tier": each.tier, "reason": each.reason} for each in duties
            ],
            "gaps": list(route.gaps),
        },
        indent=2,
        ensure_ascii=False,
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python3 -m app who",
        description="Who is paged for a P1: a line a person, tier 1 first, with the reason. "
        "Without a service: whoever has the out-of-hours rota.",
    )
    parser.add_argument(
        "--at",
        metavar="TIME",
        help="2026-09-05T03:00:00+00:00, or without an offset on the organisation's clock; "
        "default: now",
    )
    parser.add_argument("--service", metavar="S", help="whose owners are asked in their hours")
    parser.add_argument("--json", action="store_true", help="the same as JSON")
    parser.add_argument(
        "--organisation", metavar="FILE", help="read this file instead of the database"
    )
    return parser
