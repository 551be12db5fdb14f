"""`doctor` on Python and its packages."""

import platform
from importlib.metadata import version
from pathlib import Path

import pytest

from app.commands.doctor import machine
from app.commands.doctor.finding import Finding, State


def look(lock: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Finding]:
    monkeypatch.setattr(machine, "LOCK", lock)
    return {each.about: each for each in machine.look_at_machine()}


def test_this_python_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = look(tmp_path / "none", monkeypatch)["python"]
    assert (found.state, found.what) == (State.OK, f"Python {platform.python_version()}")


def test_what_is_installed_is_held_against_the_lock(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock = tmp_path / "requirements.lock"
    here = version("slack-sdk")
    lock.write_text(
        f"slack-sdk=={here} \\\n    --hash=sha256:00\n"
        "no-such-package-at-all==1.0 ; implementation_name != 'pypy' \\\n    --hash=sha256:00\n"
    )
    assert look(lock, monkeypatch)["packages"].state is State.OK
    lock.write_text("slack-sdk==0.0.1 \\\n    --hash=sha256:00\nno-such-package-at-all==1.0\n")
    found = look(lock, monkeypatch)["packages"]
    assert found.state is State.WARN
    assert f"slack-sdk {here} instead of 0.0.1" in found.what
    assert "no-such-package-at-all missing instead of 1.0" in found.what


def test_the_real_lock_is_readable() -> None:
    pinned = machine.PINNED.findall(machine.LOCK.read_text())
    assert {"slack-bolt", "sqlalchemy", "apprise"} <= {name for name, _, _ in pinned}
