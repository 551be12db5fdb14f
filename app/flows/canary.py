"""The canary: an alert of Baton's own that goes the whole way and reaches nobody.

It is taken in with the other alerts, takes its step from the wait lane, and rings nobody from the
page lane, under the same claims and leases. It is no incident: no number, no channel, no
statistics. Where it does not come round, a page might not either.
"""

from datetime import datetime, timedelta

from app.flows.kinds import Kind
from app.flows.work import Work
from app.rules import routing
from app.rules.alert import Delivery
from app.rules.organisation import Severity
from storage import canaries, inbox
from storage.canaries import Canary
from storage.effects import Lane
from storage.inbox import InboxState

SOURCE = "canary"
"""No sender can have this one: there is no intake of this name."""
IN_TIME = timedelta(minutes=1)
BODY = b'{"alarm": "Canary", "title": "A canary of Baton\'s own"}'
NO_ALERT = {"told": 0, "attached": 0, "cleared": 0}


def send_canary(work: Work, *, every: timedelta) -> int | None:
    """Its number; None when this span of time has its canary, from whatever process."""
    number = int(work.now.timestamp() // every.total_seconds())
    return number if canaries.send(work.tx, number, at=work.now) else None


def delivery_of(number: int) -> Delivery:
    return Delivery(source=SOURCE, body=BODY, delivery_id=str(number))


def take_in_canary(work: Work, delivery: Delivery) -> None:
    """As an alert is taken in: the body is kept, and the step is asked for."""
    row = inbox.keep(work.tx, delivery, at=work.now, state=InboxState.DONE, counts=NO_ALERT)
    if row is None:
        return
    work.ask(
        Kind.CANARY_STEP,
        f"canary_step:{delivery.delivery_id}",
        lane=Lane.WAIT,
        facts={"v": 1, "canary": int(delivery.delivery_id or 0), "inbox": row},
    )


def step_canary(work: Work, number: int, *, row: int) -> None:
    """Look up who would be rung now, as a page does, and ring nobody."""
    routing.who(work.org, work.schedule, None, Severity.P1, work.now)
    canaries.step(work.tx, number, at=work.now)
    work.ask(
        Kind.CANARY_RING,
        f"canary_ring:{number}",
        lane=Lane.PAGE,
        facts={"v": 1, "canary": number, "inbox": row},
    )


def canary_is_round(work: Work, number: int, *, row: int) -> None:
    """It answers itself; its body is not kept."""
    canaries.come_round(work.tx, number, at=work.now)
    inbox.forget(work.tx, [row])


def lost_canary(work: Work) -> Canary | None:
    """The newest that should be round by now, when it is not."""
    found = canaries.newest(work.tx, sent_before=work.now - IN_TIME)
    return found if found is not None and found.answered_at is None else None


def last_round(work: Work) -> tuple[datetime, timedelta] | None:
    """When the last one that came round was sent, and how long it took."""
    found = canaries.newest(work.tx, round=True)
    if found is None or found.answered_at is None:
        return None
    return found.sent_at, found.answered_at - found.sent_at
