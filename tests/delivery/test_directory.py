"""What is read of Slack's directory is as old as the question, and hides no newer word."""

from datetime import timedelta
from typing import cast

import pytest

from app.chat.client import Account, Chat
from app.delivery.directory import Directory
from app.delivery.lanes import claim_due
from app.delivery.outcome import ended
from app.flows.know_people import ask_directory, know_people
from storage import people
from storage.effects import Lane
from storage.people import Standing
from tests.kit import Bench, account

pytestmark = pytest.mark.anyio
MINUTE = timedelta(minutes=1)


class Slow:
    """A directory that takes a minute, and tells what it held when it was asked."""

    def __init__(self, bench: Bench, *, meanwhile: Account) -> None:
        self._bench = bench
        self._meanwhile = meanwhile

    async def accounts(self) -> list[Account]:
        told = [account("ana"), account("chi")]
        self._bench.clock.now += MINUTE / 2
        self._bench.do(know_people, [self._meanwhile])
        self._bench.clock.now += MINUTE / 2
        return told


def standing(bench: Bench, person: str) -> Standing:
    found = bench.do(lambda work: people.get(work.tx, person))
    assert found is not None
    return Standing(found.standing)


async def read(bench: Bench, chat: object) -> None:
    bench.do(ask_directory)
    [effect] = bench.do(claim_due(Lane.ROOM), 1, ())
    spoken = await Directory(bench.kit, cast(Chat, chat)).speak(effect)
    assert bench.do(ended, effect, spoken)


async def test_who_left_while_it_was_read_is_not_back_by_it(bench: Bench) -> None:
    await read(bench, Slow(bench, meanwhile=account("chi", deactivated=True)))
    assert standing(bench, "chi@acme.test") is Standing.DEACTIVATED
    assert standing(bench, "ana@acme.test") is Standing.MEMBER


async def test_a_clock_that_was_set_back_makes_nobody_deaf(bench: Bench) -> None:
    bench.clock.now += 60 * MINUTE
    bench.do(know_people, [account("chi", deactivated=True)])
    bench.clock.now -= 60 * MINUTE
    await read(bench, Slow(bench, meanwhile=account("ana")))
    assert standing(bench, "chi@acme.test") is Standing.MEMBER
