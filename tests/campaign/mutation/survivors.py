"""Mistakes that no test notices, and why. They count as survivors all the same."""

from collections.abc import Sequence
from dataclasses import dataclass

from tests.campaign.mutation.mistakes import Mistake


@dataclass(frozen=True)
class Reason:
    """`text` is the line without its indentation, `what` the mistake as the campaign tells it, or
    the beginning of it. `equivalent`: with it Baton does the same."""

    path: str
    text: str
    what: str
    why: str
    equivalent: bool = True


REASONS: Sequence[Reason] = ()


def reason_for(mistake: Mistake) -> Reason | None:
    return next(
        (
            each
            for each in REASONS
            if (each.path, each.text) == (mistake.path, mistake.text)
            and mistake.what.startswith(each.what)
        ),
        None,
    )
