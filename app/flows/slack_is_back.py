"""Slack is back: what could not be said there meanwhile is said now, not at its next try."""

from app.flows.know_people import ask_directory
from app.flows.without_slack import slack_is_connected
from app.flows.work import Work
from storage import effects
from storage.effects import Lane

LANES = (Lane.DIRECT, Lane.CHAT, Lane.ROOM)


def hasten_slack(work: Work) -> int:
    """Everything that failed is due now; Slack's limits pace it, and pages go first."""
    count = effects.hasten_failed(work.tx, LANES, now=work.now)
    for lane in LANES:
        work.asked[lane] = work.now
    return count


def slack_is_back(work: Work) -> int:
    """Hasten what waits, and read the directory anew: its events may be lost for good."""
    ask_directory(work)
    return slack_is_connected(work) + hasten_slack(work)
