"""The doctor's look at the database."""

from datetime import UTC, datetime, timedelta

import time_machine

from app.commands.doctor.database import look_at_database
from app.settings import Settings
from storage.engine import Database, open_engine
from tests.kit import SetClock, open_bench


def findings(url: str) -> str:
    found, _ = look_at_database(Settings.read({"BATON_DATABASE_URL": url}))
    return "\n".join(str(each) for each in found)


def in_force(url: str) -> None:
    database: Database = open_engine(url)
    open_bench(database, clock=SetClock()).kit.close()
    database.dispose()


def test_a_clock_that_is_off_the_database_s_is_told_with_what_to_do(postgres_url: str) -> None:
    in_force(postgres_url)
    assert "clock" not in findings(postgres_url)
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=7), tick=True):
        told = findings(postgres_url)
    assert "off the database's" in told
    assert "NTP" in told
