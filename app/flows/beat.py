"""Beat: a heartbeat says that its pipeline lives."""

from enum import StrEnum

from app.flows.intake_token import find_token
from app.flows.work import Work
from storage import heartbeats, tokens

SOURCE = "heartbeat"


class Beat(StrEnum):
    """What became of a beat."""

    TAKEN = "taken"
    UNKNOWN = "unknown"
    NOT_ADMITTED = "not_admitted"


def beat(work: Work, key: str, *, secret: str = "") -> Beat:
    """Remember the beat, if the organisation file has a heartbeat of this key.

    Once the operator has made a token for heartbeats, no beat counts without a valid one: who
    forges a beat could keep a breached SLA from paging.
    """
    if tokens.is_used(work.tx, SOURCE) and find_token(work, secret, source=SOURCE) is None:
        return Beat.NOT_ADMITTED
    if key not in work.org.heartbeats:
        return Beat.UNKNOWN
    heartbeats.beat(work.tx, key, at=work.now)
    return Beat.TAKEN
