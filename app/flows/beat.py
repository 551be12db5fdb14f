"""Beat: a heartbeat says that its pipeline lives."""

from app.flows.work import Work
from storage import heartbeats


def beat(work: Work, key: str) -> bool:
    """Remember the beat; False when the organisation file has no heartbeat of this key."""
    if key not in work.org.heartbeats:
        return False
    heartbeats.beat(work.tx, key, at=work.now)
    return True
