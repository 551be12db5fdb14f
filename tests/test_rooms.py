"""Imports only go down, from the door inward (design.md, rooms)."""

import ast
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("app", "handlers", "storage")

RULES = {"app.rules"}
GROUND = RULES | {"storage", "app.chat", "app.paging", "app.calendars"}
MIDDLE = GROUND | {"app.flows", "app.delivery", "app.organisation"}
DOORS = MIDDLE | {"handlers", "app.settings", "app.setting_values", "app.logs"}
TOP = DOORS | {
    *("app.cli", "app.commands", "app.demo", "app.suite"),
    *("app.build", "app.front", "app.serve"),
}

MAY_IMPORT: dict[str, set[str]] = {
    "app.rules": set(),
    "storage": RULES,
    "app.chat": RULES,
    "app.paging": RULES,
    "app.calendars": RULES,
    "app.flows": MIDDLE,
    "app.delivery": MIDDLE,
    "app.organisation": MIDDLE,
    "handlers": MIDDLE,
    "app.setting_values": set(),
    "app.settings": {"app.setting_values"},
    "app.logs": {"app.setting_values"},
    "app.suite": set(),
    "app.demo": TOP,
    "app.build": TOP,
    "app.front": DOORS,
    "app.serve": DOORS | {"app.front"},
    "app.cli": TOP,
    "app.commands": TOP,
    "app.__main__": {"app.cli"},
}
"""What each room may import besides itself. A new room is added here, on its level."""

LAZY = {"alembic", "apprise", "icalendar", "psycopg", "recurring_ical_events"}
"""Slow to load, so they may be imported where they are used."""

COMMANDS = {f"app.commands.{path.stem}" for path in (ROOT / "app/commands").glob("[a-z]*.py")}
"""The operator's commands, which are files; the larger ones are folders."""

LAZY_IN = {
    "app.__main__": {"app.cli"},
    "app.cli": COMMANDS
    | {"app.commands.doctor.command", "app.commands.simulate.command"}
    | {"app.demo.command", "app.demo.workspace.command"},
}
"""The bootstrap imports nothing of ours until the packages are there, and the command line only
what the command that was given needs."""


@dataclass(frozen=True)
class Import:
    module: str
    target: str
    line: int
    hidden: bool

    def __str__(self) -> str:
        return f"{self.module} line {self.line} imports {self.target}"


def name_of(path: Path, root: Path) -> str:
    parts = path.relative_to(root).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def read_modules(root: Path) -> dict[str, ast.Module]:
    paths = [path for package in PACKAGES for path in sorted((root / package).rglob("*.py"))]
    return {name_of(path, root): ast.parse(path.read_text(encoding="utf-8")) for path in paths}


def hidden_nodes(tree: ast.Module) -> set[ast.AST]:
    """Everything that stands inside a function."""
    functions = [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]
    return {inner for function in functions for inner in ast.walk(function)}


def imports_of(module: str, tree: ast.Module, known: set[str]) -> Iterator[Import]:
    hidden = hidden_nodes(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            targets = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module} line {node.lineno}: write the import in full"
            names = [f"{node.module}.{alias.name}" for alias in node.names]
            # `from app.rules import incident` imports a module, `… import Incident` a name.
            targets = [name if name in known else str(node.module) for name in names]
        else:
            continue
        for target in targets:
            yield Import(module, target, node.lineno, node in hidden)


def imports_in(root: Path) -> list[Import]:
    return imports_of_all(read_modules(root))


def imports_of_all(modules: Mapping[str, ast.Module]) -> list[Import]:
    return [each for name, tree in modules.items() for each in imports_of(name, tree, set(modules))]


def room_of(module: str) -> str | None:
    """None for what is not ours; a module of ours without a room is a mistake by itself."""
    first, *rest = module.split(".")
    if first not in PACKAGES:
        return None
    return f"app.{rest[0]}" if first == "app" and rest else first


def crossings(imports: list[Import]) -> list[str]:
    """Imports that go up, or across."""
    found = []
    for each in imports:
        here, there = room_of(each.module), room_of(each.target)
        if there is None or here == there or here == "app":
            continue
        if there not in MAY_IMPORT.get(here or "", set()):
            found.append(f"{each}: {here} may not see {there}")
    return found


def hidden_imports(imports: list[Import]) -> list[str]:
    return [
        f"{each} inside a function"
        for each in imports
        if each.hidden
        and each.target.split(".")[0] not in LAZY
        and each.target not in LAZY_IN.get(each.module, set())
    ]


def foreign_imports(imports: list[Import]) -> list[str]:
    """What app/rules imports beyond the standard library and itself."""
    return [
        str(each)
        for each in imports
        if room_of(each.module) == "app.rules"
        and room_of(each.target) != "app.rules"
        and each.target.split(".")[0] not in sys.stdlib_module_names
    ]


def cycle(imports: list[Import]) -> list[str]:
    graph: dict[str, set[str]] = {}
    for each in imports:
        if room_of(each.target) and each.target != each.module:
            graph.setdefault(each.module, set()).add(each.target)
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


@pytest.fixture(scope="module")
def modules() -> Mapping[str, ast.Module]:
    return read_modules(ROOT)


@pytest.fixture(scope="module")
def imports(modules: Mapping[str, ast.Module]) -> list[Import]:
    return imports_of_all(modules)


def test_every_module_has_a_room(modules: Mapping[str, ast.Module]) -> None:
    rooms = {room_of(name) for name in modules} - {"app"}
    assert rooms <= set(MAY_IMPORT), "a new room: place it in MAY_IMPORT"


def test_imports_only_go_down(imports: list[Import]) -> None:
    assert len(imports) > 20
    assert crossings(imports) == []


def test_no_import_is_hidden_in_a_function(imports: list[Import]) -> None:
    assert hidden_imports(imports) == []


def test_rules_know_only_the_standard_library(imports: list[Import]) -> None:
    assert foreign_imports(imports) == []


def test_no_import_goes_round_in_a_circle(imports: list[Import]) -> None:
    assert cycle(imports) == []


@pytest.mark.parametrize(
    ("files", "found_by"),
    [
        ({"storage/a.py": "from app.chat import words"}, crossings),
        ({"app/rules/a.py": "import app.flows.declare"}, crossings),
        ({"app/chat/a.py": "from typing import TYPE_CHECKING\nimport storage"}, crossings),
        ({"app/flows/a.py": "from app import settings", "app/settings.py": ""}, crossings),
        ({"app/flows/a.py": "def f():\n    import json"}, hidden_imports),
        ({"handlers/a.py": "class C:\n  async def f(self):\n    from x import y"}, hidden_imports),
        ({"app/rules/a.py": "import sqlalchemy.types"}, foreign_imports),
        ({"storage/a.py": "import storage.b", "storage/b.py": "from storage import a"}, cycle),
    ],
)
def test_a_breach_is_found(tmp_path: Path, files: dict[str, str], found_by: object) -> None:
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert callable(found_by)
    assert found_by(imports_in(tmp_path))
