"""`run`: Baton itself, until it is stopped."""

import argparse
import importlib
import logging
import os
from collections.abc import Sequence

from app.commands.memory import settings_now
from app.commands.sentences import told
from app.logs import start_logging
from app.serve import WhenReady, run
from app.settings import near_misses

log = logging.getLogger("baton")


@told
def main(arguments: Sequence[str]) -> int:
    """Exit code 0 after a clean stop; 1 with a sentence when it cannot start."""
    argparse.ArgumentParser(
        prog="python3 -m app run",
        description="Take alerts in, page people, and speak Slack, until SIGTERM or Ctrl-C. It "
        "is set up by environment variables, which the README lists; `doctor` checks them.",
    ).parse_args(arguments)
    settings = settings_now()
    start_logging(settings.log, secrets=settings.secrets())
    for sentence in near_misses(os.environ):
        log.warning("%s", sentence)
    return run(settings, when_ready=_first_run)


def _first_run() -> WhenReady:
    """Loaded when Baton is ready: nothing of it is needed before."""
    tell: WhenReady = importlib.import_module("app.commands.first_run").tell_what_fails
    return tell
