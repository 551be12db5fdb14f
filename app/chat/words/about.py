"""What an incident concerns: service and owner, its alerts, and what the runbook says to do."""

from dataclasses import dataclass

from app.chat import actions
from app.chat.blocks import button
from app.chat.message import Block
from app.chat.words.escape import escape, is_web_address, link

NAME_LIMIT = 60
RUNBOOK_LIMIT = 200
ACTION_LIMIT = 200
BUTTON_ADDRESS_LIMIT = 3000


@dataclass(frozen=True, kw_only=True)
class About:
    """All of its texts are foreign."""

    service: str | None = None
    team: str | None = None
    firing: int = 0
    cleared: int = 0
    runbook: str | None = None
    dashboard: str | None = None
    action: str | None = None
    came_back_from: int | None = None


def about_lines(about: About) -> list[str]:
    """At most three lines; what is not known is left out."""
    parts = [escape(name, NAME_LIMIT) for name in (about.service, about.team) if name]
    if about.came_back_from:
        parts.append(f":leftwards_arrow_with_hook: came back: INC-{about.came_back_from}")
    lines = [" · ".join(parts)] if parts else []
    if about.firing or about.cleared:
        lines.append(f"Alerts: {about.firing} firing, {about.cleared} cleared")
    return [*lines, *what_to_do(about)]


def what_to_do(about: About) -> list[str]:
    """`:notebook: Runbook · Dashboard · Restart the stuck load`, or nothing."""
    known = []
    if about.runbook:
        known.append(_runbook(about.runbook))
    if about.dashboard:
        known.append(link(about.dashboard, "Dashboard"))
    if about.action:
        known.append(escape(about.action, ACTION_LIMIT))
    return [f":notebook: {' · '.join(known)}"] if known else []


def runbook_button(runbook: str | None) -> list[Block]:
    """A button only for what a browser can open."""
    if not runbook or len(runbook) > BUTTON_ADDRESS_LIMIT or not is_web_address(runbook):
        return []
    return [button("Runbook", actions.OPEN_RUNBOOK, url=runbook)]


def _runbook(runbook: str) -> str:
    if is_web_address(runbook):
        return link(runbook, "Runbook")
    return f"Runbook: {escape(runbook, RUNBOOK_LIMIT)}"
