"""The image: not root, no secrets, only what the lock lists, and a root file system that may be
read-only (reliability.md S28). No container is built here: the Dockerfile is read, and a Baton is
started where it may write to its data alone."""

import contextlib
import os
import re
import shlex
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest

from app.organisation.example import example_text
from app.settings import Settings
from tests.wire.stage import free_port

ROOT = Path(__file__).parent.parent
PATIENCE = 60.0


def instructions() -> list[tuple[str, str]]:
    """Each instruction of the Dockerfile with what follows it."""
    text = re.sub(r"^#.*\n", "", (ROOT / "Dockerfile").read_text(encoding="utf-8"), flags=re.M)
    lines = re.sub(r"\\\n\s*", "", text).splitlines()
    return [(name, rest) for line in lines if line for name, _, rest in [line.partition(" ")]]


def all_of(wanted: str) -> list[str]:
    return [rest for name, rest in instructions() if name == wanted]


def test_it_runs_as_a_user_with_a_number_of_its_own_that_is_not_roots() -> None:
    *_, last = all_of("USER")
    user, group = last.split(":")
    assert int(user) > 999
    assert int(group) > 999
    making = " ".join(all_of("RUN"))
    assert f"useradd --uid {user} --gid {group} " in making
    before = [name for name, _ in instructions()]
    assert before.index("USER") < before.index("ENTRYPOINT")
    assert "RUN" not in before[before.index("USER") :], "as that user nothing could be installed"


def test_it_installs_what_the_lock_lists_and_fetches_nothing_else() -> None:
    making = all_of("RUN")
    assert len(making) == 2
    assert "Environment('.venv', 'app').prepare('run')" in making[1]
    assert not re.search(r"curl|wget|apt|apk|pip|ADD ", " ".join(making))
    assert all_of("ADD") == []
    [base] = all_of("FROM")
    assert re.fullmatch(r"python:3\.\d+-slim", base)


def test_nothing_gets_in_but_batons_own_code() -> None:
    own = {"app", "handlers", "storage", "LICENSE"}
    copied = {word for line in all_of("COPY") for word in line.split()[:-1]}
    assert {word.split("/")[0] for word in copied} == own
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert ignored[0] == "*", "what is not named stays out: settings, keys, databases"
    assert {line[1:] for line in ignored if line.startswith("!")} == own


def test_it_holds_settings_that_exist_and_no_secret() -> None:
    given = dict(word.split("=", 1) for line in all_of("ENV") for word in shlex.split(line))
    known = {f"BATON_{each.name.upper()}" for each in fields(Settings)}
    assert set(given) <= known
    assert not re.search(r"TOKEN|SECRET|PASSWORD|KEY", " ".join(given))
    assert all_of("ARG") == []


def test_what_is_started_needs_no_shell() -> None:
    for name in ("ENTRYPOINT", "CMD"):
        assert all(line.startswith("[") for line in all_of(name))
    [check] = all_of("HEALTHCHECK")
    assert "CMD [" in check


# A file system that is read-only but for one folder: only root can have one.
SEALED = """
set -e
for place in "$1" "$2" "$3"; do mount --bind "$place" "$place"; done
for place in "$2" "$3"; do mount -o remount,bind,ro "$place"; done
mount -o remount,bind,ro /
cd "$2"
if touch "$2/written" 2>/dev/null; then echo "it could be written to" >&2; exit 9; fi
exec setpriv --bounding-set=-all --inh-caps=-all --no-new-privs "$4" -m app run
"""


def test_baton_runs_without_roots_rights_where_only_its_data_may_be_written(tmp_path: Path) -> None:
    data, alerts, admin = tmp_path / "data", free_port(), free_port()
    data.mkdir()
    (data / "baton.toml").write_text(example_text(), encoding="utf-8")
    own = {
        "BATON_DATABASE_URL": f"sqlite:///{data / 'baton.db'}",
        "BATON_ORGANISATION": str(data / "baton.toml"),
        "BATON_BIND": f"127.0.0.1:{alerts}",
        "BATON_ADMIN_BIND": f"127.0.0.1:{admin}",
    }
    with sealed(data, own) as process:
        end = time.monotonic() + PATIENCE
        while not answers(f"http://127.0.0.1:{admin}/readyz"):
            assert process.poll() is None, (tmp_path / "said").read_text()
            assert time.monotonic() < end
            time.sleep(0.1)
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE) == 0
    assert {"baton.db", "baton.toml"} <= {each.name for each in data.iterdir()}


@contextlib.contextmanager
def sealed(data: Path, own: dict[str, str]) -> Iterator["subprocess.Popen[bytes]"]:
    trying = ["unshare", "--mount", "setpriv", "--no-new-privs", "true"]
    try:
        refused = subprocess.run(trying, capture_output=True, check=False).returncode
    except FileNotFoundError:
        refused = 1
    if refused:
        pytest.skip("only root can have a read-only file system of its own")
    venv = (ROOT / ".venv").resolve()
    arguments = [str(data), str(ROOT), str(venv), sys.executable]
    said = data.with_name("said")
    with said.open("wb") as told:
        process = subprocess.Popen(
            ["unshare", "--mount", "sh", "-c", SEALED, "sealed", *arguments],
            env={**os.environ, **own},
            stdout=told,
            stderr=told,
        )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:
            return bool(answer.status == 200)
    except (OSError, urllib.error.URLError):
        return False
