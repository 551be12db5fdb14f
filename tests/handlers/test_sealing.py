"""The duty of the tick: once a minute what is complete gets its seal, and nothing else is done."""

import logging

import pytest

from handlers.sealing import Sealing
from storage.engine import open_engine
from storage.tables import audit_seals
from tests.kit import SetClock, open_bench

pytestmark = pytest.mark.anyio


async def test_what_waited_a_minute_is_sealed_and_told(
    database_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    bench = open_bench(open_engine(database_url), clock=SetClock())
    sealing = Sealing(bench.kit)
    for _ in range(3):
        await sealing()
    bench.clock.forward(minutes=1)
    with caplog.at_level(logging.INFO, "baton.audit"):
        for _ in range(3):
            await sealing()
    bench.do(lambda work: work.audit("test", "INC-1", by="ana"))
    await sealing()
    with bench.database.read.begin() as tx:
        [seal] = tx.execute(audit_seals.select()).all()
    [line] = caplog.records
    assert vars(line)["digest"] == seal.digest
    bench.kit.close()
    bench.database.dispose()
