"""Baton's parts for a short command: what `run` is made of, with nothing of it running."""

import contextlib
from collections.abc import AsyncIterator

from app.build import Parts, make_parts
from app.commands.memory import expect_schema, opened
from app.settings import Settings


@contextlib.asynccontextmanager
async def open_parts(settings: Settings) -> AsyncIterator[Parts]:
    """On a database whose schema is this version's; everything is closed at the end."""
    with opened(settings) as database:
        expect_schema(database)
        parts = make_parts(settings, database)
        try:
            yield parts
        finally:
            if parts.chat is not None:
                await parts.chat.close()
            parts.gateway.close()
            parts.kit.close()
