"""Providers' own troubles on the real wire: a person's other phone rings at once, the broken one is
tried on within the step, and the step's clock runs on (reliability.md 2.4)."""

import asyncio
import contextlib
import socket
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from app.flows.admit import Operator
from app.flows.contact import add_contact, remove_contact
from app.paging.targets import read_target
from app.rules.ladder import Method
from tests.paging.far_ends import PushServer, push_server
from tests.wire.trouble import Trouble, troubled

pytestmark = pytest.mark.anyio
WAIT = 3.0
AT_ONCE = 2.5
"""Generous: a hanging provider would cost five."""
HANGS = 20.0
"""Seconds that one costs where a busy machine alone may cost five."""


@pytest.fixture(scope="module")
async def phones(
    anyio_backend: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Any]:
    folder = tmp_path_factory.mktemp("providers")
    url = f"sqlite:///{folder / 'baton.db'}"
    async with troubled(url, folder, wait=f"{WAIT:g}s") as stage:
        yield stage


@contextlib.asynccontextmanager
async def another_phone(stage: Trouble, target: str) -> AsyncIterator[None]:
    """Chi has one more contact method, for a while."""
    parts = stage.stage.baton.parts
    added = await parts.kit.do(
        add_contact,
        "chi@acme.test",
        method=Method.PUSH,
        target=read_target(Method.PUSH, target, trusted=True),
        by=Operator(),
        seal=parts.seal,
    )
    yield
    await parts.kit.do(remove_contact, added.id, by=Operator())


async def goes_on_time(stage: Trouble, title: str) -> int:
    """The well phone rings at once, and when nobody answers the manager's at the step's end."""
    sent = time.time()
    number = await stage.alert(title)
    [page] = await stage.until(stage.pages, "chi", number)
    assert page["at"] - sent < AT_ONCE
    [called] = await stage.until(stage.pages, "mia", number)
    assert WAIT <= called["at"] - sent < WAIT + AT_ONCE
    return number


async def answered(stage: Trouble, number: int) -> None:
    told = await stage.stage.command("chi", "engineering", f"/inc resolve INC-{number}")
    assert "INC" in told


def heard(server: PushServer, number: int) -> int:
    """How many copies of an incident's page came to the provider."""
    return sum(f"INC-{number} " in str(body) for _, _, body in server.heard)


@pytest.fixture
def nobody_accepts() -> Iterator[int]:
    """A port whose queue is full: connecting to it hangs."""
    with socket.socket() as door, contextlib.ExitStack() as waiting:
        door.bind(("127.0.0.1", 0))
        door.listen(0)
        for _ in range(3):
            guest = waiting.enter_context(socket.socket())
            guest.setblocking(False)
            with contextlib.suppress(BlockingIOError):
                guest.connect(door.getsockname())
        port: int = door.getsockname()[1]
        yield port


async def test_a_provider_that_fails_is_tried_again_until_it_is_well(phones: Trouble) -> None:
    async with push_server() as server, another_phone(phones, server.ntfy):
        server.status = 503
        number = await goes_on_time(phones, "The provider answers 503")
        tried = heard(server, number)
        assert tried >= 2, "within the step"
        server.status = 200

        async def well() -> bool:
            return heard(server, number) > tried

        await phones.until(well)
        copies = heard(server, number)
        await asyncio.sleep(1)
        assert heard(server, number) == copies, "delivered once, it is not sent again"
        assert "Repeat" in str(server.heard[-1]), "a 503 may have been heard"
        await answered(phones, number)


async def test_a_provider_that_takes_all_and_delivers_nothing_ends_no_page(
    phones: Trouble,
) -> None:
    """Accepted is not answered: only a human's act stops the chain."""
    async with push_server() as server, another_phone(phones, server.ntfy):
        number = await goes_on_time(phones, "The provider drops everything")
        assert heard(server, number) == 1
        await answered(phones, number)


async def test_a_provider_that_never_answers(phones: Trouble) -> None:
    async with push_server(hang=True) as server, another_phone(phones, server.ntfy):
        number = await goes_on_time(phones, "The provider hangs")
        assert heard(server, number) >= 1
        await answered(phones, number)


async def test_a_provider_that_cannot_be_connected_to(phones: Trouble, nobody_accepts: int) -> None:
    async with another_phone(phones, f"ntfy://127.0.0.1:{nobody_accepts}/chi"):
        await answered(phones, await goes_on_time(phones, "Connecting hangs"))


@pytest.mark.parametrize("target", ["ntfys://127.0.0.1:{port}/chi", "ntfy://no.such.invalid/chi"])
async def test_a_provider_without_a_certificate_or_a_name(phones: Trouble, target: str) -> None:
    async with push_server() as server, another_phone(phones, target.format(port=server.port)):
        number = await goes_on_time(phones, "No certificate, no name")
        assert heard(server, number) == 0
        await answered(phones, number)


async def test_more_hanging_messages_than_there_are_places_delay_no_other_provider(
    sqlite_url: str, tmp_path: Path
) -> None:
    """Sixteen P1s at once ring nine phones that hang, more than there are lines, and a well one."""
    async with push_server(hang=True) as server, contextlib.AsyncExitStack() as contacts:
        stage = await contacts.enter_async_context(troubled(sqlite_url, tmp_path, wait="10m"))
        stage.stage.baton.parts.gateway.lines.seconds = HANGS
        for number in range(9):
            target = f"{server.ntfy}-{number}"
            await contacts.enter_async_context(another_phone(stage, target))
        sent = time.time()
        numbers = await asyncio.gather(*(stage.alert("All at once") for _ in range(16)))

        async def all_rang() -> bool:
            rang = await stage.stage.phone("chi")
            return len({each["title"].split(" ")[1] for each in rang}) == len(numbers)

        await stage.until(all_rang)
        rang = await stage.stage.phone("chi")
        assert len(rang) == len(numbers), "one copy each"
        assert max(each["at"] for each in rang) - sent < HANGS / 2
        assert stage.stage.baton.parts.gateway.lines.busy >= 64
