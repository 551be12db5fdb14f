"""The README against the code: what it names is there, and what is there it names."""

import re
import shlex
import shutil
import subprocess
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path

import aiohttp
import anyio
import pytest
import yaml

from app import build
from app.build import Baton
from app.cli import NAMES
from app.flows.intake_token import new_token
from app.organisation.read import read
from app.rules.alert import Alert
from app.settings import Settings, settings_table, specs
from handlers.slack.parse import INC, ONCALL
from handlers.web.intake import generic
from handlers.web.intake.desk import READERS
from tests.test_rooms import MAY_IMPORT

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
BESIDE = {"app.__main__", "app.settings", "app.setting_values", "app.logs", "app.suite"}
"""Rooms of one file each, which stand in a sentence under the map."""


def blocks(language: str) -> list[str]:
    """What stands in fences of that language, without the indent of a list."""
    found = re.findall(rf"^( *)```{language}\n(.*?)^\1```$", README, re.MULTILINE | re.DOTALL)
    return [textwrap.dedent(text) for _, text in found]


def rows(pattern: str) -> list[re.Match[str]]:
    """Lines of tables that begin with the pattern."""
    return list(re.finditer(rf"^\| {pattern}", README, re.MULTILINE))


# ── settings and commands ─────────────────────────────────────────────────────────────────────
def test_the_settings_are_the_codes_own_table_and_no_other_is_named() -> None:
    assert settings_table() in README
    known = {spec.name for _, spec in specs()}
    named = set(re.findall(r"\b(?:BATON|SLACK)_[A-Z_]+\b", README))
    assert {name.removesuffix("_FILE") for name in named} == known


def test_every_command_is_in_the_table_and_every_one_named_is_there() -> None:
    assert [row[1] for row in rows(r"`python3 -m app (\w+)`")] == NAMES
    named = set(re.findall(r"python3 -m app (\w+)", README))
    assert named == set(NAMES)


def test_every_test_folder_that_is_to_be_run_is_there() -> None:
    named = re.findall(r"python3 -m app test ([^`]+)`", README)
    paths = [path for each in named for path in each.split()]
    assert len(paths) > 10
    assert [path for path in paths if not (ROOT / path).exists()] == []


def test_every_module_that_is_to_be_run_is_there() -> None:
    named = set(re.findall(r"-m (tests[\w.]*)", README))
    assert named == {"tests.pictures", "tests.bench", "tests.campaign"}
    for name in named:
        path = ROOT / name.replace(".", "/")
        assert path.with_suffix(".py").exists() or (path / "__main__.py").exists()


def test_every_slash_command_and_each_of_its_words_is_described() -> None:
    manifest = yaml.safe_load((ROOT / "manifest.yml").read_text(encoding="utf-8"))
    commands = {each["command"] for each in manifest["features"]["slash_commands"]}
    assert commands == {"/inc", "/oncall"}
    assert {row[1] for row in rows(r"`(/\w+)`")} == commands
    described = "\n".join(row.string[row.start() :].split("\n")[0] for row in rows("`/"))
    verbs = {f"/inc {verb}" for verb in INC} | {f"/oncall {verb}" for verb in ONCALL}
    assert set(re.findall(r"/(?:inc|oncall) [a-z]+", described)) == verbs


def test_every_word_of_a_slash_command_anywhere_is_known() -> None:
    words = {"inc": INC, "oncall": ONCALL}
    for command, verb in re.findall(r"`/(inc|oncall) ([a-z]+)", README):
        assert verb in words[command]


def test_the_manifests_shortcuts_are_named() -> None:
    manifest = yaml.safe_load((ROOT / "manifest.yml").read_text(encoding="utf-8"))
    for each in manifest["features"]["shortcuts"]:
        assert f"*{each['name']}*" in README


# ── files and rooms ───────────────────────────────────────────────────────────────────────────
def linked() -> Iterator[str]:
    yield from re.findall(r"\]\(([^)#]+)\)", README)
    yield from re.findall(r'<img src="([^"]+)"', README)


def test_every_link_and_picture_is_there() -> None:
    inside = [each for each in linked() if "://" not in each]
    assert len(inside) > 8
    assert [each for each in inside if not (ROOT / each).is_file()] == []


def test_every_picture_is_shown_and_opens_quickly() -> None:
    pictures = set((ROOT / "app/demo/pictures").glob("*.png"))
    assert {ROOT / each for each in linked() if each.endswith(".png")} == pictures
    assert max(each.stat().st_size for each in pictures) <= 250_000


def rooms_on_the_map() -> Mapping[str, int]:
    """Each room with its level."""
    found = rows(r"(\d) \| `([\w/.]+)` \|")
    return {row[2].removesuffix(".py").strip("/").replace("/", "."): int(row[1]) for row in found}


def test_every_room_is_on_the_map_and_every_path_of_it_is_there() -> None:
    assert set(rooms_on_the_map()) | BESIDE == set(MAY_IMPORT)
    paths = [row[1] for row in rows(r"\d \| `([\w/.]+)` \|")]
    paths += [each.replace(".", "/") + ".py" for each in BESIDE]
    assert [path for path in paths if not (ROOT / path).exists()] == []
    assert [path for path in paths if f"`{path}`" not in README] == []


def test_the_map_stands_in_the_order_of_imports() -> None:
    level = rooms_on_the_map()
    assert list(level.values()) == sorted(level.values())
    for room, seen in MAY_IMPORT.items():
        up = [other for other in seen & set(level) if level[other] < level.get(room, 9)]
        assert room in BESIDE or up == []


# ── examples ──────────────────────────────────────────────────────────────────────────────────
def test_the_organisation_file_has_no_problem() -> None:
    [text] = blocks("toml")
    assert read(text, source="README").problems == ()


def test_the_generic_example_is_read_with_every_field_of_the_table() -> None:
    [example] = blocks("json")
    [alert] = generic.read(example.encode())
    named = {name for row in rows(r"(`[a-z_`, ]+`) \| .* \|") for name in _names(row[1])}
    empty = {each.name for each in fields(Alert) if not getattr(alert, each.name)}
    assert empty == {"ended_at"}
    assert named - {"status"} | {"state"} == {each.name for each in fields(Alert)}


def _names(cell: str) -> list[str]:
    return re.findall(r"`([a-z_]+)`", cell)


def test_alertmanager_takes_the_configuration(tmp_path: Path) -> None:
    [snippet] = blocks("yaml")
    [receiver] = yaml.safe_load(snippet)["receivers"]
    assert receiver["webhook_configs"][0]["url"].endswith("/v1/alerts/alertmanager")
    if shutil.which("amtool") is None:
        pytest.skip("amtool is not installed (Debian: prometheus-alertmanager)")
    file = tmp_path / "alertmanager.yml"
    file.write_text(snippet, encoding="utf-8")
    done = subprocess.run(
        ["amtool", "check-config", str(file)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


@dataclass(frozen=True)
class Curl:
    """A request as one of the README's curl lines makes it."""

    url: str
    method: str = "GET"
    body: str | None = None
    authorization: str = ""

    @classmethod
    def of(cls, words: Sequence[str]) -> "Curl":
        options = dict(zip(words[1::2], words[2::2], strict=False))
        _, _, authorization = options.get("-H", "").partition(": ")
        body = options.get("-d")
        method = options.get("-X") or ("POST" if body else "GET")
        return cls(options["url"], method, body, authorization)


def curls() -> list[Curl]:
    found = []
    for line in "\n".join(blocks("sh")).replace("\\\n", " ").splitlines():
        words = shlex.split(line, comments=True)
        if words[:1] == ["curl"]:
            [url] = [each for each in words if each.startswith("http")]
            rest = [each for each in words[1:] if each != url]
            found.append(Curl.of(["curl", *rest, "url", url]))
    return found


@pytest.mark.anyio
async def test_every_curl_line_does_what_it_says(sqlite_url: str, tmp_path: Path) -> None:
    """Sent to a Baton that runs with the README's own organisation file."""
    file = tmp_path / "baton.toml"
    file.write_text(blocks("toml")[0], encoding="utf-8")
    settings = Settings.read(
        {
            "BATON_DATABASE_URL": sqlite_url,
            "BATON_ORGANISATION": str(file),
            "BATON_BIND": "127.0.0.1:0",
            "BATON_ADMIN_BIND": "127.0.0.1:0",
        }
    )
    async with build.running(settings) as baton, aiohttp.ClientSession() as http:
        while baton.tick.age is None:  # until then it is alive, and not ready
            await anyio.sleep(0.01)
        token = await baton.parts.kit.do(new_token, "generic")
        told = [await _send(http, baton, each, token) for each in curls()]
    assert [status for status, _ in told] == [200] * 4
    assert told[0][1].replace(" ", "") == '{"status":"accepted","incidents":["INC-1"]}'
    assert told[0][1] in README


async def _send(
    http: aiohttp.ClientSession, baton: Baton, curl: Curl, token: str
) -> tuple[int, str]:
    public, private = baton.bound
    url = curl.url.replace("127.0.0.1:8080", str(public)).replace("127.0.0.1:9099", str(private))
    headers = {"Authorization": curl.authorization.replace("$TOKEN", token)}
    async with http.request(curl.method, url, data=curl.body, headers=headers) as answer:
        return answer.status, await answer.text()


def test_every_intake_that_is_named_is_there_and_every_one_there_is_named() -> None:
    assert set(re.findall(r"/v1/alerts/(\w+)", README)) == set(READERS)
