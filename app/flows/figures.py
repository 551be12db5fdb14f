"""The figures that metrics tell, each from a query anyone can rerun."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.flows.work import Work
from storage import effects, inbox, incidents


@dataclass(frozen=True, kw_only=True)
class Figures:
    """Keys: (lane, outcome), state, (severity, state)."""

    effects: Mapping[tuple[str, str], int]
    inbox: Mapping[str, int]
    incidents: Mapping[tuple[str, str], int]


def count_everything(work: Work) -> Figures:
    return Figures(
        effects=effects.count(work.tx),
        inbox=inbox.count(work.tx),
        incidents=incidents.count(work.tx),
    )
