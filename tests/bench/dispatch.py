"""What an acknowledgement costs in the process, with all our listeners, beside Bolt by itself: the
way to the listener alone, with a read whose answer is in it, and with a commit before it."""

import logging
import secrets
import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncBoltRequest
from slack_bolt.authorization import AuthorizeResult

from app.chat.actions import ACKNOWLEDGE, LINK
from app.chat.client import Chat, Me
from app.flows.admit import SlackCaller
from app.flows.declare import declare
from app.paging.seal import Seal
from handlers.slack.app import make_bolt
from storage.engine import open_engine
from storage.migrate import migrate
from tests.bench.plan import Plan
from tests.bench.table import Row
from tests.kit import Bench, SetClock, open_bench

TEAM = "T1"
Body = Callable[[], Mapping[str, Any]]


async def measure(plan: Plan, folder: Path) -> list[Row]:
    """Rounds that alternate between Bolt as it comes, Bolt that waits for its listener, and us."""
    # Its answers lead to a Slack that is not there, which is told in the log.
    logging.getLogger("handlers.slack").setLevel(logging.CRITICAL)
    url = f"sqlite:///{folder / 'dispatch.db'}"
    migrate(url)
    database = open_engine(url)
    bench = open_bench(database, clock=SetClock())
    chat = Chat("xoxb-none", base_url="http://127.0.0.1:9/api/")
    chat.me = Me(user_id="B1", bot_id="B1", team_id=TEAM, team="Acme", scopes=frozenset())
    ours = make_bolt(bench.kit, chat, seal=Seal("a key for tests only and of no worth"))
    number = _declared(bench)
    kinds: dict[str, tuple[AsyncApp, Body]] = {
        "an empty listener, Bolt's default": (_bare(waits=False), lambda: _command("help")),
        "an empty listener, Bolt that waits for it": (_bare(waits=True), lambda: _command("help")),
        "a command, dispatched alone": (ours, lambda: _command("", name="/other")),
        "a button, dispatched alone": (ours, lambda: _press("1", action=f"{LINK}_1")),
        "/inc help": (ours, lambda: _command("help")),
        "/inc list": (ours, lambda: _command("list")),
        "the button Acknowledge, committed": (ours, lambda: _press(number)),
    }
    took: dict[str, list[float]] = defaultdict(list)
    for _ in range(plan.rounds * plan.commands * 8):
        for what, (app, body) in kinds.items():
            took[what].append(await _acknowledged(app, body()))
    bench.kit.close()
    await chat.close()
    database.dispose()
    return _rows(took)


def _rows(took: Mapping[str, list[float]]) -> list[Row]:
    rows = [Row(what=f"acknowledged: {what}", samples=times[3:]) for what, times in took.items()]
    default = rows[0].median
    for row in tuple(rows[2:]):
        ratio = row.median / default
        told = f"  to the first: {row.what[14:]}"
        rows.append(Row(what=told, samples=[ratio], unit="×", goal=f"≤ {1 / 30:.3f}"))
    return rows


async def _acknowledged(app: AsyncApp, body: Mapping[str, Any]) -> float:
    began = time.perf_counter()
    answer = await app.async_dispatch(AsyncBoltRequest(mode="socket_mode", body=dict(body)))
    spent = (time.perf_counter() - began) * 1000
    assert answer.status == 200, answer.body
    return spent


def _bare(*, waits: bool) -> AsyncApp:
    async def authorize(enterprise_id: str | None, team_id: str | None) -> AuthorizeResult:
        return AuthorizeResult(enterprise_id=enterprise_id, team_id=team_id, bot_user_id="B1")

    app = AsyncApp(
        authorize=authorize,
        process_before_response=waits,
        request_verification_enabled=False,
        signing_secret="",
    )

    @app.command("/inc")
    async def on_command(ack: AsyncAck) -> None:
        await ack("heard")

    return app


def _declared(bench: Bench) -> str:
    caller = SlackCaller(slack_id="UCHI", team=TEAM)
    return str(bench.do(declare, "The load of the night is late", by=caller).incident.id)


def _command(text: str, name: str = "/inc") -> Mapping[str, Any]:
    return {
        "command": name,
        "text": text,
        "user_id": "UCHI",
        "team_id": TEAM,
        "channel_id": "C1",
        "channel_name": "engineering",
        "trigger_id": secrets.token_hex(8),
        "response_url": "http://127.0.0.1:9/none",
    }


def _press(number: str, action: str = ACKNOWLEDGE) -> Mapping[str, Any]:
    return {
        "type": "block_actions",
        "user": {"id": "UCHI", "team_id": TEAM},
        "team": {"id": TEAM},
        "trigger_id": secrets.token_hex(8),
        "container": {"type": "message"},
        "actions": [{"type": "button", "action_id": action, "block_id": "b", "value": number}],
    }
