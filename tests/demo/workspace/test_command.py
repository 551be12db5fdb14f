"""The workspace as a command."""

import os
import re
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from app.demo.workspace.command import run

START = """
import signal, sys
from app.demo.workspace.command import run
# Whoever starts the tests in a shell's background has SIGINT ignored, and children inherit that.
signal.signal(signal.SIGINT, signal.default_int_handler)
sys.exit(run(sys.argv[1:]))
"""
ROOT = Path(__file__).parents[3]


def test_it_prints_what_an_app_needs_serves_and_stops_when_asked() -> None:
    command = [sys.executable, "-c", START, "--port", "0", "--manifest", "manifest.yml"]
    environment = os.environ | {"PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=environment
    ) as process:
        assert process.stdout is not None
        lines = []
        while "SLACK_SIGNING_SECRET" not in (line := process.stdout.readline()):
            assert line, "it ended before it was ready"
            lines.append(line)
        address = re.search(r"http://127\.0\.0\.1:\d+", "".join(lines))
        assert address is not None
        with urllib.request.urlopen(f"{address.group()}/_workspace/state") as answer:
            assert b'"name": "Baton"' in answer.read()
        process.send_signal(signal.SIGINT)
        assert process.wait(10) == 0


def test_a_manifest_that_is_not_there_is_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--port", "0", "--manifest", "nowhere.yml"]) == 2
    assert "nowhere.yml cannot be read" in capsys.readouterr().err
