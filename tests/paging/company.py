"""A company with its database, for flows and pages: the shipped example, and a clock to turn."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from app.flows.kit import Kit
from app.flows.standing import StandingOrders
from app.organisation.apply import apply
from app.organisation.example import example_text
from app.organisation.read import read
from app.rules.organisation import Organisation
from storage.engine import Database

ANA, BEN, MIA = "ana@acme.test", "ben@acme.test", "mia@acme.test"
KEY = "a key for tests that is long enough for it"


@dataclass
class Clock:
    now: datetime = field(default_factory=lambda: datetime(2026, 11, 3, 3, 12, tzinfo=UTC))

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **by: float) -> None:
        self.now += timedelta(**by)


def parse(text: str) -> Organisation:
    organisation = read(text, source="baton.toml").organisation
    assert organisation is not None
    return organisation


@contextmanager
def open_company(database: Database, clock: Clock) -> Iterator[Kit]:
    with database.write.begin() as tx:
        apply(tx, example_text(), now=clock(), by="operator")
    kit = Kit(database, StandingOrders(parse), clock=clock)
    yield kit
    kit.close()
