"""The committed bundle: nothing of this machine in it, and every licence beside it."""

import json
import re
from pathlib import Path

PAGE = Path(__file__).parents[3] / "app" / "demo" / "workspace" / "page"


def test_the_lock_names_no_address() -> None:
    lock = json.loads((PAGE / "package-lock.json").read_text())
    assert not [name for name, one in lock["packages"].items() if "resolved" in one]
    assert "omit-lockfile-registry-resolved=true" in (PAGE / ".npmrc").read_text()


def test_every_locked_package_has_a_hash() -> None:
    packages = json.loads((PAGE / "package-lock.json").read_text())["packages"]
    assert [name for name, one in packages.items() if name and "integrity" not in one] == []


def test_the_files_the_page_asks_for_are_there() -> None:
    index = (PAGE / "dist" / "index.html").read_text()
    for name in re.findall(r'"/_workspace/page/([^"]+)"', index):
        assert (PAGE / "dist" / name).is_file(), name
    script = (PAGE / "dist" / "page.js").read_text()
    chunks = set(re.findall(r"\./(blocks-\w+\.js)", script))
    assert chunks
    assert all((PAGE / "dist" / chunk).is_file() for chunk in chunks)


def test_the_licences_of_what_is_bundled_are_shipped() -> None:
    licences = (PAGE / "dist" / "LICENCES.txt").read_text()
    for name in ("react ", "react-dom ", "slack-blocks-to-jsx ", "emojibase-data "):
        assert re.search(rf"^{re.escape(name)}\d", licences, re.MULTILINE), name


def test_only_this_machine_may_be_loaded_from() -> None:
    index = (PAGE / "dist" / "index.html").read_text()
    assert "default-src 'self'" in index
    styles = (PAGE / "dist" / "page.css").read_text()
    assert re.findall(r"url\(\s*[\"']?(?:https?:)?//", styles) == []
