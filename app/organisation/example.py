"""The organisation file that ships with Baton: the demo's and the README's example."""

from pathlib import Path

EXAMPLE_FILE = Path(__file__).with_name("baton.example.toml")


def example_text() -> str:
    return EXAMPLE_FILE.read_text(encoding="utf-8")
