"""A mistake outside of functions: everything of ours is loaded anew with it, and then tested."""

import importlib.abc
import importlib.util
import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec
from types import CodeType, ModuleType

import pytest

from tests.campaign.mutation.mistakes import Mistake
from tests.campaign.mutation.trial import Tried, in_a_child


def try_afresh(
    mistake: Mistake, tests: Sequence[str], *, seconds: float, options: Sequence[str]
) -> Tried:
    """Only where nothing of ours is loaded yet."""

    def run() -> str:
        name = mistake.path.removesuffix(".py").replace("/", ".")
        sys.meta_path.insert(0, _Finder(name, mistake.code()))
        first = _First()
        status = pytest.main([*options, "-x", *tests], plugins=[first])
        return first.failed or ("" if status == 0 else f"pytest ended with {status}")

    return in_a_child(run, processor=20 + 5 * seconds, wall=90 + 10 * seconds)


class _First:
    """The first test that failed."""

    failed = ""

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed and not self.failed:
            self.failed = report.nodeid


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
