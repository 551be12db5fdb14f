"""A Baton that is told to stop in the middle of its work: it stops within seconds, and nothing that
was accepted is lost or rung twice for it."""

import asyncio
import time
from pathlib import Path

import pytest

from tests.crash.nursery import Nursery
from tests.crash.test_doors import services
from tests.crash.ward import Ward, ward

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(180)]
P1S = 40
STOP_WITHIN = 10.0


async def test_a_stop_under_load_is_clean_and_the_next_start_goes_on(
    nursery: Nursery, database_url: str, tmp_path: Path
) -> None:
    change = services(P1S)
    async with ward(nursery, database_url, tmp_path, wait="60s", change=change) as place:
        await place.start()
        sending = asyncio.create_task(send_all(place))
        await place.until(lambda: place.phone("chi"))
        began = time.monotonic()
        await place.stop()
        assert place.process is not None
        assert place.process.returncode == 0
        assert time.monotonic() - began < STOP_WITHIN
        accepted = await sending
        assert 0 < len(accepted) < P1S, "it was stopped in the middle"
        await place.start()
        rung = await place.until(lambda: all_rung(place, accepted))
        assert max(rung.values()) <= 2


async def send_all(place: Ward) -> list[str]:
    """The titles of those that were answered 2xx, until one is not."""
    accepted = []
    for number in range(P1S):
        title = f"Loader {number} is late"
        if not await place.send(f"f{number}", alarm=f"Late{number}", title=title):
            break
        accepted.append(title)
        await asyncio.sleep(0.02)
    return accepted


async def all_rung(place: Ward, titles: list[str]) -> dict[str, int] | None:
    """How often each was heard, once all were."""
    heard = [page["title"] for page in await place.phone("chi")]
    counts = {title: sum(title in each for each in heard) for title in titles}
    return counts if all(counts.values()) else None
