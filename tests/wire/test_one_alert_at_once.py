"""Sixty-four senders tell the first arrival of one alert at one instant."""

import asyncio
from pathlib import Path

import pytest
from sqlalchemy import func, select

from app.flows.work import Work
from storage.tables import alerts, escalations, inbox, incidents
from tests.wire.raw import post, send
from tests.wire.stage import staged

pytestmark = pytest.mark.anyio
SENDERS = 64


async def test_it_is_one_alert_one_incident_one_page_and_nobody_hears_of_the_race(
    database_url: str, tmp_path: Path
) -> None:
    async with staged(database_url, tmp_path) as stage:
        body = b'{"alarm": "EltLate", "fingerprint": "one"}'
        request = post("/v1/alerts/generic", body, {"Authorization": f"Bearer {stage.token}"})
        answers = await asyncio.gather(*(send(stage.intake, request) for _ in range(SENDERS)))
        assert {each.status for each in answers} == {200}

        def counts(work: Work) -> tuple[int, ...]:
            tables = (alerts, incidents, escalations, inbox)
            told = work.tx.execute(select(alerts.c.count)).scalar_one()
            rows = (work.tx.execute(select(func.count()).select_from(each)) for each in tables)
            return (told, *(each.scalar_one() for each in rows))

        assert await stage.baton.parts.kit.read(counts) == (SENDERS, 1, 1, 1, SENDERS)
