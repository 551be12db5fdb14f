"""The figures that metrics tell, each from a query anyone can rerun."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.flows.audit_state import count_alerts, count_pages
from app.flows.canary import last_round
from app.flows.work import Work
from storage import effects, inbox, incidents, tallies

FOUND = "found:"


@dataclass(frozen=True, kw_only=True)
class Figures:
    """Keys: (lane, outcome), state, (severity, state); of what stands, not of what is over, which
    is summed as it ends: to count it anew would take the longer the more there is."""

    effects: Mapping[tuple[str, str], int]
    inbox: Mapping[str, int]
    incidents: Mapping[tuple[str, str], int]
    alerts: Mapping[str, int]
    pages: Mapping[str, int]
    found: Mapping[str, int]
    canary_seconds: float | None
    """How long the last canary that came round took."""
    canary_at: float | None
    """When it was sent, in seconds since 1970."""


def count_everything(work: Work) -> Figures:
    canary = last_round(work)
    return Figures(
        alerts=_alerts(work),
        pages=count_pages(work),
        found=_found(work),
        canary_seconds=canary[1].total_seconds() if canary else None,
        canary_at=canary[0].timestamp() if canary else None,
        effects=effects.count(work.tx),
        inbox=inbox.count(work.tx),
        incidents=incidents.count(work.tx),
    )


def _alerts(work: Work) -> dict[str, int]:
    """They reconcile: received = attached + cleared + suppressed + quarantined. One that was
    refused was never received; of what could not be read a body counts as one alert."""
    told, sums = count_alerts(work), tallies.read(work.tx)
    ends = {name: told[name] for name in ("attached", "cleared", "quarantined")}
    ends["suppressed"] = sums.get("suppressed", 0)
    received = told["told"] + ends["quarantined"] + ends["suppressed"]
    return {"received": received, **ends, "refused": sums.get("refused", 0)}


def _found(work: Work) -> dict[str, int]:
    sums = tallies.read(work.tx)
    return {
        name.removeprefix(FOUND): number for name, number in sums.items() if name.startswith(FOUND)
    }
