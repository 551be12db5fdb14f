"""Slack: is the token good, are the scopes there, does Slack reach Baton?"""

from collections.abc import AsyncIterator, Iterator

import aiohttp
from slack_sdk.errors import SlackApiError

from app.chat.client import Chat, Me
from app.chat.errors import BROKEN_TOKEN, ChatError, code_of
from app.commands.doctor.channels import look_at_channels
from app.commands.doctor.finding import Finding, fail, ok, warn
from app.commands.doctor.handle import look_at_handle
from app.commands.doctor.manifest import wanted_scopes
from app.commands.doctor.people import look_at_people
from app.rules.organisation import Organisation
from app.settings import Settings

ADD_SCOPE = "Add it on the app's page OAuth & Permissions (manifest.yml has it) and reinstall it."
APP_TOKEN = (
    "Make an app-level token with the scope connections:write on the app's page Basic "
    "Information, and set SLACK_APP_TOKEN to it."
)


async def look_at_slack(settings: Settings, organisation: Organisation | None) -> list[Finding]:
    """Asks Slack and changes nothing there."""
    if settings.slack_bot_token is None:
        fix = "Create the app from manifest.yml, and set SLACK_BOT_TOKEN and SLACK_APP_TOKEN."
        return [warn("slack", "SLACK_BOT_TOKEN is not set: only phones are used", fix)]
    chat = Chat(settings.slack_bot_token.reveal(), base_url=settings.slack_api_url)
    try:
        return [found async for found in _look(chat, settings, organisation)]
    finally:
        await chat.close()


async def _look(
    chat: Chat, settings: Settings, organisation: Organisation | None
) -> AsyncIterator[Finding]:
    try:
        me = await chat.who_am_i()
    except ChatError as error:
        away = f"Can this machine reach {settings.slack_api_url}?"
        yield fail("slack", error.sentence, "" if error.code in BROKEN_TOKEN else away)
        return
    yield ok("slack", f"the bot token is good, for the workspace {me.team}")
    for found in _scopes(me):
        yield found
    yield await _way_in(chat, settings)
    if organisation is not None:
        for found in await _at_organisation(chat, me, organisation):
            yield found


async def _at_organisation(chat: Chat, me: Me, organisation: Organisation) -> list[Finding]:
    found: list[Finding] = []
    for look in (look_at_channels, look_at_people, look_at_handle):
        try:
            found += await look(chat, me, organisation)
        except ChatError as error:
            found.append(fail("slack", error.sentence))
    return found


def _scopes(me: Me) -> Iterator[Finding]:
    """The token's scopes against manifest.yml; Slack names them in every answer."""
    wanted = wanted_scopes()
    if wanted is None or not me.scopes:
        yield ok("scopes", "not compared: manifest.yml or Slack's list of them is not at hand")
        return
    for scope in sorted(wanted.needed - me.scopes):
        yield fail("scopes", f"the app lacks the scope {scope}", ADD_SCOPE)
    for scope in sorted(wanted.optional - me.scopes):
        what = f"the app lacks the scope {scope}, which only some things need"
        yield warn("scopes", what, ADD_SCOPE)
    if wanted.needed | wanted.optional <= me.scopes:
        yield ok("scopes", "every scope of manifest.yml is there")


async def _way_in(chat: Chat, settings: Settings) -> Finding:
    """Socket Mode needs a second token; HTTP needs an address that Slack can reach."""
    if settings.slack_app_token is None:
        if settings.public_url is None:
            fix = "Set BATON_PUBLIC_URL to it, and <it>/slack/events as the app's request URLs."
            return warn("slack", "HTTP is used, and no public address is known", fix)
        return ok("slack", f"requests come in at {settings.public_url}/slack/events")
    try:
        await chat.client.apps_connections_open(app_token=settings.slack_app_token.reveal())
    except SlackApiError as error:
        code = code_of(error)
        if not code:
            return fail("slack", "Slack fails at apps.connections.open", "Try again later.")
        return fail("slack", f"Slack refuses SLACK_APP_TOKEN ({code})", APP_TOKEN)
    except (TimeoutError, aiohttp.ClientError) as error:
        what = f"Slack did not answer apps.connections.open ({type(error).__name__})"
        return fail("slack", what, f"Can this machine reach {settings.slack_api_url}?")
    return ok("slack", "the app-level token opens Socket Mode connections")
