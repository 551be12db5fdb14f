"""A kit on a real database with the example organisation in force and a clock one can set."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, func, select

from app.chat.client import Account
from app.flows.kit import Kit
from app.flows.know_people import know_people
from app.flows.standing import StandingOrders
from app.organisation.apply import apply
from app.organisation.example import example_text
from app.organisation.in_force import parse_applied
from storage.engine import Database
from storage.tables import inbox

IN_HOURS = datetime(2026, 11, 23, 10, tzinfo=UTC)
"""Monday 10:00 in Dublin: Ana is on Data Infrastructure's rota, Mia is the manager on duty."""
OUT_OF_HOURS = datetime(2026, 11, 23, 22, tzinfo=UTC)
"""Monday 22:00 in Dublin: Chi is on call with the volunteers, Mia is the manager on duty."""


@dataclass
class SetClock:
    """A clock that stands until it is moved."""

    now: datetime = OUT_OF_HOURS

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **by: float) -> None:
        self.now += timedelta(**by)


@dataclass
class Bench:
    """What a test of flows needs: `bench.do(flow, …)` runs one and commits."""

    kit: Kit
    clock: SetClock
    database: Database
    slack_ids: dict[str, str] = field(default_factory=dict)

    def do(self, flow: Any, *args: Any, **kwargs: Any) -> Any:
        return self.kit.do_now(flow, None, *args, **kwargs)


def open_bench(database: Database, *, clock: SetClock, organisation: str | None = None) -> Bench:
    """The example organisation in force, and everybody in it known to Slack as U<NAME>."""
    with database.write.begin() as tx:
        apply(tx, organisation or example_text(), now=clock(), by="test")
    kit = open_kit(database, clock=clock)
    bench = Bench(kit=kit, clock=clock, database=database)
    bench.do(know_people, [account(name) for name in ("ana", "ben", "chi", "mia", "noor")])
    return bench


def open_kit(database: Database, *, clock: SetClock) -> Kit:
    """A kit as another process on the same database would have it."""
    return Kit(database, StandingOrders(parse_applied), clock=clock)


def bodies(tx: Connection) -> dict[str, int]:
    """How many bodies the inbox holds in each state."""
    rows = tx.execute(select(inbox.c.state, func.count()).group_by(inbox.c.state))
    return {state: number for state, number in rows}


def account(name: str, **changes: Any) -> Account:
    """An ordinary member's account, changed as told."""
    facts: dict[str, Any] = {
        "slack_id": f"U{name.upper()}",
        "team_id": "T1",
        "name": name.capitalize(),
        "email": f"{name}@acme.test",
        "timezone": "Europe/Dublin",
        "bot": False,
        "deactivated": False,
        "guest": False,
        "external": False,
    }
    return Account(**{**facts, **changes})
