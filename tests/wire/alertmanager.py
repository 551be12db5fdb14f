"""The real Alertmanager of the machine, on loopback, with its own configuration and storage."""

import asyncio
import contextlib
import os
import shutil
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.wire.stage import free_port

PROGRAM = "prometheus-alertmanager"
READY_WITHIN = 15.0


@dataclass(frozen=True, kw_only=True)
class Waits:
    """Before a group's first message, before one about its changes, and before it is repeated."""

    group: str
    interval: str
    repeat: str


QUICK = Waits(group="50ms", interval="400ms", repeat="400ms")
"""A thousandth of what people set: the course of things is the same."""
NONE = Waits(group="0s", interval="1h", repeat="4h")
"""Every group is told at once, and once."""


def program() -> str:
    """Its path. Without it the test is skipped, or failed where CI promises it."""
    found = shutil.which(PROGRAM)
    if found is None:
        reason = f"{PROGRAM} is not installed (Debian: apt-get install {PROGRAM})."
        if os.environ.get("CI"):
            pytest.fail(f"CI tests with the real Alertmanager. {reason}", pytrace=False)
        pytest.skip(reason)
    return found


@dataclass(frozen=True, kw_only=True)
class Alertmanager:
    """A running one; `fire` and `resolve` are what Prometheus does to it."""

    url: str
    http: aiohttp.ClientSession

    async def fire(self, *labels: Mapping[str, str], summary: str = "It is late") -> None:
        """Send alerts that go on firing until `resolve`."""
        await self._send(labels, summary, ends=datetime.now(UTC) + timedelta(hours=1))

    async def resolve(self, *labels: Mapping[str, str], summary: str = "It is late") -> None:
        await self._send(labels, summary, ends=datetime.now(UTC) - timedelta(seconds=1))

    async def _send(
        self, labels: Sequence[Mapping[str, str]], summary: str, *, ends: datetime
    ) -> None:
        body = [
            {
                "labels": dict(each),
                "annotations": {"summary": summary},
                "startsAt": (datetime.now(UTC) - timedelta(minutes=1)).isoformat(),
                "endsAt": ends.isoformat(),
                "generatorURL": "http://prometheus.acme.test/graph",
            }
            for each in labels
        ]
        async with self.http.post(f"{self.url}/api/v2/alerts", json=body) as answer:
            assert answer.status == 200, await answer.text()

    async def failures(self) -> int:
        """How many of its notifications to us failed and were tried again, by its own count."""
        async with self.http.get(f"{self.url}/metrics") as answer:
            lines = (await answer.text()).splitlines()
        wanted = 'alertmanager_notification_requests_failed_total{integration="webhook"}'
        return next(int(float(line.split()[-1])) for line in lines if line.startswith(wanted))


@contextlib.asynccontextmanager
async def alertmanager(
    http: aiohttp.ClientSession,
    folder: Path,
    *,
    hook: str,
    token: str,
    group_by: Sequence[str] = ("alertname",),
    max_alerts: int = 0,
    waits: Waits = QUICK,
) -> AsyncIterator[Alertmanager]:
    """Alertmanager, told to post to `hook` with `token`; ended at the end of the block."""
    command, port = program(), free_port()
    (folder / "alertmanager.yml").write_text(
        _configuration(hook, token, group_by, max_alerts, waits), encoding="utf-8"
    )
    process = await asyncio.create_subprocess_exec(
        command,
        f"--config.file={folder / 'alertmanager.yml'}",
        f"--storage.path={folder / 'alertmanager'}",
        f"--web.listen-address=127.0.0.1:{port}",
        "--cluster.listen-address=",
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    made = Alertmanager(url=f"http://127.0.0.1:{port}", http=http)
    try:
        await asyncio.wait_for(_ready(made, process), READY_WITHIN)
        yield made
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


def _configuration(
    hook: str, token: str, group_by: Sequence[str], max_alerts: int, waits: Waits
) -> str:
    return f"""
route:
  receiver: baton
  group_by: [{", ".join(group_by)}]
  group_wait: {waits.group}
  group_interval: {waits.interval}
  repeat_interval: {waits.repeat}
receivers:
  - name: baton
    webhook_configs:
      - url: {hook}
        send_resolved: true
        max_alerts: {max_alerts}
        http_config:
          authorization:
            credentials: {token}
"""


async def _ready(made: Alertmanager, process: Any) -> None:
    while True:
        assert process.returncode is None, f"{PROGRAM} ended with {process.returncode}"
        with contextlib.suppress(aiohttp.ClientError):
            async with made.http.get(f"{made.url}/-/ready") as answer:
                if answer.status == 200:
                    return
        await asyncio.sleep(0.05)
