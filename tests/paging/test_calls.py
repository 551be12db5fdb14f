"""Pushes share connections for a little while, and nothing else."""

import pytest

from app.paging import calls, guard
from app.paging.calls import Calls
from app.paging.errors import PagingError
from app.paging.gateway import Gateway
from app.paging.words import PageText
from app.rules.ladder import Method
from tests.paging.far_ends import PushServer, push_server

pytestmark = pytest.mark.anyio

TEXT = PageText(title="P1 INC-7 late", body="Late.", key="INC-7")


async def _rings(server: PushServer, times: int) -> int:
    """By how many connections so many pushes came."""
    gateway = Gateway()
    for _ in range(times):
        await gateway.ring(Method.PUSH, server.ntfy, TEXT, trusted=True)
    return len(set(server.peers))


async def test_one_push_after_the_other_takes_one_connection() -> None:
    async with push_server() as server:
        assert await _rings(server, 3) == 1


async def test_a_connection_that_was_kept_long_is_not_used_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with push_server() as server:
        await _rings(server, 1)
        monkeypatch.setattr(calls, "KEPT_SECONDS", 0.0)
        assert await _rings(server, 1) == 2


async def test_a_connection_into_a_private_network_is_only_for_who_may_call_there() -> None:
    async with push_server() as server:
        await _rings(server, 1)
        with pytest.raises(PagingError, match="private network"):
            await Gateway().ring(Method.PUSH, server.ntfy, TEXT, trusted=False)
        assert len(server.heard) == 1


async def test_a_server_that_closed_its_connection_is_called_anew() -> None:
    async with push_server() as server:
        await _rings(server, 1)
        port = server.port
    async with push_server(port=port) as again:
        assert await _rings(again, 1) == 1


async def test_a_cookie_of_one_push_is_not_sent_with_the_next() -> None:
    async with push_server() as server:
        server.cookie = "who=ana"
        await _rings(server, 2)
        assert all("Cookie" not in headers for _, headers, _ in server.heard)


def test_what_a_plugin_asks_besides_is_the_modules_own() -> None:
    found = Calls(pytest)
    assert found.raises is pytest.raises
    assert not guard.stands()
