"""One target under atheris, in a process of its own, because libFuzzer never gives it back.

`python3 -m tests.campaign.hostile.guided TARGET -max_total_time=60 FOLDER`
"""

import importlib
import re
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path

RUNS = re.compile(r"Done (\d+) runs in")
HERE = __name__ if __name__ != "__main__" else "tests.campaign.hostile.guided"


def is_there() -> bool:
    """Whether atheris is installed; it is no dependency of ours."""
    return find_spec("atheris") is not None


def fuzz(name: str, seeds: list[bytes], *, seconds: float) -> tuple[int, str]:
    """How many inputs were tried, and the report of the one that broke the target, or nothing.

    libFuzzer ends at the first that raises, takes over a second, or grows beyond 1 GiB.
    """
    with tempfile.TemporaryDirectory(prefix="baton-fuzz-") as folder:
        corpus = Path(folder, "corpus")
        corpus.mkdir()
        for number, data in enumerate(seeds):
            (corpus / str(number)).write_bytes(data)
        options = [
            f"-max_total_time={max(1, round(seconds))}",
            "-timeout=1",
            "-rss_limit_mb=1024",
            "-max_len=65536",
            f"-artifact_prefix={folder}/",
        ]
        ran = subprocess.run(
            [sys.executable, "-m", HERE, name, *options, str(corpus)],
            capture_output=True,
            text=True,
            errors="replace",
            timeout=seconds + 120,
            check=False,
        )
    tried = RUNS.search(ran.stderr)
    broken = "" if ran.returncode == 0 else f"{name}\n{ran.stderr[-4000:]}"
    return int(tried[1]) if tried else 0, broken


def main(arguments: list[str]) -> None:
    atheris = importlib.import_module("atheris")
    with atheris.instrument_imports():
        targets = importlib.import_module("tests.campaign.hostile.targets")
    name, *options = arguments
    atheris.Setup([HERE, *options], targets.TARGETS[name].check)
    atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv[1:])
