"""The tests, loaded once; each mistake is tried in a process forked off from there.

A mistake inside a function is put into the function that is there already, so it costs only the
time of the tests that call it.
"""

import functools
import gc
import json
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import CodeType, FrameType, FunctionType
from typing import Any

import pytest

from tests.campaign.mutation.mistakes import Mistake
from tests.campaign.mutation.trial import Fate, Tried, in_a_child

HOUSE = ("app", "handlers", "storage")
BUDGET = 3.0
"""Seconds of tests for one mistake: the quickest of those that call its function. What would be
noticed only by slower ones counts as a survivor."""
WHOLE = "<module>"
"""Stands for the whole file where no function is meant."""

Key = tuple[str, int]
"""A function's qualified name and first line."""
Called = Mapping[str, Mapping[str, Sequence[str]]]
"""By file and function: the tests that call it."""


@dataclass
class Measured:
    """What a run without any mistake showed; tests by their ids."""

    seconds: dict[str, float] = field(default_factory=dict)
    calls: dict[str, dict[str, list[str]]] = field(default_factory=dict)
    failed: list[str] = field(default_factory=list)

    def choose(self, path: str, function: str, own: Sequence[str]) -> list[str]:
        """Its own tests first, then the quickest, for as long as the budget lasts."""
        calling = self.calls.get(path, {})
        among = set(calling.get(function, ()))
        if function == WHOLE:
            among = {each for tests in calling.values() for each in tests}
            among |= {each for each in self.seconds if each.split("::")[0] in own}
        found: list[str] = []
        left = BUDGET
        for test in sorted(among - set(self.failed), key=lambda each: self._rank(each, own)):
            if found and self.seconds[test] > left:
                continue
            found.append(test)
            left -= self.seconds[test]
        return found

    def _rank(self, test: str, own: Sequence[str]) -> tuple[bool, float]:
        return test.split("::")[0] not in own, self.seconds[test]


class Bench:
    """A plugin of pytest: in the place of running the tests, `use` gets the bench."""

    def __init__(
        self, paths: Sequence[str], use: Callable[["Bench"], None], *, postgres: bool = False
    ) -> None:
        self._paths = {str(Path(path).resolve()): path for path in paths}
        self._use = use
        self._postgres = postgres
        self.items: dict[str, pytest.Item] = {}
        self.measured = Measured()

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items[:] = [each for each in items if self._postgres or "postgres" not in _fixtures(each)]

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        self.session = session
        self.items = {each.nodeid: each for each in session.items}
        self._make_databases()
        self._functions = self._find_functions()
        self._caches = [
            each
            for each in gc.get_objects()
            if isinstance(each, functools._lru_cache_wrapper)
            and str(getattr(each, "__module__", "")).split(".")[0] in HOUSE
        ]
        tried = in_a_child(self._measure, processor=900, wall=1800)
        if tried.fate is Fate.TIMED_OUT or not tried.said.startswith("{"):
            raise RuntimeError(f"the tests could not be measured: {tried}")
        self.measured = Measured(**json.loads(tried.said))
        self._use(self)
        return True

    def try_out(self, mistake: Mistake, tests: Sequence[str]) -> Tried | None:
        """None when it cannot be put into the functions that are there."""
        changes = self._put(mistake)
        if not changes:
            return None
        seconds = sum(self.measured.seconds[each] for each in tests)

        def run() -> str:
            for function, code in changes:
                function.__code__ = code
            for cache in self._caches:
                cache.cache_clear()
            return self._first_failing([self.items[each] for each in tests])

        return in_a_child(run, processor=3 + 5 * seconds, wall=40 + 10 * seconds)

    def _make_databases(self) -> None:
        """Once and here, so that no child makes its own."""
        for name in ("_sqlite_template", "postgres"):
            fitting = (each for each in self.session.items if name in _fixtures(each))
            first = next(fitting, None)
            if first is not None:
                self._run(first)

    def _run(self, item: pytest.Item) -> bool:
        """Whether it passed. What belongs to the whole session stays as it is."""
        before = self.session.testsfailed
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=self.session)
        return self.session.testsfailed == before

    def _first_failing(self, items: Sequence[pytest.Item]) -> str:
        return next((each.nodeid for each in items if not self._run(each)), "")

    def _measure(self) -> str:
        found = Measured()
        calls: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
        running = ""

        def trace(frame: FrameType, event: str, argument: Any) -> None:
            path = self._paths.get(frame.f_code.co_filename)
            if path is not None:
                calls[path][_name(frame.f_code)].add(running)

        threading.settrace(trace)
        sys.settrace(trace)
        for running, item in self.items.items():
            began = time.process_time()
            if not self._run(item):
                found.failed.append(running)
            found.seconds[running] = time.process_time() - began
        sys.settrace(None)
        for path, functions in calls.items():
            found.calls[path] = {name: sorted(tests) for name, tests in functions.items()}
        return json.dumps(vars(found))

    def _find_functions(self) -> Mapping[str, Mapping[Key, Sequence[FunctionType]]]:
        found: dict[str, dict[Key, list[FunctionType]]] = {
            path: {} for path in self._paths.values()
        }
        for each in gc.get_objects():
            if isinstance(each, FunctionType) and each.__code__.co_filename in self._paths:
                path = self._paths[each.__code__.co_filename]
                found[path].setdefault(_key(each.__code__), []).append(each)
        return found

    def _put(self, mistake: Mistake) -> list[tuple[FunctionType, CodeType]]:
        """Which functions get which code; empty when that is not possible."""
        there = self._functions[mistake.path]
        was = _codes(compile(mistake.tree, mistake.path, "exec"))
        now = _codes(mistake.code())
        if was.keys() != now.keys() or any(len(was[key]) != len(now[key]) for key in was):
            return []
        changes = []
        for key, codes in was.items():
            for old, new in zip(codes, now[key], strict=True):
                if old == new:
                    continue
                for function in there.get(key, ()):
                    if function.__code__.co_code == old.co_code:
                        if old.co_freevars != new.co_freevars:
                            return []
                        changes.append((function, new))
        return changes


def function_of(mistake: Mistake) -> str:
    """The name under which the calls of its function are counted."""
    node: Any = mistake.place.function
    if node is None:
        return WHOLE
    first = min([node.lineno, *(each.lineno for each in node.decorator_list)])
    return f"{node.name}:{first}"


def _fixtures(item: pytest.Item) -> set[str]:
    names = set(getattr(item, "fixturenames", ()))
    if "database_url" in names:
        parameters = getattr(item, "callspec", None)
        kind = parameters.params.get("database_url") if parameters else None
        names.add("postgres" if kind == "postgresql" else "_sqlite_template")
    if "sqlite_url" in names:
        names.add("_sqlite_template")
    return names


def _name(code: CodeType) -> str:
    return f"{code.co_name}:{code.co_firstlineno}"


def _key(code: CodeType) -> Key:
    return code.co_qualname, code.co_firstlineno


def _codes(code: CodeType) -> dict[Key, list[CodeType]]:
    found: dict[Key, list[CodeType]] = {}
    for each in _walk(code):
        found.setdefault(_key(each), []).append(each)
    return found


def _walk(code: CodeType) -> Iterator[CodeType]:
    for each in code.co_consts:
        if isinstance(each, CodeType):
            yield each
            yield from _walk(each)
