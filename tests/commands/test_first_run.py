"""What a first run hears in its log: each thing that will not work, with its fix."""

import logging
import os

import pytest

from app.commands.first_run import tell_what_fails
from app.settings import Settings
from tests.commands.conftest import Shell
from tests.commands.slack import phone_address, workspace_for
from tests.organisation.edits import changed

pytestmark = pytest.mark.anyio


async def test_an_unknown_channel_and_missing_phones_are_told(
    applied: Shell, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    applied.write(changed(('"#engineering"', '"#enginering"')))
    assert (await applied.beside("apply", "--yes")).code == 0
    async with workspace_for(monkeypatch, without="pins:write"):
        with caplog.at_level(logging.ERROR, "baton"):
            await tell_what_fails(Settings.read(os.environ))
    log = "\n".join(caplog.messages)
    assert "#enginering" in log
    assert "pins:write" in log
    assert "nobody of the manager tier has a verified method" in log


async def test_what_is_well_is_not_talked_about(
    applied: Shell, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async with workspace_for(monkeypatch) as workspace:
        for name in ("ana", "chi", "mia", "noor"):
            target = phone_address(workspace, name)
            added = await applied.beside(
                "contact", "add", f"{name}@acme.test", "--method", "push", "--target", target
            )
            assert added.code == 0, added.err
        assert await tell_what_fails(Settings.read(os.environ)) == []
    assert [each for each in caplog.records if each.name == "baton"] == []
