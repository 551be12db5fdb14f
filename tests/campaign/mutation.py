"""Mutation testing: one small mistake at a time in the rules, the claims, who may act and what is
escaped; the tests that fit must notice it.

Each mistake is tried in a process forked off from one that has loaded everything else. A mistake
that no test notices is printed with its line: a survivor.
"""

import argparse
import ast
import contextlib
import copy
import importlib.abc
import importlib.util
import io
import os
import random
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import CodeType, ModuleType

import hypothesis
import pytest
import sqlalchemy

from tests.campaign.report import Finding, at_least, told

RULES = "tests/rules"
TESTS: dict[str, Sequence[str]] = {
    "app/rules/alert.py": ["tests/flows/test_receive_alerts.py"],
    "app/rules/as_of.py": ["tests/rules/test_as_of.py", "tests/flows/test_tell.py"],
    "app/rules/by_hand.py": ["tests/rules/test_routing.py", "tests/flows/test_take_step.py"],
    "app/rules/calendar.py": ["tests/rules/test_calendar.py", RULES],
    "app/rules/escalation.py": ["tests/flows/test_take_step.py"],
    "app/rules/heartbeat.py": ["tests/rules", "tests/flows/test_receive_alerts.py"],
    "app/rules/incident.py": ["tests/rules", "tests/flows/test_reopen.py", "tests/flows"],
    "app/rules/ladder.py": ["tests/rules", "tests/flows/test_take_step.py"],
    "app/rules/rota.py": ["tests/rules/test_rota.py", RULES],
    "app/rules/routing.py": ["tests/rules/test_routing.py", "tests/campaign/test_people.py"],
    "app/rules/schedule.py": ["tests/rules/test_routing.py", "tests/flows/test_take_step.py"],
    "app/rules/severity.py": ["tests/rules", "tests/flows/test_receive_alerts.py"],
    "app/rules/succession.py": ["tests/rules/test_rota.py", RULES],
    "app/rules/turns.py": ["tests/rules/test_rota.py", RULES],
    "app/flows/admit.py": ["tests/flows", "tests/handlers/slack/test_who_may.py"],
    "app/chat/words/escape.py": ["tests/chat/words/test_escape.py"],
    "storage/effects.py": ["tests/storage/test_effects.py", "tests/delivery", "tests/flows"],
}
ONLY = {
    "storage/effects.py": {
        "claim", "finish", "postpone", "cancel", "renew", "release_all", "hasten", "delay",
        "_READY", "_TAKE", "_HELD", "_DONE", "_END", "_POSTPONE", "_POSTPONE_FRESH", "_HASTEN",
        "ask_and_claim", "_value", "_claim_of",
    }
}  # fmt: skip
"""Of a file, what is mutated; others as a whole."""
LONGEST = 120
"""Seconds for one mistake's tests; one that hangs is noticed, too."""
SWAPS: dict[type[ast.AST], type[ast.AST]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq, ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In,
    ast.And: ast.Or, ast.Or: ast.And, ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.FloorDiv,
    ast.Mod: ast.Mult, ast.FloorDiv: ast.Mult,
}  # fmt: skip


@dataclass(frozen=True)
class Mistake:
    """A changed tree of one file, and what was changed where."""

    path: str
    line: int
    what: str
    tree: ast.Module


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("files", nargs="*", help="of those that are mutated; all without")
    parser.add_argument("--most", type=int, help="try so many of each file, chosen by --seed")
    parser.add_argument("--seed", type=int, default=1)


def run(options: argparse.Namespace) -> Sequence[Finding]:
    chance = random.Random(options.seed)
    most = 2 if options.short else options.most
    findings, all_of, killed_of = [], 0, 0
    for path in options.files or TESTS:
        made = list(mistakes(path))
        whole = Mistake(path, 0, "nothing", ast.parse(Path(path).read_text()))
        if is_noticed(whole):
            raise SystemExit(f"the tests of {path} fail without any mistake in it")
        tried = chance.sample(made, most) if most and most < len(made) else made
        killed = 0
        for each in tried:
            if is_noticed(each):
                killed += 1
            else:
                print(f"survived: {each.path}:{each.line}: {each.what}", flush=True)
        all_of, killed_of = all_of + len(tried), killed_of + killed
        what = f"{path}: {len(tried)} of {len(made)} tried, killed"
        findings.append(told(what, 100 * killed / max(1, len(tried)), "%"))
        print(f"{path}: {killed} of {len(tried)} killed", flush=True)
    score = 100 * killed_of / max(1, all_of)
    return [*findings, told("mistakes", all_of), at_least("killed", score, 90, "%")]


def mistakes(path: str) -> Iterator[Mistake]:
    """Every small mistake in a file, one after the other."""
    tree = ast.parse(Path(path).read_text())
    wanted = ONLY.get(path)
    count = sum(1 for _ in _nodes(tree, wanted))
    for number in range(count):
        for way in range(2):
            changed = copy.deepcopy(tree)
            node = list(_nodes(changed, wanted))[number]
            what = _break(node, way)
            if what:
                yield Mistake(path, getattr(node, "lineno", 0), what, changed)


def _nodes(tree: ast.Module, wanted: set[str] | None) -> Iterator[ast.AST]:
    for part in tree.body:
        names = {getattr(part, "name", "")}
        if isinstance(part, ast.Assign):
            names |= {each.id for each in part.targets if isinstance(each, ast.Name)}
        if wanted is None or names & wanted:
            yield from (each for each in ast.walk(part) if not isinstance(each, ast.Load))


def _break(node: ast.AST, way: int) -> str:
    """Change the node in place, the first way or the second; empty when there is no such way."""
    if isinstance(node, ast.Compare) and way < len(node.ops):
        return _swap(node.ops, way)
    if way:
        return ""
    if isinstance(node, ast.BoolOp | ast.BinOp):
        holder = [node.op]
        what = _swap(holder, 0)
        node.op = holder[0]
        return what
    if isinstance(node, ast.If | ast.IfExp | ast.While):
        node.test = ast.copy_location(ast.UnaryOp(ast.Not(), node.test), node.test)
        ast.fix_missing_locations(node)
        return "the condition is turned round"
    if isinstance(node, ast.Constant) and isinstance(node.value, int):
        was = node.value
        node.value = (not was) if isinstance(was, bool) else was + 1
        return f"{was} → {node.value}"
    if isinstance(node, ast.Return) and node.value is not None:
        if isinstance(node.value, ast.Constant) and not node.value.value:
            return ""
        node.value = ast.copy_location(ast.Constant(None), node.value)
        return "returns None"
    return ""


def _swap(ops: list[ast.AST] | list[ast.cmpop] | list[ast.boolop | ast.operator], n: int) -> str:
    was = type(ops[n])
    if was not in SWAPS:
        return ""
    ops[n] = SWAPS[was]()  # type: ignore[call-overload]
    return f"{was.__name__} → {SWAPS[was].__name__}"


def is_noticed(mistake: Mistake) -> bool:
    """Whether a fitting test fails, or does not come to an end."""
    child = os.fork()
    if not child:
        _try_in_child(mistake)
    ends = time.monotonic() + LONGEST
    while time.monotonic() < ends:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status) != 0
        time.sleep(0.01)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return True


def _try_in_child(mistake: Mistake) -> None:
    """Never returns: the exit status is pytest's."""
    status = 99
    try:
        os.setpgid(0, 0)
        name = mistake.path.removesuffix(".py").replace("/", ".")
        loaded = [each for each in sys.modules if each.split(".")[0] in HOUSE]
        for each in loaded:
            del sys.modules[each]
        sys.meta_path.insert(0, _Finder(name, compile(mistake.tree, mistake.path, "exec")))
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            status = pytest.main([*OPTIONS, *TESTS[mistake.path]])
    finally:
        os._exit(int(status))


OPTIONS = (
    *("-x", "-q", "-p", "no:cacheprovider"),
    *("-W", "ignore:Module already imported", "-k", "not postgres"),
)
HOUSE = ("app", "handlers", "storage")
LOADED = (hypothesis, sqlalchemy)
"""What is slow to load and not ours is loaded once."""


class _Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Gives the one module its broken code; all others are found as always."""

    def __init__(self, name: str, code: CodeType) -> None:
        self._name = name
        self._code = code

    def find_spec(
        self, fullname: str, path: object = None, target: object = None
    ) -> ModuleSpec | None:
        if fullname != self._name:
            return None
        return importlib.util.spec_from_loader(fullname, self)

    def exec_module(self, module: ModuleType) -> None:
        exec(self._code, module.__dict__)  # noqa: S102 - our own code, with one mistake in it
