"""The workspace is of use to any Slack app, so it knows nothing of Baton."""

import ast
from pathlib import Path

ROOT = Path(__file__).parents[3]
OURS = ("app", "handlers", "storage", "tests")


def test_it_imports_nothing_of_baton() -> None:
    files = list((ROOT / "app" / "demo" / "workspace").rglob("*.py"))
    assert len(files) > 40
    strange = [
        f"{file.relative_to(ROOT)}: {name}"
        for file in files
        for name in _imported(file)
        if name.split(".")[0] in OURS and not name.startswith("app.demo.workspace")
    ]
    assert strange == []


def _imported(file: Path) -> list[str]:
    names: list[str] = []
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names.append(node.module or ".")
    return names
