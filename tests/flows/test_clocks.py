"""Replicas go by the database's clock, whatever their own machines say."""

import logging
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from app.flows.clocks import CorrectedClock
from storage.engine import Database, open_engine


@pytest.fixture
def server(postgres_url: str) -> Database:
    return open_engine(postgres_url)


def test_a_machine_whose_clock_is_wrong_is_corrected_and_told(
    server: Database, caplog: pytest.LogCaptureFixture
) -> None:
    real = datetime.now(UTC)
    with time_machine.travel(real - timedelta(minutes=7), tick=True):
        clock = CorrectedClock(server)
        with caplog.at_level(logging.WARNING):
            clock.measure_if_due()
        assert abs(clock() - real) < timedelta(seconds=30)
    assert "off the database's" in caplog.text
    server.dispose()


def test_a_right_clock_is_left_alone(server: Database, caplog: pytest.LogCaptureFixture) -> None:
    clock = CorrectedClock(server)
    clock.measure()
    assert abs(clock() - datetime.now(UTC)) < timedelta(seconds=1)
    assert not caplog.records
    server.dispose()
