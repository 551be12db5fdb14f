"""Messages: said, edited, deleted, reacted to, pinned, with the events that follow."""

from app.demo.workspace import events, shapes
from app.demo.workspace.errors import SlackError
from app.demo.workspace.values import Channel, Json, Message, Pin, User
from app.demo.workspace.world import World

LONGEST_TEXT = 40_000
MOST_REACTIONS = 23  # different emoji by one person on one message
NOT_PINNABLE = ("join", "leave", "topic", "purpose", "name", "archive", "unarchive")


def post(world: World, room: Channel, said: Message) -> Message:
    """Keep a new message and tell the app; text over 40,000 characters is cut as Slack cuts it."""
    said.text = said.text[:LONGEST_TEXT]
    room.messages[said.ts] = said
    if not said.ephemeral_to:
        events.message(world, room, said)
    world.touch()
    return said


def say(
    world: World,
    room: Channel,
    who: User,
    text: str,
    *,
    subtype: str = "",
    more: Json | None = None,
) -> Message:
    """What Slack itself writes into a channel when somebody joins it, renames it, and so on."""
    said = Message(
        ts=world.new_ts(),
        user=who.id,
        text=text,
        subtype=subtype,
        bot_id=who.bot_id,
        more=more or {},
    )
    return post(world, room, said)


def find(room: Channel, ts: str) -> Message:
    """A message everybody can see; private answers are not found."""
    said = room.messages.get(ts)
    if said is None or said.ephemeral_to:
        raise SlackError("message_not_found")
    return said


def thread_parent(room: Channel, thread_ts: str) -> str:
    """The ts a reply hangs on: answering a reply answers its parent."""
    parent = room.messages.get(thread_ts)
    if parent is None:
        raise SlackError("thread_not_found")
    return parent.thread_ts or parent.ts


def replace(
    world: World, room: Channel, said: Message, *, mark_edited: bool, **new: object
) -> None:
    """Change what a message says; without blocks the "(edited)" mark appears."""
    before = shapes.message(world.state, said, room=room)
    for key, value in new.items():
        setattr(said, key, value)
    if mark_edited:
        said.edited = {"user": said.user, "ts": world.new_ts()}
    if not said.ephemeral_to:
        events.message_changed(world, room, said, before)
    world.touch()


def delete(world: World, room: Channel, said: Message) -> None:
    before = shapes.message(world.state, said, room=room)
    del room.messages[said.ts]
    room.pins = [p for p in room.pins if p.ts != said.ts]
    if not said.ephemeral_to:
        events.message_deleted(world, room, said.ts, before)
    world.touch()


def react(world: World, room: Channel, said: Message, who: User, name: str) -> None:
    name = name.strip(":")
    if not name or not all(c.isalnum() or c in "-_+:'" for c in name):
        raise SlackError("invalid_name")
    people = said.reactions.get(name, [])
    if who.id in people:
        raise SlackError("already_reacted")
    if sum(who.id in them for them in said.reactions.values()) >= MOST_REACTIONS:
        raise SlackError("too_many_emoji")
    said.reactions.setdefault(name, []).append(who.id)
    events.reaction(world, "reaction_added", room, said, who.id, name)
    world.touch()


def unreact(world: World, room: Channel, said: Message, who: User, name: str) -> None:
    name = name.strip(":")
    people = said.reactions.get(name, [])
    if who.id not in people:
        raise SlackError("no_reaction")
    people.remove(who.id)
    if not people:
        del said.reactions[name]
    events.reaction(world, "reaction_removed", room, said, who.id, name)
    world.touch()


def pin(world: World, room: Channel, said: Message, who: User) -> None:
    if said.subtype.partition("_")[2] in NOT_PINNABLE:
        raise SlackError("not_pinnable")
    if any(p.ts == said.ts for p in room.pins):
        raise SlackError("already_pinned")
    pinned = Pin(said.ts, who.id, int(world.now()))
    room.pins.append(pinned)
    events.pin(world, "pin_added", room, pinned, who.id)
    world.touch()


def unpin(world: World, room: Channel, said: Message, who: User) -> None:
    pinned = next((p for p in room.pins if p.ts == said.ts), None)
    if pinned is None:
        raise SlackError("not_pinned")
    room.pins.remove(pinned)
    events.pin(world, "pin_removed", room, pinned, who.id)
    world.touch()
