"""The mail server for pages by e-mail."""

import asyncio

from app.commands.doctor.finding import Finding, fail, ok, warn
from app.paging.errors import PagingError
from app.paging.mail import Server, prove
from app.settings import Settings


async def look_at_mail(settings: Settings) -> Finding:
    """Connects and logs in; sends nothing."""
    if settings.smtp_url is None or settings.smtp_from is None:
        return warn(
            "mail",
            "BATON_SMTP_URL is not set, so nobody can be paged by e-mail",
            "Set it and BATON_SMTP_FROM, if anybody wants e-mail.",
        )
    server = Server.read(settings.smtp_url.reveal())
    try:
        await asyncio.to_thread(prove, server, settings.smtp_from)
    except PagingError as error:
        fix = f"Check BATON_SMTP_URL: {server.scheme} to {server.host}, port {server.port}."
        return fail("mail", error.sentence, fix)
    return ok("mail", f"{server.host} takes letters")
