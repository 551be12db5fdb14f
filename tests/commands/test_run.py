"""`run` as an operator starts it: kind where something is missing, clean when it is stopped."""

import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.commands.conftest import Shell
from tests.wire.stage import free_port

ROOT = Path(__file__).parents[2]


def environment(baton: Shell, **more: str) -> Mapping[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "BATON_DATABASE_URL": f"sqlite:///{baton.folder / 'baton.db'}",
        "BATON_ORGANISATION": str(baton.folder / "baton.toml"),
        "BATON_BIND": f"127.0.0.1:{free_port()}",
        "BATON_ADMIN_BIND": f"127.0.0.1:{free_port()}",
        **more,
    }


def start(baton: Shell, **more: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "app", "run"],
        cwd=baton.folder,
        env=environment(baton, **more),
        stderr=subprocess.PIPE,
        text=True,
    )


def fails(baton: Shell, **more: str) -> str:
    """What a `run` that cannot start says on stderr."""
    with start(baton, **more) as process:
        _, said = process.communicate(timeout=30)
    assert process.returncode == 1
    assert "Traceback" not in said
    return said


def test_without_an_organisation_file_it_says_where_it_looked(baton: Shell) -> None:
    (baton.folder / "baton.toml").unlink()
    said = fails(baton)
    assert str(baton.folder / "baton.toml") in said
    assert "BATON_ORGANISATION" in said


def test_a_file_with_problems_is_no_start_without_an_earlier_one(baton: Shell) -> None:
    baton.write("[organisation]\n")
    assert "check" in fails(baton)


def test_settings_that_cannot_be_read_are_each_named(baton: Shell) -> None:
    said = fails(baton, SLACK_BOT_TOKEN="letmein", BATON_LOG="xml")
    assert "SLACK_BOT_TOKEN must be a bot token" in said
    assert "BATON_LOG must be json, text or auto" in said
    assert "letmein" not in said


def test_an_address_that_is_taken_is_named(baton: Shell) -> None:
    said = fails(baton, BATON_BIND="203.0.113.7:8080")
    assert "203.0.113.7:8080" in said


def test_it_becomes_ready_and_stops_cleanly(baton: Shell) -> None:
    port = free_port()
    process = start(baton, BATON_ADMIN_BIND=f"127.0.0.1:{port}", BATON_PUBLIC_ULR="x")
    try:
        wait_until_ready(port)
        assert baton("who", "--service", "nightly-elt").code == 0
        baton.write((baton.folder / "baton.toml").read_text().replace('"Acme"', '"Acme Two"'))
        assert baton("apply", "--yes").code == 0
        process.send_signal(signal.SIGTERM)
        _, said = process.communicate(timeout=20)
    finally:
        process.kill()
    assert process.returncode == 0
    assert "Did you mean BATON_PUBLIC_URL?" in said


def wait_until_ready(port: int) -> None:
    end = time.monotonic() + 30
    while time.monotonic() < end:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=2) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.1)
    pytest.fail("it did not become ready within 30 s")
