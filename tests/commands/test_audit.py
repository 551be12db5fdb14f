"""`audit`: it shows what was done and refused, and holds the log against its seals."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from app.flows.kit import Kit
from app.flows.seal_audit import add_seal, due_for_seal, next_seal
from app.flows.standing import StandingOrders
from app.organisation.in_force import parse_applied
from storage.engine import Database
from storage.tables import audit
from tests.commands.conftest import Shell


@pytest.fixture
def sealed(baton: Shell, on_database: Database) -> Shell:
    """A token was made and revoked, and what was written is sealed."""
    assert baton("apply", "--yes").code == 0
    baton("token", "new", "--source", "generic")
    baton("token", "revoke", "1")
    assert baton("token", "revoke", "1").code == 1
    seal(on_database)
    return baton


def seal(database: Database) -> None:
    def in_an_hour() -> datetime:
        return datetime.now(UTC) + timedelta(hours=1)

    kit = Kit(database, StandingOrders(parse_applied), clock=in_an_hour)
    horizon = kit.do_now(due_for_seal)
    assert horizon is not None
    made = kit.do_now(next_seal, None, horizon)
    assert made is not None
    assert kit.do_now(add_seal, None, made)
    kit.close()


def test_a_whole_log_is_said_to_be_whole(sealed: Shell) -> None:
    said = sealed("audit", "verify")
    assert said.code == 0, said.err
    [noted] = said.lines
    assert "in 1 seals" in said.err
    assert sealed("audit", "verify", "--expect", noted).code == 0


def test_a_changed_row_is_named(sealed: Shell, on_database: Database) -> None:
    with on_database.write.begin() as tx:
        if on_database.dialect == "postgresql":
            tx.execute(text("ALTER TABLE audit DISABLE TRIGGER USER"))
        else:
            tx.execute(text("DROP TRIGGER audit_no_update"))
        tx.execute(audit.update().where(audit.c.id == 2).values(by="nobody"))
    said = sealed("audit", "verify")
    assert said.code == 1
    assert "Audit row 2 was changed" in said.err


def test_a_log_that_was_made_anew_does_not_fit_what_was_noted(sealed: Shell) -> None:
    said = sealed("audit", "verify", "--expect", f"1:{'0' * 64}")
    assert said.code == 1
    assert "removed or made anew" in said.err
    assert sealed("audit", "verify", "--expect", "1").code == 2


def test_it_shows_who_did_what_and_who_was_refused(sealed: Shell) -> None:
    said = sealed("audit", "show", "--subject", "token:1")
    assert [line.split()[4] for line in said.lines if "REFUSED" not in line] == [
        "token_new",
        "token_revoke",
    ]
    [refused] = sealed("audit", "show", "--refused", "--person", "operator").lines
    assert "revoked already" in refused
    assert sealed("audit", "show", "--act", "token_new", "--since", "1h", "--json").lines
    assert sealed("audit", "show", "--person", "nobody").lines == []


def test_what_somebody_wrote_neither_steers_the_terminal_nor_adds_a_line(
    sealed: Shell, on_database: Database
) -> None:
    evil = "ok\n     7  2026-01-01 00:00:00Z  \x1b]0;owned\x07 ana \u202eecho\x9b31m"
    with on_database.write.begin() as tx:
        row = {"at": datetime.now(UTC), "refused": False, "facts": {"text": evil}}
        values = dict.fromkeys(("by", "act", "subject", "why"), evil)
        tx.execute(audit.insert().values(**row, **values))
    lines = sealed("audit", "show", "--limit", "1").lines
    assert len(lines) == 1
    assert lines[0].isprintable()
