"""The channels that the organisation file names: are they there, and may the bot speak in them?"""

from collections.abc import Iterator, Mapping
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError

from app.chat.client import Chat, Me
from app.chat.errors import ChatError, code_of, explain
from app.commands.doctor.finding import Finding, fail, ok
from app.organisation.problem import nearest
from app.rules.organisation import Organisation

PAGE = 1000
SPEAK_ANYWHERE = "chat:write.public"


async def look_at_channels(chat: Chat, me: Me, organisation: Organisation) -> list[Finding]:
    """Raises ChatError when Slack does not list channels."""
    known = await _list(chat)
    return [_channel(name, known, me) for name in _named(organisation)]


def _named(organisation: Organisation) -> Iterator[str]:
    yield from dict.fromkeys(
        [
            organisation.engineering_channel,
            organisation.oncall_channel,
            *(team.channel for team in organisation.teams.values()),
        ]
    )


async def _list(chat: Chat) -> list[Mapping[str, Any]]:
    """Public channels, and the private ones the bot is in."""
    found: list[Mapping[str, Any]] = []
    cursor = ""
    while True:
        try:
            answer = await chat.client.conversations_list(
                limit=PAGE, cursor=cursor or None, types="public_channel,private_channel"
            )
        except SlackApiError as error:
            raise _refusal(error) from error
        except (TimeoutError, aiohttp.ClientError) as error:
            raise ChatError("no_answer", "Slack did not answer conversations.list.") from error
        found += answer["channels"]
        cursor = (answer.get("response_metadata") or {}).get("next_cursor", "")
        if not cursor:
            return found


def _refusal(error: SlackApiError) -> ChatError:
    code = code_of(error)
    if not code:
        status = getattr(error.response, "status_code", "")
        return ChatError("no_answer", f"Slack failed at conversations.list ({status}).")
    needed = error.response.get("needed")
    return ChatError(code, explain("conversations.list", code, needed=needed))


def _channel(name: str, known: list[Mapping[str, Any]], me: Me) -> Finding:
    plain = name.removeprefix("#")
    here = next((each for each in known if plain in (each["name"], each["id"])), None)
    if here is None:
        names = [f"#{each['name']}" for each in known]
        hint = nearest(name, names, otherwise="Create it, or name another in the file.")
        what = f"there is no channel {name}, or it is private and the bot is not in it"
        return fail("channels", what, f"{hint} For a private one: `/invite @baton` there.")
    if here.get("is_archived"):
        return fail("channels", f"{name} is archived", "Unarchive it, or name another one.")
    anywhere = SPEAK_ANYWHERE in me.scopes or not me.scopes
    if here.get("is_member") or (anywhere and not here.get("is_private")):
        return ok("channels", f"the bot may post in {name}")
    return fail("channels", f"the bot is not in {name}", "Type `/invite @baton` there.")
