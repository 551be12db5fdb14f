"""How Slack writes the workspace's values down in its answers and events."""

from datetime import datetime
from zoneinfo import ZoneInfo

from app.demo.workspace.state import State
from app.demo.workspace.values import (
    Bookmark,
    Channel,
    Json,
    Message,
    Note,
    Pin,
    User,
    Usergroup,
)
from app.demo.workspace.world import World

_SIZES = (24, 32, 48, 72, 192, 512)


def user(world: World, who: User, *, with_email: bool | None = None) -> Json:
    """A user object; the address is in it only where the app may read addresses."""
    if with_email is None:
        with_email = world.manifest.grants("users:read.email")
    body: Json = {
        "id": who.id,
        "team_id": who.team_id,
        "name": who.name,
        "deleted": who.deleted,
        "profile": profile(world, who, with_email=with_email),
        "is_bot": who.is_bot,
        "is_app_user": False,
        "updated": who.updated,
    }
    if who.is_stranger:
        body["is_stranger"] = True
    if who.deleted:
        return body
    return body | {
        "color": who.color,
        "real_name": who.real_name,
        **zone(who, world.now()),
        "is_admin": who.is_admin,
        "is_owner": False,
        "is_primary_owner": False,
        "is_restricted": who.is_guest,
        "is_ultra_restricted": who.is_ultra_restricted,
        "is_email_confirmed": not who.is_bot,
        "who_can_share_contact_card": "EVERYONE",
    }


def zone(who: User, now: float) -> Json:
    local = datetime.fromtimestamp(now, ZoneInfo(who.tz))
    offset = local.utcoffset()
    return {
        "tz": who.tz,
        "tz_label": local.tzname() or who.tz,
        "tz_offset": int(offset.total_seconds()) if offset else 0,
    }


def profile(world: World, who: User, *, with_email: bool) -> Json:
    first, _, last = who.real_name.partition(" ")
    body: Json = {
        "title": who.title,
        "phone": "",
        "skype": "",
        "real_name": who.real_name,
        "real_name_normalized": who.real_name,
        "display_name": who.name,
        "display_name_normalized": who.name,
        "first_name": first,
        "last_name": last,
        "status_text": "",
        "status_emoji": "",
        "status_expiration": 0,
        "avatar_hash": f"g{who.color}",
        "team": who.team_id,
    }
    body |= {f"image_{size}": avatar(world, who, size) for size in _SIZES}
    if with_email and who.email:
        body["email"] = who.email
    if who.is_bot:
        body["bot_id"] = who.bot_id
        body["api_app_id"] = world.state.app.id if who.bot_id == world.state.app.bot_id else ""
    return body


def avatar(world: World, who: User, size: int) -> str:
    return f"{world.url}/_workspace/avatar/{who.id}?size={size}"


def bot_profile(state: State, bot: User) -> Json:
    own = bot.bot_id == state.app.bot_id
    return {
        "id": bot.bot_id,
        "app_id": state.app.id if own else "A07OTHERAPP",
        "name": bot.real_name,
        "icons": {},
        "deleted": bot.deleted,
        "updated": bot.updated,
        "team_id": state.team.id,
    }


def channel(world: World, room: Channel, *, member: bool | None = None) -> Json:
    """A channel, group or direct message as `conversations.*` shows it to the app's bot."""
    if room.is_im:
        return _direct(world, room)
    bot = world.state.app.bot_user_id
    body: Json = {
        "id": room.id,
        "name": room.name,
        "name_normalized": room.name,
        "is_channel": not room.is_private and not room.is_mpim,
        "is_group": room.is_private and not room.is_mpim,
        "is_im": False,
        "is_mpim": room.is_mpim,
        "is_private": room.is_private or room.is_mpim,
        "is_archived": room.is_archived,
        "is_general": room.is_general,
        "is_shared": room.is_ext_shared,
        "is_ext_shared": room.is_ext_shared,
        "is_org_shared": False,
        "is_pending_ext_shared": False,
        "pending_shared": [],
        "pending_connected_team_ids": [],
        "shared_team_ids": [world.state.team.id],
        "context_team_id": world.state.team.id,
        "created": room.created,
        "updated": room.updated,
        "creator": room.creator,
        "unlinked": 0,
        "topic": note(room.topic),
        "purpose": note(room.purpose),
        "previous_names": room.previous_names,
    }
    if member is None:
        body["is_member"] = bot in room.members
    return body


def _direct(world: World, room: Channel) -> Json:
    bot = world.state.app.bot_user_id
    other = next((m for m in room.members if m != bot), bot)
    return {
        "id": room.id,
        "created": room.created,
        "updated": room.updated,
        "is_archived": False,
        "is_im": True,
        "is_org_shared": False,
        "context_team_id": world.state.team.id,
        "user": other,
    }


def note(said: Note) -> Json:
    return {"value": said.value, "creator": said.creator, "last_set": said.last_set}


def message(
    state: State,
    said: Message,
    *,
    room: Channel | None = None,
    metadata: bool = True,
    ts: bool = True,
) -> Json:
    """A message; given its `room`, also its reactions and what is known of its thread."""
    body: Json = {"type": "message", "text": said.text}
    if said.subtype != "bot_message":
        body |= {"user": said.user, "team": state.team.id}
    if ts:
        body["ts"] = said.ts
        body |= {"thread_ts": said.thread_ts} if said.thread_ts else {}
    for key in ("subtype", "bot_id", "app_id", "username", "client_msg_id", "icons", "edited"):
        if value := getattr(said, key):
            body[key] = value
    speaker = state.users.get(said.user)
    if said.bot_id and speaker is not None and said.subtype != "bot_message":
        body["bot_profile"] = bot_profile(state, speaker)
    body |= {k: v for k in ("blocks", "attachments") if (v := getattr(said, k))}
    if metadata and said.metadata:
        body["metadata"] = said.metadata
    if said.is_locked:
        body["is_locked"] = True
    return body | said.more | (_counts(room, said) if room is not None else {})


def _counts(room: Channel, said: Message) -> Json:
    body: Json = {}
    if said.reactions:
        body["reactions"] = reactions(said)
    answers = [] if said.is_reply else room.replies(said.ts)
    if answers:
        people = list(dict.fromkeys(a.user for a in answers))
        body |= {
            "thread_ts": said.ts,
            "reply_count": len(answers),
            "reply_users_count": len(people),
            "reply_users": people,
            "latest_reply": answers[-1].ts,
            "subscribed": False,
        }
    return body


def reactions(said: Message) -> list[Json]:
    return [
        {"name": name, "users": users, "count": len(users)}
        for name, users in said.reactions.items()
    ]


def permalink(world: World, room: Channel, said: Message) -> str:
    place = f"{room.id}/p{said.ts.replace('.', '')}"
    link = f"https://{world.state.team.domain}.slack.com/archives/{place}"
    return f"{link}?thread_ts={said.thread_ts}&cid={room.id}" if said.is_reply else link


def pin_item(world: World, room: Channel, pinned: Pin) -> Json:
    said = room.messages[pinned.ts]
    body = message(world.state, said, metadata=False)
    return {
        "type": "message",
        "channel": room.id,
        "created": pinned.at,
        "created_by": pinned.by,
        "message": body | {"permalink": permalink(world, room, said)},
    }


def bookmark(world: World, room: Channel, mark: Bookmark) -> Json:
    return {
        "id": mark.id,
        "channel_id": room.id,
        "title": mark.title,
        "link": mark.link,
        "emoji": mark.emoji,
        "icon_url": "",
        "type": "link",
        "entity_id": "",
        "date_created": mark.created,
        "date_updated": mark.updated,
        "rank": mark.id.lower(),
        "last_updated_by_user_id": mark.by,
        "last_updated_by_team_id": world.state.team.id,
        "shortcut_id": "",
        "app_id": world.state.app.id,
    }


def usergroup(world: World, group: Usergroup, *, users: bool, count: bool) -> Json:
    body: Json = {
        "id": group.id,
        "team_id": world.state.team.id,
        "is_usergroup": True,
        "is_subteam": True,
        "name": group.name,
        "description": group.description,
        "handle": group.handle,
        "is_external": False,
        "date_create": group.created,
        "date_update": group.updated,
        "date_delete": group.deleted,
        "created_by": group.by,
        "updated_by": group.by,
        "prefs": {"channels": group.channels, "groups": []},
        "channel_count": len(group.channels),
    }
    if users:
        body["users"] = group.users
    if count:
        body["user_count"] = len(group.users)
    return body
