"""A local workspace as the Slack that a command speaks to."""

import contextlib
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from app.demo.workspace.running import Workspace

MANIFEST = Path(__file__).parents[2] / "manifest.yml"


@contextlib.asynccontextmanager
async def workspace_for(
    monkeypatch: pytest.MonkeyPatch, *, without: str | None = None
) -> AsyncIterator[Workspace]:
    """Its addresses and tokens are in the environment; the app may lack one scope."""
    async with Workspace.running(manifest=_manifest(without), rate_limits=False) as workspace:
        monkeypatch.setenv("SLACK_BOT_TOKEN", workspace.bot_token)
        monkeypatch.setenv("SLACK_APP_TOKEN", workspace.app_token)
        monkeypatch.setenv("BATON_SLACK_API_URL", workspace.api_url)
        yield workspace


def _manifest(without: str | None) -> Mapping[str, Any]:
    manifest: dict[str, Any] = yaml.safe_load(MANIFEST.read_text(encoding="utf-8"))
    scopes = manifest["oauth_config"]["scopes"]
    for kind in ("bot", "bot_optional"):
        scopes[kind] = [scope for scope in scopes[kind] if scope != without]
    return manifest


def phone_address(workspace: Workspace, name: str) -> str:
    """Where push messages for a person's phone go."""
    return f"{workspace.url.replace('http://', 'ntfy://')}/phone-{name}"
