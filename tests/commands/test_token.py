"""`token`: alone on its line, shown once, kept only as a hash."""

from app.flows.intake_token import SOURCES, find_token
from app.flows.kit import Kit
from app.flows.standing import StandingOrders
from app.organisation.in_force import parse_applied
from storage import tokens
from storage.engine import Database
from tests.commands.conftest import Shell


def test_a_new_token_stands_alone_on_stdout_and_works(baton: Shell, on_database: Database) -> None:
    assert baton("apply", "--yes").code == 0
    said = baton("token", "new", "--source", "alertmanager", "--name", "cluster one")
    [secret] = said.lines
    assert secret.isalnum()
    assert "/v1/alerts/alertmanager" in said.err
    kit = Kit(on_database, StandingOrders(parse_applied))
    found = kit.do_now(find_token, None, secret, source="alertmanager")
    kit.close()
    assert found is not None
    assert found.name == "cluster one"
    with on_database.read.begin() as tx:
        assert secret not in repr(tokens.list_all(tx))


def test_every_source_says_where_its_token_goes(applied: Shell) -> None:
    for source in SOURCES:
        said = applied("token", "new", "--source", source)
        assert said.code == 0
        assert "http://127.0.0.1:8080/v" in said.err


def test_two_of_one_source_are_valid_until_one_is_revoked(applied: Shell) -> None:
    for _ in range(2):
        applied("token", "new", "--source", "generic")
    assert [line.split()[-1] for line in applied("token", "list").lines] == ["valid", "valid"]
    assert applied("token", "revoke", "1").code == 0
    first, second = applied("token", "list").lines
    assert "revoked" in first
    assert "valid" in second


def test_revoking_twice_is_refused(applied: Shell) -> None:
    applied("token", "new", "--source", "generic")
    assert applied("token", "revoke", "1").code == 0
    said = applied("token", "revoke", "1")
    assert (said.code, said.out) == (1, "")
    assert "revoked already" in said.err


def test_an_unknown_source_is_a_mistake_of_use(applied: Shell) -> None:
    said = applied("token", "new", "--source", "carrier-pigeon")
    assert (said.code, said.out) == (2, "")


def test_before_an_organisation_is_applied_it_says_what_to_do(
    baton: Shell, on_database: Database
) -> None:
    said = baton("token", "new", "--source", "generic")
    assert (said.code, said.out) == (1, "")
    assert "app apply" in said.err
