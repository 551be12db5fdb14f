"""What must never be committed, and what the locks promise."""

import re
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent

# One letter of each stands in brackets, so that this file does not find itself.
NEVER = {
    "the address of a package index": r"pyp[i]\.org|pythonhoste[d]\.org|registry\.npmj[s]"
    r"|registry\.yarnpk[g]|deb\.debia[n]\.org|(?:extra-)?index-ur[l]\s*[=:]",
    "something like a Slack token": r"\bxo[x][a-z]-\d{6,}|\bxap[p]-\d-[A-Z0-9]{6,}"
    r"|hooks\.slack\.com/service[s]/T\w{6,}",
    "something like another service's key": r"\bAKI[A][0-9A-Z]{16}\b|\bgh[opsu]_\w{30,}"
    r"|\bS[K][0-9a-f]{32}\b|BEGI[N] (?:\w+ )?PRIVATE KEY",
    "a path of somebody's machine": r"(?<![\w.-])/(?:wor[k]|roo[t]|tm[p]|hom[e]/\w+|User[s]/\w+)/",
}

# Numbers that regulators keep free for stories are fine.
PHONE = re.compile(r"(?<![\w+])\+(?!1\d{3}55501\d\d\b)(?!447700900\d{3}\b)[1-9]\d{9,14}\b")
MACHINE_WRITTEN = {".js", ".svg", ".lock"}


@pytest.fixture(scope="module")
def texts() -> dict[str, str]:
    """Every text file that git knows, with what stands in it."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if listed.returncode != 0:
        pytest.skip("this is not a git checkout")
    return dict(_read(name) for name in listed.stdout.split("\0") if (ROOT / name).is_file())


def _read(name: str) -> tuple[str, str]:
    try:
        return name, (ROOT / name).read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return name, ""


def found(pattern: re.Pattern[str], texts: dict[str, str]) -> list[str]:
    return [
        f"{name}: {match.group()}"
        for name, text in texts.items()
        for match in pattern.finditer(text)
    ]


@pytest.mark.parametrize("what", NEVER)
def test_no_file_holds(what: str, texts: dict[str, str]) -> None:
    assert len(texts) > 20
    assert found(re.compile(NEVER[what]), texts) == []


def test_no_file_holds_a_phone_number(texts: dict[str, str]) -> None:
    ours = {name: text for name, text in texts.items() if Path(name).suffix not in MACHINE_WRITTEN}
    assert found(PHONE, ours) == []


@pytest.mark.parametrize(
    ("what", "text"),
    [
        ("the address of a package index", "--extra-index-ur" + "l = x"),
        ("something like a Slack token", "xox" + "b-1234567890-abc"),
        ("something like another service's key", "-----BEGIN" + " RSA PRIVATE KEY-----"),
        ("a path of somebody's machine", "see /home" + "/ana/baton.db"),
    ],
)
def test_the_search_finds_what_it_looks_for(what: str, text: str) -> None:
    assert found(re.compile(NEVER[what]), {"file": text})


def test_the_search_knows_a_phone_number() -> None:
    assert found(PHONE, {"file": "call +" + "353861234567"})
    assert not found(PHONE, {"file": "call +12025550123 or +447700900123"})


# The locks


def locked(name: str) -> dict[str, str]:
    text = (ROOT / "app" / name).read_text(encoding="utf-8")
    return dict(re.findall(r"^([a-z0-9._-]+)==([^ ;\\]+)", text, re.MULTILINE))


def wanted(group: str) -> Iterator[Requirement]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    yield from map(Requirement, project["project"]["dependencies"])
    if group == "test":
        yield from map(Requirement, project["dependency-groups"]["test"])


@pytest.mark.parametrize(
    ("name", "group"), [("requirements.lock", "run"), ("requirements-test.lock", "test")]
)
def test_a_lock_holds_what_the_project_asks_for(name: str, group: str) -> None:
    versions = locked(name)
    missing = [
        str(each)
        for each in wanted(group)
        if not each.specifier.contains(versions.get(canonicalize_name(each.name), "0"))
    ]
    assert missing == [], "run python3 -m tests.lock"


def test_the_test_lock_has_the_run_locks_versions() -> None:
    run, test = locked("requirements.lock"), locked("requirements-test.lock")
    assert {name: test.get(name) for name in run} == run


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-test.lock"])
def test_a_lock_holds_names_versions_and_hashes_only(name: str) -> None:
    for line in (ROOT / "app" / name).read_text(encoding="utf-8").splitlines():
        assert re.fullmatch(
            r"#.*"
            r"|[a-z0-9._-]+==[\w.+!]+(?: ; [\w .'()<>=!-]+)? \\"
            r"|    --hash=sha256:[0-9a-f]{64}(?: \\)?",
            line,
        )


def test_compiled_packages_are_locked_for_all_platforms() -> None:
    text = (ROOT / "app" / "requirements.lock").read_text(encoding="utf-8")
    hashes = text.partition("psycopg-binary==")[2].partition("\npydantic==")[0].count("--hash")
    assert hashes > 40
