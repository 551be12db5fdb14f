"""`python3 -m tests.lock [--upgrade]` writes both locks anew from pyproject.toml (needs uv).

They hold names, versions and hashes for every platform and for Python 3.11 and later, and no
address: where packages come from is the business of whoever installs them. Without --upgrade,
what is already locked stays where it is.
"""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
RUN = ROOT / "app" / "requirements.lock"
TEST = ROOT / "app" / "requirements-test.lock"
HEADER = "# Made from pyproject.toml by `python3 -m tests.lock`: change that, not this.\n"


def compile_lock(target: Path, *arguments: str) -> None:
    command = (
        "uv", "pip", "compile", "pyproject.toml", "--output-file", str(target), "--quiet",
        "--universal", "--python-version", "3.11", "--generate-hashes",
        "--no-header", "--no-annotate", "--no-emit-index-url", "--no-emit-find-links",
    )  # fmt: skip
    subprocess.run([*command, *arguments], cwd=ROOT, check=True)
    target.write_text(HEADER + target.read_text(encoding="utf-8"), encoding="utf-8")


if __name__ == "__main__":
    compile_lock(RUN, *sys.argv[1:])
    compile_lock(TEST, "--group", "test", "--constraint", str(RUN), *sys.argv[1:])
