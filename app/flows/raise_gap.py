"""A hole in the rota is an alarm of its own, in the engineering channel (product.md 4)."""

from app.flows.kinds import Kind
from app.flows.work import Work
from app.rules.incident import IncidentId
from storage.effects import Lane


def raise_gap(work: Work, gap: str, *, incident: IncidentId | None = None) -> None:
    """Tell it once a day and gap; `gap` is the sentence that people read."""
    work.ask(
        Kind.GAP,
        f"gap:{work.now:%Y-%m-%d}:{gap}",
        lane=Lane.CHAT,
        incident=incident,
        facts={"v": 1, "gap": gap, "incident": incident},
    )
    if incident is not None:
        work.note(incident, "gap", gap=gap)
