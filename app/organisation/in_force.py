"""An organisation that was applied before, read again by this version."""

from app.organisation.read import read
from app.rules.organisation import Organisation


class CannotRead(Exception):
    """The organisation in force is not readable by this version; the sentence says what to do."""


def parse_applied(text: str) -> Organisation:
    """Raises CannotRead; only a newer version that reads less could make that happen."""
    reading = read(text, source="the applied organisation")
    if reading.organisation is None:
        raise CannotRead(
            "The organisation in force can no longer be read by this version: "
            + "; ".join(str(problem) for problem in reading.problems)
            + ". Mend baton.toml and apply it again."
        )
    return reading.organisation
