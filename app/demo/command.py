"""`python3 -m app demo`: Acme, Baton and a story, on this machine alone and for this while only."""

import argparse
import asyncio
import contextlib
import os
import shutil
import signal
import sys
import tempfile
import webbrowser
from collections.abc import Iterator, Sequence
from pathlib import Path

from app.demo import words
from app.demo.hands import Fumbled
from app.demo.past import live_through
from app.demo.stage import Stage, staged
from app.demo.story import Story
from app.demo.workspace.errors import Refused
from app.front import CannotStart
from app.logs import start_logging
from app.organisation.apply_file import NothingInForce
from app.setting_values import LogStyle
from storage.engine import CannotOpen
from storage.migrate import MigrationError

PORT = 8065
WAIT, FAST_WAIT = "40s", "5s"
FAST = 0.12
"""How long the story's seconds are with --fast."""
KEPT = "baton-demo"


class NotEmpty(Exception):
    """The folder to keep the demo in holds something already."""


def main(arguments: Sequence[str]) -> int:
    """Until Ctrl-C or SIGTERM. 0 after a clean stop; 1 with a sentence when it cannot start."""
    options = _parser().parse_args(arguments)
    try:
        with _folder(options.keep) as folder, _log(folder, verbose=options.verbose):
            asyncio.run(_run(folder, options))
    except KeyboardInterrupt:
        return 130
    except (
        NotEmpty,
        CannotStart,
        NothingInForce,
        CannotOpen,
        MigrationError,
        Refused,
        Fumbled,
    ) as reason:
        print(reason, file=sys.stderr)
        return 1
    except OSError as error:
        what = f" ({error.filename})" if error.filename else ""
        print(f"The demo cannot start: {error.strerror or error}{what}.", file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="baton demo",
        description="A company, its Slack and its phones on this machine, Baton among them, and a "
        "P1 that you can step into. Needs no network and leaves nothing behind.",
    )
    parser.add_argument(
        "--port", type=int, default=PORT, help=f"of the page; {PORT}, or any free one if taken"
    )
    parser.add_argument(
        "--keep",
        nargs="?",
        const=KEPT,
        metavar="FOLDER",
        help=f"keep database, files and log in an empty or new folder (./{KEPT})",
    )
    parser.add_argument("--fast", action="store_true", help="a story for the impatient")
    parser.add_argument("--no-browser", action="store_true", help="open no browser")
    parser.add_argument("--verbose", action="store_true", help="show the log, on stderr")
    return parser


async def _run(folder: Path, options: argparse.Namespace) -> None:
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, stopping.set)
    async with staged(folder, port=options.port) as stage:
        await _play_until(stopping, stage, options)
        if options.keep:
            stage.keep_workspace()
        print(words.goodbye(stage, kept=bool(options.keep)), flush=True)


async def _play_until(stopping: asyncio.Event, stage: Stage, options: argparse.Namespace) -> None:
    """The play may end before the demo does; a play that fails ends the demo."""
    play = asyncio.create_task(_play(stage, options))
    stop = asyncio.create_task(stopping.wait())
    try:
        await asyncio.wait({play, stop}, return_when=asyncio.FIRST_COMPLETED)
        if play.done():
            play.result()
            await stop
    finally:
        for task in (play, stop):
            task.cancel()
        await asyncio.gather(play, stop, return_exceptions=True)


async def _play(stage: Stage, options: argparse.Namespace) -> None:
    """The past, the welcome, and the story once somebody looks."""
    wait = FAST_WAIT if options.fast else WAIT
    await live_through(stage)
    await stage.live_with(wait)
    print(words.welcome(stage, wait=wait, kept=bool(options.keep)), flush=True)
    if not options.no_browser and _has_browser():
        await asyncio.to_thread(webbrowser.open, stage.workspace.url)
    await stage.workspace.world.opened.wait()
    await Story(stage, pace=FAST if options.fast else 1.0).tell()


@contextlib.contextmanager
def _folder(keep: str | None) -> Iterator[Path]:
    """A folder that is gone at the end, or the one to keep."""
    if keep is None:
        path = Path(tempfile.mkdtemp(prefix="baton-demo-"))
        try:
            yield path
        finally:
            shutil.rmtree(path, ignore_errors=True)
        return
    path = Path(keep).resolve()
    path.mkdir(parents=True, exist_ok=True)
    if any(path.iterdir()):
        raise NotEmpty(f"{path} is not empty. Give --keep a new folder, or empty that one.")
    yield path


@contextlib.contextmanager
def _log(folder: Path, *, verbose: bool) -> Iterator[None]:
    """Log lines go to a file in the folder, so that the terminal stays calm."""
    if verbose:
        start_logging(LogStyle.TEXT)
        yield
        return
    with (folder / "demo.log").open("w", encoding="utf-8") as file:
        start_logging(LogStyle.TEXT, stream=file)
        yield


def _has_browser() -> bool:
    """Whether there is a screen in front of somebody; a text browser would take the terminal."""
    screen = sys.platform == "darwin" or "DISPLAY" in os.environ or "WAYLAND_DISPLAY" in os.environ
    return screen and sys.stdout.isatty()
