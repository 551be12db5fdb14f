"""A company with its database, for flows and pages: the shipped example, and a clock to turn."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from app.flows.admit import Operator
from app.flows.contact import add_contact
from app.flows.kit import Kit
from app.flows.standing import StandingOrders
from app.flows.work import Work
from app.organisation.apply import apply
from app.organisation.example import example_text
from app.organisation.read import read
from app.paging.seal import Seal
from app.paging.targets import read_target
from app.rules.ladder import Method
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


def give_phones(work: Work) -> None:
    """A verified waking contact method for everybody in the organisation file."""
    seal = Seal(KEY)
    for person in work.org.people:
        target = read_target(
            Method.PUSH, f"ntfys://ntfy.sh/{person.partition('@')[0]}-phone", trusted=True
        )
        add_contact(work, person, method=Method.PUSH, target=target, seal=seal, by=Operator())
