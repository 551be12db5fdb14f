"""The first step of an escalation: in the transaction that starts it, where that can be."""

import logging

from sqlalchemy.exc import DBAPIError

from app.flows.kinds import Kind
from app.flows.take_step import take_step
from app.flows.work import Work
from app.rules.incident import IncidentId
from storage.aside import aside
from storage.effects import Lane

log = logging.getLogger("baton.paging")


def take_first_step(work: Work, incident: IncidentId, escalation: int) -> None:
    """Ring the first people of an escalation that has just been started.

    Where delivery runs in this process, the step is taken before the commit, once everything else
    of the flow is written, and its rings leave right after it. Should it fail, or elsewhere, the
    step is a wait like any other, due at once: what was taken in never hangs on it.
    """
    if work.live is None:
        _ask(work, incident, escalation)
    else:
        work.last.append(lambda ending: _take(ending, incident, escalation))


def _take(work: Work, incident: IncidentId, escalation: int) -> None:
    claimed, notes = len(work.claimed), len(work.notes)
    try:
        with aside(work.tx):
            take_step(work, escalation, step=0, held=True)
    except DBAPIError:
        raise  # a lost race or the database itself: the whole transaction is tried again
    except Exception:
        log.exception("the first step of INC-%s could not be taken at once", incident)
        del work.claimed[claimed:]
        del work.notes[notes:]
        _ask(work, incident, escalation)


def _ask(work: Work, incident: IncidentId, escalation: int) -> None:
    work.ask(
        Kind.STEP,
        f"step:{escalation}:0",
        lane=Lane.WAIT,
        facts={"v": 1, "step": 0},
        incident=incident,
        escalation=escalation,
    )
