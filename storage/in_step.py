"""What is kept in step with the rota in Slack, and why it cannot be."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, select

from storage.tables import in_step
from storage.upsert import insert_for


def note(tx: Connection, what: str, *, problem: str | None, at: datetime) -> bool:
    """How it stands now; False when it stood so before."""
    before = problems(tx).get(what, (None, at))[0]
    new = insert_for(tx, in_step).values(what=what, problem=problem, at=at)
    tx.execute(
        new.on_conflict_do_update(
            index_elements=["what"], set_={"problem": new.excluded.problem, "at": new.excluded.at}
        )
    )
    return bool(problem != before)


def problems(tx: Connection) -> Mapping[str, tuple[str, datetime]]:
    """What cannot be kept in step, each with the reason and when it was last tried."""
    rows = tx.execute(select(in_step).where(in_step.c.problem.is_not(None)))
    return {row.what: (row.problem, row.at) for row in rows}
