"""What is sealed stays sealed, survives a change of keys, and shows nowhere."""

import stat
import threading
import traceback
from pathlib import Path

import pytest

from app.paging.errors import PagingError
from app.paging.keys import KeyUnusable
from app.paging.seal import Seal, made_key

OLD, NEW = "o" * 40, "n" * 40
SECRET = "+12025550142"


def test_what_was_closed_opens_again() -> None:
    seal = Seal(NEW)
    sealed = seal.close(SECRET)
    assert SECRET.encode() not in sealed
    assert seal.open(sealed) == SECRET


def test_after_a_change_of_keys_the_old_seals_still_open() -> None:
    both = Seal(f"{NEW}, {OLD}")
    assert both.open(Seal(OLD).close(SECRET)) == SECRET
    assert Seal(NEW).open(both.close(SECRET)) == SECRET
    assert both.matches("123456", Seal(OLD).mark("123456"))


def test_a_lost_key_is_told_without_the_secret() -> None:
    sealed = Seal(OLD).close(SECRET)
    with pytest.raises(PagingError, match="BATON_SECRET_KEY") as caught:
        Seal(NEW).open(sealed)
    assert caught.value.permanent
    told = "".join(traceback.format_exception(caught.value))
    assert SECRET not in told
    assert NEW not in told


def test_neither_seal_nor_error_shows_a_key() -> None:
    assert NEW not in repr(Seal(NEW))
    with pytest.raises(KeyUnusable) as caught:
        Seal("short-and-secret")
    assert "short-and-secret" not in str(caught.value)


def test_marks_differ_by_key_and_text() -> None:
    mark = Seal(NEW).mark("123456")
    assert Seal(NEW).matches("123456", mark)
    assert not Seal(NEW).matches("123457", mark)
    assert not Seal(OLD).matches("123456", mark)


def test_a_made_key_is_kept_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "baton.key"
    key = made_key(path)
    assert made_key(path) == key
    assert len(key) >= 32
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [each.name for each in tmp_path.iterdir()] == ["baton.key"]


def test_processes_that_start_together_agree_on_one_key(tmp_path: Path) -> None:
    found: list[str] = []
    start = threading.Barrier(8)

    def begin() -> None:
        start.wait()
        found.append(made_key(tmp_path / "baton.key"))

    threads = [threading.Thread(target=begin) for _ in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert len(found) == 8
    assert len(set(found)) == 1


def test_a_damaged_key_file_is_never_replaced(tmp_path: Path) -> None:
    path = tmp_path / "baton.key"
    path.write_text("cut")
    with pytest.raises(KeyUnusable, match="backup"):
        made_key(path)
    assert path.read_text() == "cut"


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(KeyUnusable, match="BATON_SECRET_KEY"):
        made_key(tmp_path / "nowhere" / "baton.key")
