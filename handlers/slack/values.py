"""What buttons carry, read again: hints that were made by us, or by nobody."""

from app.flows.work import Refused

OLD = "This button is from an older message, and what it was about is gone. Nothing was changed."


def numbers(value: str) -> list[int]:
    """`12` or `12:34`; a value that is neither was not made by us."""
    parts = value.split(":")
    good = all(part.isascii() and part.isdigit() and len(part) < 10 for part in parts)
    if not good or len(parts) > 2:
        raise Refused(OLD)
    return [int(part) for part in parts]
