"""Mutation testing: one small mistake at a time in the rules, the claims, who may act and what is
escaped; the tests that fit must notice it.

A survivor is a mistake that no test notices: it is printed with its line, and with the reason why
that is so where one is known. It counts as a survivor all the same.
"""

import argparse
import contextlib
import json
import os
import random
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import anyio
import cryptography.fernet
import hypothesis
import msgspec
import pydantic
import pytest
import slack_sdk
import sqlalchemy.dialects.postgresql
import sqlalchemy.dialects.sqlite
import starlette.applications

from tests.campaign.mutation.afresh import try_afresh
from tests.campaign.mutation.bench import WHOLE, Bench, function_of
from tests.campaign.mutation.files import FILES
from tests.campaign.mutation.mistakes import Mistake, mistakes
from tests.campaign.mutation.survivors import reason_for
from tests.campaign.mutation.trial import Fate, Tried
from tests.campaign.report import Finding, at_least, at_most, told

BOUND = 90
"""Percent of the mistakes that must be noticed, in each area."""
SHORT = ("app/rules/ladder.py",)
SHORT_MOST = 12
LOADED = (
    *(aiohttp, anyio, cryptography.fernet, hypothesis, msgspec, pydantic, slack_sdk),
    *(sqlalchemy.dialects.postgresql, sqlalchemy.dialects.sqlite, starlette.applications),
)
"""What is slow to load and not ours is loaded once."""
OPTIONS = (
    *("-q", "-p", "no:cacheprovider", "-o", "tmp_path_retention_policy=none"),
    *("-W", "ignore:Module already imported"),
)


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("files", nargs="*", help="of those that are mutated; all without")
    parser.add_argument("--most", type=int, help="try so many of each file, chosen by --seed")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--line", type=int, help="try only what is wrong in this line")


@dataclass(frozen=True)
class Score:
    """Of one file: how many mistakes there are, and what became of those that were tried."""

    path: str
    made: int
    tried: Mapping[Mistake, Fate]

    def count(self, fate: Fate) -> int:
        return sum(each is fate for each in self.tried.values())

    @property
    def survivors(self) -> Sequence[Mistake]:
        return [each for each, fate in self.tried.items() if fate is Fate.SURVIVED]


def run(options: argparse.Namespace) -> Sequence[Finding]:
    _settle_hypothesis()
    paths = options.files or (SHORT if options.short else list(FILES))
    scores = []
    for group in _groups(paths):
        chosen = {path: _chosen(path, options) for path in group}
        fates = _try_group(group, chosen, _tests(group, short=options.short))
        for path in group:
            made = sum(1 for _ in mistakes(path, FILES[path].parts))
            scores.append(Score(path, made, fates[path]))
    _show(scores)
    return _findings(scores)


def _settle_hypothesis() -> None:
    """The same examples for every mistake; the first that fails is enough."""
    hypothesis.settings.register_profile(
        "mutation",
        derandomize=True,
        database=None,
        deadline=None,
        phases=[hypothesis.Phase.explicit, hypothesis.Phase.generate],
    )
    hypothesis.settings.load_profile("mutation")


def _tests(group: Sequence[str], *, short: bool) -> Sequence[str]:
    files = [FILES[path] for path in group]
    return list(
        dict.fromkeys(test for file in files for test in (not short and file.also) or file.own)
    )


def _groups(paths: Sequence[str]) -> Sequence[Sequence[str]]:
    """Files that have their tests in common are tried beside each other."""
    found: dict[tuple[str, ...], list[str]] = {}
    for path in paths:
        tests = FILES[path].also or FILES[path].own
        found.setdefault(tuple(tests), []).append(path)
    return list(found.values())


def _chosen(path: str, options: argparse.Namespace) -> Sequence[Mistake]:
    made = list(mistakes(path, FILES[path].parts))
    if options.line:
        made = [each for each in made if each.line == options.line]
    most = SHORT_MOST if options.short else options.most
    if not most or most >= len(made):
        return made
    numbers = random.Random(options.seed).sample(range(len(made)), most)
    return [made[number] for number in sorted(numbers)]


def _try_group(
    group: Sequence[str], chosen: Mapping[str, Sequence[Mistake]], tests: Sequence[str]
) -> Mapping[str, Mapping[Mistake, Fate]]:
    """In a process that loads the tests; then here what has to be loaded anew."""
    with tempfile.TemporaryDirectory(prefix="baton-mutation-") as folder:
        answer, log = Path(folder, "answer"), Path(folder, "log")
        child = os.fork()
        if not child:
            _load_and_try(group, chosen, tests, answer, log)
        os.waitpid(child, 0)
        if not answer.exists():
            raise SystemExit(f"the tests of {', '.join(group)} cannot be run\n{log.read_text()}")
        told_of = json.loads(answer.read_text())
    found: dict[str, dict[Mistake, Fate]] = {}
    for path in group:
        found[path] = {}
        for mistake, fate in zip(chosen[path], told_of["fates"][path], strict=True):
            if fate is None:
                tests, seconds = told_of["whole"][path], told_of["seconds"][path]
                fate = _tell(mistake, _afresh(mistake, tests, seconds)).fate
            found[path][mistake] = Fate(fate)
    return found


def _afresh(mistake: Mistake, tests: Sequence[str], seconds: float) -> Tried:
    if not tests:
        return Tried(Fate.SURVIVED, "no test comes by")
    return try_afresh(mistake, tests, seconds=seconds, options=OPTIONS)


def _load_and_try(
    group: Sequence[str],
    chosen: Mapping[str, Sequence[Mistake]],
    tests: Sequence[str],
    answer: Path,
    log: Path,
) -> None:
    """Never returns. Its answer is a file; without one it could not run the tests."""
    status = 1
    shown = os.dup(1)
    try:
        with log.open("w") as quiet:
            os.dup2(quiet.fileno(), 1)
            os.dup2(quiet.fileno(), 2)

        def use(bench: Bench) -> None:
            with os.fdopen(shown, "w", buffering=1) as out, contextlib.redirect_stdout(out):
                answer.write_text(json.dumps(_try_all(bench, group, chosen)))

        postgres = any(FILES[path].postgres for path in group)
        bench = Bench(group, use, postgres=postgres)
        status = int(pytest.main([*OPTIONS, *tests], plugins=[bench]))
    finally:
        os._exit(status)


def _try_all(
    bench: Bench, group: Sequence[str], chosen: Mapping[str, Sequence[Mistake]]
) -> Mapping[str, object]:
    fates: dict[str, list[str | None]] = {}
    whole, seconds = {}, {}
    for path in group:
        own = FILES[path].own
        whole[path] = bench.measured.choose(path, WHOLE, own)
        seconds[path] = sum(bench.measured.seconds[each] for each in whole[path])
        fates[path] = [_try_here(bench, each, own) for each in chosen[path]]
    for each in bench.measured.failed:
        print(f"not used, for it fails without any mistake: {each}")
    return {"fates": fates, "whole": whole, "seconds": seconds}


def _try_here(bench: Bench, mistake: Mistake, own: Sequence[str]) -> Fate | None:
    """None when everything has to be loaded anew for it."""
    if not mistake.in_function:
        return None
    tests = bench.measured.choose(mistake.path, function_of(mistake), own)
    tried = bench.try_out(mistake, tests) if tests else None
    return _tell(mistake, tried).fate if tried else None


def _tell(mistake: Mistake, tried: Tried) -> Tried:
    if tried.fate is Fate.SURVIVED:
        print(f"survived: {mistake.path}:{mistake.line}: {mistake.what}", flush=True)
    return tried


def _show(scores: Sequence[Score]) -> None:
    head = ("file", "mistakes", "tried", "killed", "of them by time", "survived", "equivalent")
    print("  ".join(head))
    for score in scores:
        known = [reason_for(each) for each in score.survivors]
        equivalent = sum(each is not None and each.equivalent for each in known)
        late = score.count(Fate.TIMED_OUT)
        figures = (
            *(score.made, len(score.tried), score.count(Fate.KILLED) + late, late),
            *(len(score.survivors), equivalent),
        )
        print(score.path, *figures, sep="  ")
    for each in (mistake for score in scores for mistake in score.survivors):
        reason = reason_for(each)
        print(f"{each.path}:{each.line}: {each.what}: {reason.why if reason else '?'}")
        if reason is None:
            print(f"    {each.text}")


def _findings(scores: Sequence[Score]) -> Sequence[Finding]:
    found = []
    for area in dict.fromkeys(FILES[score.path].area for score in scores):
        mine = [score for score in scores if FILES[score.path].area == area]
        tried = sum(len(score.tried) for score in mine)
        survived = sum(len(score.survivors) for score in mine)
        found.append(told(f"{area}: tried of {sum(each.made for each in mine)} mistakes", tried))
        found.append(at_least(f"{area}: killed", 100 * (tried - survived) / tried, BOUND, "%"))
    unknown = [each for score in scores for each in score.survivors if reason_for(each) is None]
    return [*found, at_most("survivors without a reason", len(unknown), 0)]
