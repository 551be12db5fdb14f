"""An outage answers with a page that is no JSON; it may have done what was asked all the same."""

import pytest

from app.chat.client import Chat
from app.chat.errors import ChatError
from app.demo.workspace.running import Workspace

pytestmark = pytest.mark.anyio


async def test_a_failing_server_may_have_done_it_all_the_same() -> None:
    async with Workspace.running(rate_limits=False) as workspace:
        workspace.faults.put("auth.test", {"status": 503})
        chat = Chat(workspace.bot_token, base_url=workspace.api_url)
        with pytest.raises(ChatError, match=r"Slack failed at auth\.test") as told:
            await chat.who_am_i()
        await chat.close()
    assert told.value.unknown
    assert not told.value.permanent
