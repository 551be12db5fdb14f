"""`key`: the secret key is changed beside a running Baton, and `doctor` tells what is left."""

import pytest

from app.flows.kit import Kit
from app.flows.reseal import hold_keys, let_go_of_keys
from app.flows.standing import StandingOrders
from app.organisation.in_force import parse_applied
from app.paging.seal import Seal
from app.settings import Settings
from storage.engine import open_engine
from tests.commands.conftest import Shell

ADD = ("contact", "add", "ana@acme.test", "--method", "push", "--target")


@pytest.fixture
def keyed(applied: Shell) -> Shell:
    """Somebody is reached by push, sealed with the key beside the database."""
    assert applied(*ADD, "ntfys://ntfy.example.com/anas").code == 0
    return applied


def key(shell: Shell) -> str:
    return (shell.folder / "baton.key").read_text().strip()


def test_a_key_file_gets_a_new_key_and_keeps_the_old_one(keyed: Shell) -> None:
    before = key(keyed)
    said = keyed("key", "new")
    assert said.code == 0, said.err
    new, old = key(keyed).split(",")
    assert old == before
    assert new not in said.out + said.err
    assert (keyed.folder / "baton.key").stat().st_mode & 0o777 == 0o600
    assert "0 are sealed with the newest key, 1 with an older one" in keyed("key", "status").err
    assert "1 contact methods are still sealed with an older key" in keyed("doctor").out
    said = keyed("key", "rotate")
    assert said.code == 0
    assert "1 contact methods were sealed anew" in said.err
    (keyed.folder / "baton.key").write_text(new + "\n")
    assert keyed("key", "status").code == 0
    assert "all 1 contact methods are sealed with the newest key" in keyed("doctor").out


def test_a_key_in_the_settings_is_only_printed(
    keyed: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = key(keyed)
    monkeypatch.setenv("BATON_SECRET_KEY", before)
    [new] = keyed("key", "new").lines
    assert key(keyed) == before
    monkeypatch.setenv("BATON_SECRET_KEY", f"{new}, {before}")
    assert keyed("key", "rotate").code == 0
    monkeypatch.setenv("BATON_SECRET_KEY", new)
    assert keyed("key", "status").code == 0


def test_a_running_baton_that_lacks_the_new_key_is_named(keyed: Shell) -> None:
    database = open_engine(f"sqlite:///{keyed.folder / 'baton.db'}")
    kit = Kit(database, StandingOrders(parse_applied))
    kit.do_now(hold_keys, None, "4242-old", Seal(key(keyed)))
    keyed("key", "new")
    said = keyed("key", "rotate")
    assert said.code == 1
    assert "4242-old" in said.err
    kit.do_now(let_go_of_keys, None, "4242-old")
    assert keyed("key", "rotate").code == 0
    kit.close()
    database.dispose()


def test_a_key_that_is_lost_is_told(keyed: Shell) -> None:
    (keyed.folder / "baton.key").write_text("z" * 64)
    said = keyed("key", "rotate")
    assert said.code == 1
    assert "a key that Baton does not have" in said.err
    assert "a key that Baton does not have" in keyed("doctor").out


def test_an_old_key_is_hidden_in_logs_like_the_new_one() -> None:
    settings = Settings.read({"BATON_SECRET_KEY": f"{'n' * 40}, {'o' * 40}"})
    assert {"n" * 40, "o" * 40} <= set(settings.secrets())
