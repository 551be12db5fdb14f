"""`python3 -m app`: real environments, made offline from a package that the test builds."""

import ast
import base64
import errno
import hashlib
import os
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest

from app import __main__ as bootstrap

ROOT = Path(__file__).parent.parent
SOURCE = ROOT / "app" / "__main__.py"
CLI = """
import sys
def main(arguments):
    import probe
    print(probe.WORD, *arguments, sys.prefix)
    return 7
"""


def wheel(folder: Path, word: str) -> str:
    """Build a package offline; answers its line for a lock."""
    path = folder / "probe-1.0-py3-none-any.whl"
    about = "probe-1.0.dist-info"
    files = {
        "probe.py": f"WORD = {word!r}\n",
        f"{about}/METADATA": "Metadata-Version: 2.1\nName: probe\nVersion: 1.0\n",
        f"{about}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = ""
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
            digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest())
            record += f"{name},sha256={digest.rstrip(b'=').decode()},{len(text)}\n"
        archive.writestr(f"{about}/RECORD", f"{record}{about}/RECORD,,\n")
    return f"probe==1.0 --hash=sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}\n"


@dataclass
class Checkout:
    """A project of one package, whose packages come from a folder named in pip's settings."""

    root: Path

    @classmethod
    def make(cls, root: Path) -> "Checkout":
        for folder in ("app", "wheels", "path"):
            (root / folder).mkdir(parents=True)
        (root / "app" / "__init__.py").touch()
        (root / "app" / "cli.py").write_text(CLI)
        shutil.copy(SOURCE, root / "app")
        made = cls(root)
        made.lock(wheel(root / "wheels", "one"))
        return made

    def lock(self, run: str, test: str = "") -> None:
        (self.root / "app" / "requirements.lock").write_text(run)
        (self.root / "app" / "requirements-test.lock").write_text(test or run + "# test\n")

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        settings = {
            "PATH": str(self.root / "path"),
            "HOME": str(self.root),
            "PIP_NO_INDEX": "1",
            "PIP_FIND_LINKS": str(self.root / "wheels"),
            "PIP_CONFIG_FILE": os.devnull,
        }
        return subprocess.Popen(
            [getattr(sys, "_base_executable", sys.executable), "-m", "app", *arguments],
            cwd=self.root,
            env=settings,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *arguments: str) -> tuple[int, str, str]:
        return finish(self.start(*arguments))


def finish(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    out, err = process.communicate(timeout=100)
    return process.returncode, out, err


@pytest.fixture(scope="module")
def first_use(tmp_path_factory: pytest.TempPathFactory) -> tuple[Checkout, list[str]]:
    """Three starts at once on a fresh checkout; what each said."""
    checkout = Checkout.make(tmp_path_factory.mktemp("first") / "baton")
    told = [finish(process) for process in [checkout.start("run", str(n)) for n in range(3)]]
    for number, (code, out, err) in enumerate(told):
        assert (code, out) == (7, f"one run {number} {checkout.root / '.venv'}\n"), err
    return checkout, [err for _, _, err in told]


@pytest.fixture
def checkout(first_use: tuple[Checkout, list[str]], tmp_path: Path) -> Checkout:
    """A checkout that was set up, the test's own."""
    root = tmp_path / "baton"
    shutil.copytree(first_use[0].root, root, symlinks=True)
    return Checkout(root)


def test_the_first_use_sets_up_once_however_many_start(
    first_use: tuple[Checkout, list[str]],
) -> None:
    told = "".join(first_use[1])
    assert told.count("making .venv") == 1
    assert "waiting for another start" in told
    assert told.count("ready after") == 1


def test_the_next_start_is_silent_and_quick(checkout: Checkout) -> None:
    began = time.monotonic()
    assert checkout.run("demo") == (7, f"one demo {checkout.root / '.venv'}\n", "")
    assert time.monotonic() - began < 5


def test_a_changed_lock_refreshes(checkout: Checkout) -> None:
    site = next((checkout.root / ".venv" / "lib").glob("python*/site-packages"))
    (site / "kept.py").touch()
    shutil.rmtree(next(site.glob("probe-*.dist-info")))
    checkout.lock(wheel(checkout.root / "wheels", "two"))
    code, out, err = checkout.run("run")
    assert (code, out.split()[0]) == (7, "two")
    assert "installing 1 packages" in err
    assert "making .venv" not in err
    assert (site / "kept.py").exists()
    assert checkout.run("run")[2] == ""


def test_the_test_command_has_a_lock_of_its_own_and_run_needs_no_more(checkout: Checkout) -> None:
    assert "installing" in checkout.run("test")[2]
    assert checkout.run("test")[2] == ""
    assert checkout.run("run")[2] == ""


def test_an_interrupted_set_up_is_begun_again(checkout: Checkout) -> None:
    shutil.rmtree(checkout.root / ".venv")
    first = checkout.start("run")
    mark = checkout.root / ".venv" / "baton-unfinished"
    while not mark.exists() and first.poll() is None:
        time.sleep(0.01)
    first.send_signal(signal.SIGKILL)
    finish(first)
    assert mark.exists()
    code, out, err = checkout.run("run")
    assert (code, out.split()[0]) == (7, "one"), err
    assert "did not finish: starting over" in err


def test_an_environment_whose_python_went_away_is_made_anew(checkout: Checkout) -> None:
    for program in (checkout.root / ".venv" / "bin").glob("python*"):
        program.unlink()
        program.symlink_to(checkout.root / "no-python-here")
    code, _, err = checkout.run("run")
    assert code == 7
    assert "making .venv" in err


def test_a_package_with_another_hash_is_refused(checkout: Checkout) -> None:
    checkout.lock("probe==1.0 --hash=sha256:" + "0" * 64 + "\n# other\n")
    shutil.rmtree(next((checkout.root / ".venv" / "lib").glob("python*/site-packages/probe-*")))
    code, _, err = checkout.run("run")
    assert code == 1
    assert "is not the one in Baton's lock, so it was refused" in err
    assert "Traceback" not in err


def test_without_a_way_to_the_packages_it_says_so(checkout: Checkout) -> None:
    checkout.lock("missing==1.0 --hash=sha256:" + "0" * 64 + "\n")
    code, _, err = checkout.run("run")
    assert code == 1
    assert "could not be fetched. The first start needs the network" in err
    assert "missing==1.0" in err.splitlines()[-1]


def test_when_uv_fails_pip_does_it(checkout: Checkout) -> None:
    uv = checkout.root / "path" / "uv"
    uv.write_text("#!/bin/sh\nexit 2\n")
    uv.chmod(0o755)
    checkout.lock(wheel(checkout.root / "wheels", "one") + "# changed\n")
    code, _, err = checkout.run("run")
    assert code == 7
    assert "uv could not; trying pip" in err


def test_no_venv_module_is_explained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Debian splits ensurepip off; without uv beside it nothing can be made."""
    monkeypatch.setitem(sys.modules, "ensurepip", None)
    monkeypatch.setenv("PATH", str(tmp_path))
    environment = bootstrap.Environment(str(tmp_path / ".venv"), str(SOURCE.parent))
    with pytest.raises(bootstrap.SetUpError, match="apt-get install python3-venv"):
        environment.prepare("run")


@pytest.mark.parametrize("version", [(3, 5, 0), (3, 10, 99), (2, 7, 18)])
def test_an_old_python_is_told_so(version: tuple[int, int, int]) -> None:
    with pytest.raises(bootstrap.SetUpError, match=r"needs Python 3\.11 or later; this is \d"):
        bootstrap.refuse_unfit(version, "linux")


def test_windows_is_told_so() -> None:
    with pytest.raises(bootstrap.SetUpError, match="WSL"):
        bootstrap.refuse_unfit((3, 12, 0), "win32")


def test_a_folder_that_cannot_be_written_is_explained(tmp_path: Path) -> None:
    read_only = bootstrap.explain_folder(OSError(errno.EROFS, "Read-only file system"), "/baton")
    assert read_only.startswith("/baton cannot be written to")
    nowhere = bootstrap.Environment(str(tmp_path / "no" / ".venv"), str(SOURCE.parent))
    with pytest.raises(bootstrap.SetUpError, match="No such file"):
        nowhere.prepare("run")


def test_old_pythons_can_parse_the_bootstrap() -> None:
    tree = ast.parse(SOURCE.read_text(encoding="utf-8"), feature_version=(3, 5))
    newer = (ast.JoinedStr, ast.AnnAssign, ast.NamedExpr, ast.Match)
    assert [node.lineno for node in ast.walk(tree) if isinstance(node, newer)] == []


def test_the_bootstrap_begins_with_the_standard_library_alone() -> None:
    tree = ast.parse(SOURCE.read_text(encoding="utf-8"))
    top = [node for each in tree.body for node in ast.walk(each)]
    functions = [node for node in top if isinstance(node, ast.FunctionDef)]
    inside = {node for function in functions for node in ast.walk(function)}
    roots = set()
    for node in top:
        if isinstance(node, ast.Import):
            roots |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node not in inside:
            roots.add(str(node.module).split(".")[0])
    assert roots
    assert roots <= sys.stdlib_module_names


@pytest.mark.network
@pytest.mark.timeout(600)
def test_the_real_lock_installs(tmp_path: Path) -> None:
    shutil.copytree(SOURCE.parent, tmp_path / "app")
    (tmp_path / "app" / "cli.py").write_text(
        CLI.replace("probe.WORD", "probe.__version__").replace(
            "import probe", "import slack_bolt.version as probe"
        )
    )
    done = subprocess.run(
        [getattr(sys, "_base_executable", sys.executable), "-m", "app", "run"],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 7, done.stderr
