"""What is asked in the instant before a call may keep it back, unless the call only reads."""

import pytest

from app.chat.client import Chat
from app.chat.message import Message
from app.demo.workspace.running import Workspace

pytestmark = pytest.mark.anyio


class NotNow(Exception):
    """What keeps a call back."""


def refuse() -> None:
    raise NotNow


async def test_what_changes_something_is_kept_back_and_what_reads_is_not() -> None:
    async with Workspace.running() as workspace:
        chat = Chat(workspace.bot_token, base_url=workspace.api_url, before=refuse)
        channel = await chat.channel_id("#engineering")
        room = workspace.state.channel_called("engineering")
        assert room is not None
        before = len(room.messages)
        with pytest.raises(NotNow):
            await chat.post(channel, Message(text="Hello"), key="hello")
        assert len(room.messages) == before
        await chat.close()
