"""`python3 -m app workspace`: the workspace as a command of its own."""

import argparse
import asyncio
import sys
from collections.abc import Sequence

from app.demo.workspace.errors import Refused
from app.demo.workspace.link.push import HttpPush
from app.demo.workspace.running import Workspace

DEFAULT_PORT = 8065
VERIFY_TRIES = 60


def run(argv: Sequence[str]) -> int:
    """Serves until interrupted; the exit code is 2 where it cannot start."""
    options = _parser().parse_args(argv)
    try:
        asyncio.run(_serve(options))
    except KeyboardInterrupt:
        return 0
    except Refused as refused:
        print(refused, file=sys.stderr)
        return 2
    except OSError as error:
        print(f"Port {options.port} cannot be used: {error.strerror}.", file=sys.stderr)
        return 2
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python3 -m app workspace",
        description="A Slack workspace on this machine, speaking Slack's own protocol.",
    )
    parser.add_argument("--port", type=int, default=DEFAULT_PORT, help="0 takes any free one")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--manifest", help="the app's manifest; without one all is allowed")
    parser.add_argument("--company", help="a saved workspace instead of Acme")
    parser.add_argument("--push", default="", help="the app's request URL, instead of Socket Mode")
    parser.add_argument("--bot-token", default="")
    parser.add_argument("--app-token", default="")
    parser.add_argument("--signing-secret", default="")
    parser.add_argument("--rate-limits", choices=("on", "off"), default="on")
    return parser


async def _serve(options: argparse.Namespace) -> None:
    async with Workspace.running(
        port=options.port,
        host=options.host,
        manifest=options.manifest,
        company=options.company,
        push=options.push,
        bot_token=options.bot_token,
        app_token=options.app_token,
        signing_secret=options.signing_secret,
        rate_limits=options.rate_limits == "on",
    ) as workspace:
        print(_welcome(workspace), flush=True)
        if isinstance(workspace.transport, HttpPush):
            await _verify(workspace.transport)
        await asyncio.Event().wait()


def _welcome(workspace: Workspace) -> str:
    return (
        f"The workspace is open: {workspace.url}\n\n"
        "Settings for an app:\n"
        f"  Slack's API address   {workspace.api_url}\n"
        f"  SLACK_BOT_TOKEN       {workspace.bot_token}\n"
        f"  SLACK_APP_TOKEN       {workspace.app_token}\n"
        f"  SLACK_SIGNING_SECRET  {workspace.signing_secret}\n\n"
        "Press Ctrl-C to close it; nothing is kept."
    )


async def _verify(push: HttpPush) -> None:
    """Slack asks a request URL to echo a challenge; the app may still be starting."""
    for _ in range(VERIFY_TRIES):
        if await push.verify():
            print(f"The app at {push.url} answered the challenge.", flush=True)
            return
        await asyncio.sleep(1)
    print(f"The app at {push.url} never answered the challenge.", file=sys.stderr, flush=True)
