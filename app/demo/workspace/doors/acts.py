"""Acting as one of the people: writing, clicking, joining, and everything else a hand can do."""

from collections.abc import Awaitable, Callable

from aiohttp import web

from app.demo.workspace import events
from app.demo.workspace.composer import compose
from app.demo.workspace.deeds import messages, rooms
from app.demo.workspace.doors.json_door import lever
from app.demo.workspace.errors import Refused
from app.demo.workspace.interactions import clicks, commands, forms, shortcuts
from app.demo.workspace.interactions.payloads import (
    on_message,
    open_view,
    seen_message,
)
from app.demo.workspace.values import Channel, Dnd, Json, Message, User
from app.demo.workspace.world import World

Act = Callable[[World, User, Json], Awaitable[Json]]


def routes(world: World) -> list[web.RouteDef]:
    return [web.post(f"/_workspace/act/{name}", _route(world, act)) for name, act in ACTS.items()]


def _route(world: World, act: Act) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def pulled(request: web.Request, body: Json) -> Json:
        del request
        if world.dark:
            raise Refused("Slack is dark: nobody can do anything in it.")
        return {"ok": True} | await act(world, the_user(world, body), body)

    return lever(pulled)


def the_user(world: World, body: Json, key: str = "user") -> User:
    name = str(body.get(key, ""))
    who = world.state.user_called(name)
    if who is None:
        raise Refused(f"Nobody here is called {name!r}; say `{key}` as a handle or an id.")
    if who.deleted and key == "user":
        raise Refused(f"{who.name} is deactivated and cannot do anything.")
    return who


def the_room(world: World, body: Json, who: User, *, member: bool = True) -> Channel:
    """A channel by id or name; what this person cannot see does not exist for them."""
    name = str(body.get("channel", ""))
    room = world.state.channel_called(name)
    hidden = room is not None and (room.is_private or room.is_direct)
    if room is None or (hidden and who.id not in room.members):
        raise Refused(f"There is no channel {name!r} that {who.name} can see.")
    if member and who.id not in room.members:
        raise Refused(f"{who.name} is not a member of #{room.name}; let them join it first.")
    return room


def text_of(body: Json) -> str:
    text = body.get("text")
    if not isinstance(text, str) or not text.strip():
        raise Refused("There is no `text`.")
    return text


def message_of(room: Channel, body: Json) -> Message:
    return messages.find(room, str(body.get("ts", "")))


async def say(world: World, who: User, body: Json) -> Json:
    room = the_room(world, body, who)
    if room.is_archived:
        raise Refused(f"#{room.name} is archived.")
    thread = body.get("thread_ts")
    said = Message(
        ts=world.new_ts(),
        user=who.id,
        text=compose(world.state, text_of(body)),
        client_msg_id=world.state.new_id("m").lower(),
        thread_ts=messages.thread_parent(room, thread) if thread else "",
        bot_id=who.bot_id,
    )
    messages.post(world, room, said)
    return {"ts": said.ts, "channel": room.id}


async def edit(world: World, who: User, body: Json) -> Json:
    room = the_room(world, body, who)
    said = _own(room, who, body)
    text = compose(world.state, text_of(body))
    messages.replace(world, room, said, mark_edited=True, text=text)
    return {"ts": said.ts}


async def delete(world: World, who: User, body: Json) -> Json:
    room = the_room(world, body, who)
    messages.delete(world, room, _own(room, who, body))
    return {}


def _own(room: Channel, who: User, body: Json) -> Message:
    said = message_of(room, body)
    if said.user != who.id:
        raise Refused(f"That message is not {who.name}'s own.")
    return said


async def command(world: World, who: User, body: Json) -> Json:
    room = the_room(world, body, who)
    word = str(body.get("command", ""))
    word = word if word.startswith("/") else f"/{word}"
    return await commands.run(world, who, room, word, str(body.get("text") or ""))


async def click(world: World, who: User, body: Json) -> Json:
    if view_id := body.get("view_id"):
        return await clicks.click_view(world, who, view_id, body)
    room = the_room(world, body, who)
    return await clicks.click_message(world, who, room, str(body.get("ts", "")), body)


async def suggest(world: World, who: User, body: Json) -> Json:
    if view_id := body.get("view_id"):
        view = open_view(world, who, view_id)
        place: Json = {"container": {"type": "view", "view_id": view_id}, "view": view}
        return await clicks.suggest(world, who, place, view["blocks"], body)
    room = the_room(world, body, who)
    said = seen_message(room, who, str(body.get("ts", "")))
    return await clicks.suggest(world, who, on_message(world, room, said), said.blocks, body)


async def submit(world: World, who: User, body: Json) -> Json:
    values = body.get("values") or {}
    if not isinstance(values, dict) or not all(isinstance(v, dict) for v in values.values()):
        raise Refused("`values` must be {block_id: {action_id: value}}.")
    return await forms.submit(world, who, str(body.get("view_id", "")), values)


async def close(world: World, who: User, body: Json) -> Json:
    cleared = bool(body.get("is_cleared"))
    return await forms.close(world, who, str(body.get("view_id", "")), is_cleared=cleared)


async def shortcut(world: World, who: User, body: Json) -> Json:
    room = the_room(world, body, who) if body.get("channel") else None
    callback = str(body.get("callback_id", ""))
    return await shortcuts.use(world, who, callback, room, str(body.get("ts") or ""))


async def join(world: World, who: User, body: Json) -> Json:
    rooms.join(world, who, the_room(world, body, who, member=False))
    return {}


async def leave(world: World, who: User, body: Json) -> Json:
    rooms.leave(world, who, the_room(world, body, who))
    return {}


async def invite(world: World, who: User, body: Json) -> Json:
    room, invitee = the_room(world, body, who), the_user(world, body, "invitee")
    if why := rooms.why_not_invite(world, who, room, invitee):
        raise Refused(f"{invitee.name} cannot be invited: {why}.")
    rooms.add(world, who, room, invitee)
    return {}


async def react(world: World, who: User, body: Json) -> Json:
    room = the_room(world, body, who)
    messages.react(world, room, message_of(room, body), who, str(body.get("name", "")))
    return {}


async def unreact(world: World, who: User, body: Json) -> Json:
    room = the_room(world, body, who)
    messages.unreact(world, room, message_of(room, body), who, str(body.get("name", "")))
    return {}


async def pin(world: World, who: User, body: Json) -> Json:
    room = the_room(world, body, who)
    messages.pin(world, room, message_of(room, body), who)
    return {}


async def unpin(world: World, who: User, body: Json) -> Json:
    room = the_room(world, body, who)
    messages.unpin(world, room, message_of(room, body), who)
    return {}


async def open_direct(world: World, who: User, body: Json) -> Json:
    names = body.get("users")
    if not isinstance(names, list) or not names:
        raise Refused("`users` must be a list of the people to talk to.")
    people = {the_user(world, {"other": name}, "other").id for name in names}
    room, _ = rooms.direct(world, {who.id, *people})
    return {"channel": room.id}


async def home(world: World, who: User, body: Json) -> Json:
    tab = body.get("tab", "home")
    if tab not in ("home", "messages"):
        raise Refused("`tab` is home or messages.")
    room, _ = rooms.direct(world, {who.id, world.state.app.bot_user_id})
    events.home_opened(world, who, room, tab)
    return {"channel": room.id}


async def create_channel(world: World, who: User, body: Json) -> Json:
    name = str(body.get("name", "")).removeprefix("#")
    room = rooms.create(world, who, name, is_private=bool(body.get("is_private")))
    return {"channel": room.id}


async def archive(world: World, who: User, body: Json) -> Json:
    rooms.archive(world, who, the_room(world, body, who))
    return {}


async def dnd(world: World, who: User, body: Json) -> Json:
    now = int(world.now())
    minutes = body.get("minutes")
    until = now + int(minutes) * 60 if isinstance(minutes, (int, float)) else 0
    who.dnd = Dnd(True, now, until) if body.get("enabled") else Dnd()
    world.touch()
    return {}


async def deactivate(world: World, who: User, body: Json) -> Json:
    del body
    who.deleted, who.updated = True, int(world.now())
    for room in world.state.channels_of(who.id):
        if not room.is_direct:
            room.members.remove(who.id)
    for group in world.state.usergroups.values():
        group.users = [u for u in group.users if u != who.id]
    events.user_changed(world, who)
    world.touch()
    return {}


ACTS: dict[str, Act] = {
    "message": say,
    "edit": edit,
    "delete": delete,
    "command": command,
    "click": click,
    "suggest": suggest,
    "submit": submit,
    "close": close,
    "shortcut": shortcut,
    "join": join,
    "leave": leave,
    "invite": invite,
    "react": react,
    "unreact": unreact,
    "pin": pin,
    "unpin": unpin,
    "open": open_direct,
    "home": home,
    "create_channel": create_channel,
    "archive": archive,
    "dnd": dnd,
    "deactivate": deactivate,
}
