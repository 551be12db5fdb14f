"""Messages that were scheduled are posted when their time comes."""

import asyncio

from app.demo.workspace.deeds import messages
from app.demo.workspace.values import Message, Scheduled
from app.demo.workspace.world import World

PAUSE = 1.0


async def post_what_is_due(world: World) -> None:
    """Runs as long as the workspace does."""
    while True:
        await world.clock.sleep_until(world.now() + PAUSE)
        for later in list(world.state.scheduled.values()):
            if later.post_at <= world.now():
                del world.state.scheduled[later.id]
                _post(world, later)
        await asyncio.sleep(0)


def _post(world: World, later: Scheduled) -> None:
    """One with metadata is never posted: a fault of Slack's own (slack-platform.md 2.6)."""
    room = world.state.channels[later.channel]
    if later.has_metadata or room.is_archived:
        return
    app = world.state.app
    said = Message(
        ts=world.new_ts(),
        user=app.bot_user_id,
        bot_id=app.bot_id,
        app_id=app.id,
        text=later.text,
        blocks=later.blocks,
        attachments=later.attachments,
        thread_ts=later.thread_ts,
    )
    messages.post(world, room, said)
