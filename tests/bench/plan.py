"""How much is measured: the long form, `--short`, and what the suite runs to see that it works."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Plan:
    """`rounds` alternate between what is compared, so that a busy minute hits all of it alike."""

    rounds: int
    pages: int
    """Pages a round, for each of Slack's moods and each load."""
    rooms: int
    """P1s of a round whose channel is waited for; past 8 Slack's limit is what is measured."""
    a_minute: int
    """P1s sent at the pace of 60 a minute."""
    storm: int
    at_once: int
    """P1s of as many services, sent by 16 senders one after the other, and all at one instant."""
    open_incidents: int
    seconds: float
    """How long each number of clients sends alerts in a round, and raw transactions are made."""
    clients: tuple[int, ...]
    commands: int
    starts: int
    open_alerts: int
    """Alerts that fire when Baton is started once more."""
    alerts: int
    """Alerts taken in before memory is read a second time."""
    waits: int
    """Waits that end at one instant."""
    stored: int
    """Rows in each table, beside a thousand."""


LONG = Plan(
    rounds=3,
    pages=20,
    rooms=8,
    a_minute=60,
    storm=1000,
    at_once=100,
    open_incidents=50,
    seconds=2.0,
    clients=(1, 16, 64),
    commands=5,
    starts=5,
    open_alerts=10000,
    alerts=10_000,
    waits=500,
    stored=1_000_000,
)
SHORT = Plan(
    rounds=1,
    pages=10,
    rooms=5,
    a_minute=15,
    storm=300,
    at_once=100,
    open_incidents=50,
    seconds=1.0,
    clients=(1, 16, 64),
    commands=2,
    starts=2,
    open_alerts=1000,
    alerts=1_000,
    waits=200,
    stored=100_000,
)
TINY = Plan(
    rounds=1,
    pages=1,
    rooms=1,
    a_minute=2,
    storm=5,
    at_once=2,
    open_incidents=2,
    seconds=0.1,
    clients=(1, 4),
    commands=1,
    starts=1,
    open_alerts=20,
    alerts=50,
    waits=5,
    stored=2_000,
)
