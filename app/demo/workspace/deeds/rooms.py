"""Channels: made, joined, left, renamed, archived, with the messages and events that follow."""

from app.demo.workspace import events
from app.demo.workspace.deeds import messages
from app.demo.workspace.errors import SlackError
from app.demo.workspace.names import check_name, tidy_name
from app.demo.workspace.values import Channel, Note, User
from app.demo.workspace.world import World

LONGEST_NOTE = 250


def create(world: World, by: User, name: str, *, is_private: bool) -> Channel:
    check_name(name)
    if by.is_guest or by.is_stranger:
        raise SlackError("restricted_action")
    if world.state.channel_named(name) is not None:
        raise SlackError("name_taken")
    now = world.now()
    room = Channel(
        id=world.state.new_id("C"),
        name=name,
        creator=by.id,
        created=int(now),
        updated=int(now * 1000),
        is_private=is_private,
        members=[by.id],
    )
    world.state.channels[room.id] = room
    events.channel_created(world, room)
    _announce_join(world, room, by)
    return room


def join(world: World, by: User, room: Channel) -> bool:
    """False when they were a member already."""
    if room.is_archived:
        raise SlackError("is_archived")
    if room.is_direct:
        raise SlackError("method_not_supported_for_channel_type")
    if by.id in room.members:
        return False
    if room.is_private:
        raise SlackError("channel_not_found")
    if by.is_guest or (by.is_stranger and not room.is_ext_shared):
        raise SlackError("restricted_action")
    room.members.append(by.id)
    _announce_join(world, room, by)
    return True


def add(world: World, by: User, room: Channel, invitee: User) -> None:
    """Put somebody in a channel; whether that is allowed is `why_not_invite`'s to say."""
    room.members.append(invitee.id)
    _announce_join(world, room, invitee, inviter=by.id)


def why_not_invite(world: World, by: User, room: Channel, invitee: User | None) -> str:
    """The code Slack gives for this one invitee, or nothing when they may come in."""
    if invitee is None:
        return "user_not_found"
    if invitee.id == by.id:
        return "cant_invite_self"
    if invitee.id in room.members:
        return "already_in_channel"
    if invitee.deleted:
        return "cant_invite"
    if invitee.is_stranger and not room.is_ext_shared:
        return "no_external_invite_permission"
    if invitee.is_ultra_restricted and _channels(world, invitee):
        return "ura_max_channels"
    return ""


def _channels(world: World, person: User) -> list[Channel]:
    return [c for c in world.state.channels_of(person.id) if not c.is_direct]


def leave(world: World, by: User, room: Channel) -> bool:
    """False when they were not in it."""
    if by.id not in room.members:
        return False
    if room.is_general:
        raise SlackError("cant_leave_general")
    if room.is_archived:
        raise SlackError("is_archived")
    if room.is_private and len(room.members) == 1:
        raise SlackError("last_member")
    _take_out(world, room, by)
    return True


def kick(world: World, by: User, room: Channel, whom: User) -> None:
    if whom.id == by.id:
        raise SlackError("cant_kick_self")
    if room.is_general:
        raise SlackError("cant_kick_from_general")
    if whom.id not in room.members:
        raise SlackError("not_in_channel")
    _take_out(world, room, whom)


def _take_out(world: World, room: Channel, who: User) -> None:
    messages.say(
        world, room, who, f"<@{who.id}> has left the channel", subtype=_subtype(room, "leave")
    )
    events.member_left(world, room, who)  # before leaving: a bot that leaves still hears of it
    room.members.remove(who.id)
    world.touch()


def archive(world: World, by: User, room: Channel) -> None:
    if room.is_general:
        raise SlackError("cant_archive_general")
    if room.is_archived:
        raise SlackError("already_archived")
    messages.say(
        world, room, by, f"<@{by.id}> archived the channel", subtype=_subtype(room, "archive")
    )
    room.is_archived = True
    events.channel_archived(world, room, by.id, archived=True)
    _changed(world, room)


def unarchive(world: World, by: User, room: Channel) -> None:
    if not room.is_archived:
        raise SlackError("not_archived")
    room.is_archived = False
    messages.say(
        world, room, by, f"<@{by.id}> un-archived the channel", subtype=_subtype(room, "unarchive")
    )
    events.channel_archived(world, room, by.id, archived=False)
    _changed(world, room)


def rename(world: World, by: User, room: Channel, name: str) -> None:
    """The name is mended where it can be, so the new name may differ from the one asked for."""
    new = tidy_name(name)
    if room.creator != by.id and not by.is_admin:
        raise SlackError("not_authorized")
    holder = world.state.channel_named(new)
    if holder is not None and holder.id != room.id:
        raise SlackError("name_taken")
    old, room.name = room.name, new
    room.previous_names = [old, *(n for n in room.previous_names if n != old)]
    messages.say(
        world,
        room,
        by,
        f'<@{by.id}> has renamed the channel from "{old}" to "{new}"',
        subtype=_subtype(room, "name"),
        more={"old_name": old, "name": new},
    )
    events.channel_renamed(world, room)
    _changed(world, room)


def set_topic(world: World, by: User, room: Channel, text: str) -> None:
    room.topic = _note(world, by, text)
    messages.say(
        world,
        room,
        by,
        f"<@{by.id}> set the channel topic: {text}",
        subtype=_subtype(room, "topic"),
        more={"topic": text},
    )
    _changed(world, room)


def set_purpose(world: World, by: User, room: Channel, text: str) -> None:
    room.purpose = _note(world, by, text)
    messages.say(
        world,
        room,
        by,
        f"<@{by.id}> set the channel description: {text}",
        subtype=_subtype(room, "purpose"),
        more={"purpose": text},
    )
    _changed(world, room)


def _note(world: World, by: User, text: str) -> Note:
    if len(text) > LONGEST_NOTE:
        raise SlackError("too_long")
    return Note(text, by.id, int(world.now()))


def direct(world: World, people: set[str]) -> tuple[Channel, bool]:
    """The direct conversation of these people, and whether it was there already."""
    if found := world.state.direct(people):
        return found, True
    now = world.now()
    several = len(people) > 2
    members = sorted(people)
    names = "--".join(sorted(world.state.users[m].name for m in members))
    room = Channel(
        id=world.state.new_id("C" if several else "D"),
        name=f"mpdm-{names}-1" if several else "",
        created=int(now),
        updated=int(now * 1000),
        creator=members[0],
        is_im=not several,
        is_mpim=several,
        members=members,
    )
    world.state.channels[room.id] = room
    world.touch()
    return room, False


def _announce_join(world: World, room: Channel, who: User, inviter: str = "") -> None:
    messages.say(
        world,
        room,
        who,
        f"<@{who.id}> has joined the channel",
        subtype=_subtype(room, "join"),
        more={"inviter": inviter} if inviter else {},
    )
    events.member_joined(world, room, who, inviter)
    world.touch()


def _subtype(room: Channel, what: str) -> str:
    return f"{'group' if room.is_private else 'channel'}_{what}"


def _changed(world: World, room: Channel) -> None:
    room.updated = int(world.now() * 1000)
    world.touch()
