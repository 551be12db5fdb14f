"""`python3 -m app ...` with nothing but Python 3.11 or later.

Makes `.venv` beside this folder from the lock on first use, then hands over to app/cli.py in
it. Only the standard library is imported here, and nothing of the rest of Baton before its
packages are there. Old Pythons parse this file, to be told that they are too old: so no
f-strings and no annotated variables.
"""

import contextlib
import errno
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Callable, Iterator

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

OLDEST = (3, 11)
ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
OWN_PACKAGES = (
    "import os, sys, sysconfig; sys.exit(not os.path.isdir(sysconfig.get_path('purelib')))"
)
LOCKS = {"run": "requirements.lock", "test": "requirements-test.lock"}


class SetUpError(Exception):
    """Baton cannot be set up; the text says what is missing and what to do."""


def main(arguments: "list[str]") -> int:
    group = "test" if arguments[:1] == ["test"] else "run"
    try:
        refuse_unfit(sys.version_info[:3], sys.platform)
        environment = Environment(os.path.join(ROOT, ".venv"), os.path.join(ROOT, "app"))
        fresh = environment.prepare(group)
    except SetUpError as error:
        say(str(error))
        return 1
    except KeyboardInterrupt:
        say("Stopped. The next start sets up what is missing.")
        return 130
    if fresh or not environment.is_running():
        os.execv(environment.python, [environment.python, "-m", "app", *arguments])
    from app.cli import main as hand_over

    return hand_over(arguments)


def say(line: str) -> None:
    sys.stderr.write("baton: " + line + "\n")
    sys.stderr.flush()


def refuse_unfit(version: "tuple[int, ...]", platform: str) -> None:
    if tuple(version[:2]) < OLDEST:
        raise SetUpError(
            "Baton needs Python {}.{} or later; this is {}. Install a newer one and start with"
            " it, for example: python3.11 -m app demo".format(
                OLDEST[0], OLDEST[1], ".".join(str(part) for part in version)
            )
        )
    if platform == "win32":
        raise SetUpError("Baton runs on Linux and macOS; on Windows use WSL or a container.")


class Environment:
    """A virtual environment in `folder`, holding what a lock in `locks` lists.

    A stamp in it names the locks it was made from, so that a changed lock is noticed; a mark
    stands in it while it is being made, so that an interrupted one is made anew.
    """

    def __init__(self, folder: str, locks: str) -> None:
        self.folder = folder
        self.python = os.path.join(folder, "bin", "python")
        self._locks = locks
        self._stamp = os.path.join(folder, "baton-stamp")
        self._mark = os.path.join(folder, "baton-unfinished")

    def is_running(self) -> bool:
        return os.path.realpath(sys.prefix) == os.path.realpath(self.folder)

    def prepare(self, group: str) -> bool:
        """Make it fit for `group`; True when something had to be done."""
        if self.is_ready(group):
            return False
        try:
            with self._alone():
                if self.is_ready(group):  # another start did it while this one waited
                    return True
                self._make(group)
        except OSError as error:
            raise SetUpError(explain_folder(error, os.path.dirname(self.folder))) from error
        return True

    def is_ready(self, group: str) -> bool:
        if not os.path.exists(self.python) or os.path.exists(self._mark):
            return False
        if self.is_running() and not os.path.isdir(sysconfig.get_path("purelib")):
            return False  # the machine's Python was replaced beneath it
        try:
            with open(self._stamp, encoding="utf-8") as file:
                lines = file.read().splitlines()
        except OSError:
            return False
        return self._line(group) in lines

    def _make(self, group: str) -> None:
        began = time.monotonic()
        if os.path.exists(self._mark):
            say("the last set-up did not finish: starting over")
            shutil.rmtree(self.folder)
        uv = shutil.which("uv")
        if not succeeds([self.python, "-c", OWN_PACKAGES]):
            say("making .venv (first use: about a minute)")
            self._create(uv)
        with open(self._mark, "w", encoding="utf-8"):
            pass
        self._install(group, uv)
        self._write_stamp(group)
        os.remove(self._mark)
        say("ready after {:.0f} s".format(time.monotonic() - began))

    def _create(self, uv: "str | None") -> None:
        shutil.rmtree(self.folder, ignore_errors=True)
        os.mkdir(self.folder)
        with open(self._mark, "w", encoding="utf-8"):
            pass
        base = getattr(sys, "_base_executable", None) or sys.executable
        if importlib.util.find_spec("venv") and importlib.util.find_spec("ensurepip"):
            run([base, "-m", "venv", self.folder], explain_venv)
        elif uv:
            options = ["--quiet", "--allow-existing", "--python", base]
            run([uv, "venv", *options, self.folder], explain_venv)
        else:
            raise SetUpError(explain_venv("ensurepip is missing"))

    def _install(self, group: str, uv: "str | None") -> None:
        lock = os.path.join(self._locks, LOCKS[group])
        say("installing {} packages".format(count(lock)))
        what = ["--quiet", "--require-hashes", "-r", lock]
        pip = [self.python, "-m", "pip", "install", "--no-input", "--disable-pip-version-check"]
        has_pip = succeeds([self.python, "-c", "import pip"])
        if uv:
            try:
                run([uv, "pip", "install", "--python", self.python, *what], explain_install)
            except SetUpError:
                # Who configured an index or a proxy for pip may have told uv nothing of it.
                if not has_pip:
                    raise
                say("uv could not; trying pip")
            else:
                return
        run(pip + what, explain_install)

    def _line(self, group: str) -> str:
        with open(os.path.join(self._locks, LOCKS[group]), "rb") as file:
            return group + " " + hashlib.sha256(file.read()).hexdigest()

    def _write_stamp(self, group: str) -> None:
        # The test lock holds everything that the run lock does, at the same versions.
        groups = ["run", "test"] if group == "test" else ["run"]
        with open(self._stamp, "w", encoding="utf-8") as file:
            file.write("".join(self._line(each) + "\n" for each in groups))

    @contextlib.contextmanager
    def _alone(self) -> "Iterator[None]":
        """One set-up at a time: whoever comes second waits, then finds the work done."""
        with open(self.folder + ".lock", "w", encoding="utf-8") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                say("waiting for another start to finish the set-up")
                fcntl.flock(file, fcntl.LOCK_EX)
            yield


def count(lock: str) -> int:
    with open(lock, encoding="utf-8") as file:
        return sum("==" in line for line in file)


def succeeds(command: "list[str]") -> bool:
    try:
        return subprocess.call(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) == 0
    except OSError:
        return False


def run(command: "list[str]", explain: "Callable[[str], str]") -> None:
    """Run a step quietly; what it prints is only read when it fails."""
    with tempfile.TemporaryFile() as output:
        status = subprocess.call(
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT
        )
        if status != 0:
            output.seek(0)
            raise SetUpError(explain(output.read().decode("utf-8", "replace")))


def last_line(output: str) -> str:
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    errors = [line for line in lines if line.lower().startswith("error")]
    return (errors or lines or ["it said nothing"])[-1]


def explain_venv(output: str) -> str:
    if "ensurepip" in output or "No module named" in output:
        return (
            "This Python cannot make virtual environments: its venv or ensurepip module is"
            " missing. On Debian and Ubuntu: apt-get install python3-venv. Or install uv."
        )
    return "Making .venv failed: " + last_line(output)


OFFLINE = (
    "connection broken", "failed to establish a new connection", "name resolution",
    "network is unreachable", "connection refused", "timed out", "error sending request",
    "dns error", "failed to fetch", "from versions: none", "proxyerror",
)  # fmt: skip


def explain_install(output: str) -> str:
    told = output.lower()
    if "do not match the hashes" in told or "hash mismatch" in told:
        return (
            "A package that was offered is not the one in Baton's lock, so it was refused."
            " Check where your packages come from, then start again: " + last_line(output)
        )
    if "no space left" in told:
        return "The disk is full: make room (about 300 MB), then start again."
    if any(sign in told for sign in OFFLINE):
        return (
            "Baton's packages could not be fetched. The first start needs the network, or a"
            " package index or proxy set in pip's or uv's own configuration. It said: "
            + last_line(output)
        )
    return "Installing Baton's packages failed: " + last_line(output)


def explain_folder(error: OSError, folder: str) -> str:
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return (
            "{} cannot be written to, and Baton keeps its packages in .venv there. Start once as"
            " its owner (afterwards others may start it), or copy Baton elsewhere.".format(folder)
        )
    return "Setting up in {} failed: {}.".format(folder, error.strerror or error)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
