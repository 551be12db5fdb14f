"""A process that is stopped between its claim and its first byte, and wakes after its lease."""

import asyncio
from pathlib import Path

import pytest

from tests.crash.nursery import Nursery
from tests.crash.ward import LEASE, Ward, ward

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(120)]

BEYOND = float(LEASE) + 0.5
A_WHILE = 1.5
"""Seconds in which whoever woke would have rung long ago."""


async def send_and_freeze(place: Ward) -> asyncio.Task[bool]:
    """The sender waits for an answer, for the process may stop before it has given one."""
    sending = asyncio.create_task(place.send())
    await place.froze()
    return sending


async def test_a_frozen_replica_that_wakes_does_not_ring_what_another_took_over(
    nursery: Nursery, postgres_url: str, tmp_path: Path
) -> None:
    async with ward(nursery, postgres_url, tmp_path, wait="60s") as place:
        other = place.beside()
        try:
            await place.start("before:ring", "freezes")
            await other.start()
            sending = await send_and_freeze(place)
            await place.until(lambda: place.phone("chi"))
            place.wake()
            assert await sending
            await asyncio.sleep(A_WHILE)
            assert (await place.rung())["chi"] == 1
        finally:
            await other.stop()


async def test_the_late_record_of_a_frozen_replica_is_kept_out(
    nursery: Nursery, postgres_url: str, tmp_path: Path
) -> None:
    async with ward(nursery, postgres_url, tmp_path, wait="60s") as place:
        other = place.beside()
        try:
            await place.start("after:ring", "freezes")
            await other.start()
            sending = await send_and_freeze(place)

            async def rang_twice() -> bool:
                return (await place.rung())["chi"] == 2

            await place.until(rang_twice)  # it was sent, which nobody but the frozen one knows
            place.wake()
            assert await sending
            await asyncio.sleep(A_WHILE)
            assert await rang_twice()
            assert "was taken over by another worker" in place.log.read_text(encoding="utf-8")
        finally:
            await other.stop()


async def test_one_alone_that_wakes_rings_once_and_claims_it_anew(
    nursery: Nursery, sqlite_url: str, tmp_path: Path
) -> None:
    async with ward(nursery, sqlite_url, tmp_path, wait="60s") as place:
        await place.start("before:ring", "freezes")
        sending = await send_and_freeze(place)
        await asyncio.sleep(BEYOND)
        place.wake()
        assert await sending
        await place.until(lambda: place.phone("chi"))
        await asyncio.sleep(A_WHILE)
        assert (await place.rung())["chi"] == 1
