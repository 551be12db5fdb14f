"""The user group of whoever is on call: is it there, and may it be changed?"""

from app.chat.client import Chat, Me
from app.chat.errors import ChatError
from app.chat.words.in_step import group_is_disabled, no_group
from app.commands.doctor.finding import Finding, ok, warn
from app.rules.organisation import Organisation


async def look_at_handle(chat: Chat, me: Me, organisation: Organisation) -> list[Finding]:
    """Nothing where the file names none. Whether Slack lets us change it shows only in changing
    it: then `/oncall` and a letter to the managers say so."""
    name = organisation.oncall_handle
    if name is None:
        return []
    try:
        group = await chat.find_group(name)
    except ChatError as error:
        if not error.permanent:
            raise
        return [warn("handle", f"@{name} cannot be kept in step", error.sentence)]
    if group is None:
        return [warn("handle", f"@{name} cannot be kept in step", no_group(name))]
    if group.disabled:
        return [warn("handle", f"@{name} cannot be kept in step", group_is_disabled(name))]
    return [ok("handle", f"@{name} is there, to be kept in step with the rota")]
