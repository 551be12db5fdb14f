"""The clock of the machine that a child believes to be on."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path


@dataclass
class Clock:
    """Set it before or while a child with this `mark` runs; whatever measures time truly, there
    and here, stays as it is."""

    file: Path

    @property
    def mark(self) -> str:
        return f"clock={self.file}"

    def set(self, ahead: float) -> None:
        """So many seconds before the real one."""
        fresh = self.file.with_suffix(".new")
        fresh.write_text(str(ahead), encoding="ascii")
        fresh.replace(self.file)

    def show(self, told: str) -> None:
        """It goes on from this instant."""
        self.set((datetime.fromisoformat(told) - datetime.now(UTC)).total_seconds())
