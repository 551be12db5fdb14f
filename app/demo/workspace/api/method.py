"""What a Web API method is to the workspace, and what it is given when it is called."""

from collections.abc import Callable
from dataclasses import dataclass

from app.demo.workspace.api.arguments import Arguments
from app.demo.workspace.errors import SlackError
from app.demo.workspace.events import kind_of
from app.demo.workspace.values import Channel, Json, User
from app.demo.workspace.world import World


@dataclass(frozen=True, kw_only=True)
class Request:
    """One call by the app's bot."""

    world: World
    arguments: Arguments
    actor: User


@dataclass(frozen=True, kw_only=True)
class Method:
    """`tier` is calls a minute (None: the special rules of `rates`); one of `scopes` suffices."""

    answer: Callable[[Request], Json]
    tier: int | None = 50
    scopes: tuple[str, ...] = ()


def need_scope(request: Request, *any_of: str) -> None:
    """Refuse as Slack does, naming the scope that is missing."""
    manifest = request.world.manifest
    if manifest.scopes is None or not any_of or any(manifest.grants(scope) for scope in any_of):
        return
    provided = ",".join(sorted(manifest.scopes))
    raise SlackError("missing_scope", needed=any_of[0], provided=provided)


_FAMILY = {"channel": "channels", "group": "groups", "im": "im", "mpim": "mpim"}


def need_family_scope(request: Request, room: Channel, what: str, *, extra: str = "") -> None:
    """`what` is read, history or manage; the scope depends on the kind of channel."""
    family = _FAMILY[kind_of(room)]
    if what == "manage" and family != "channels":
        what = "write"
    wanted = [f"{family}:{what}"]
    if extra and family in ("channels", "groups"):
        wanted.append(f"{family}:{extra}")
    need_scope(request, *wanted)


def the_channel(request: Request, key: str = "channel") -> Channel:
    """The channel of the call; a private one the bot is not in does not exist for it."""
    name = request.arguments.required(key, missing="channel_not_found")
    room = request.world.state.channels.get(name)
    if room is None or not visible(room, request.actor):
        raise SlackError("channel_not_found")
    return room


def visible(room: Channel, who: User) -> bool:
    if who.id in room.members:
        return True
    return not room.is_private and not room.is_direct


def need_member(request: Request, room: Channel) -> None:
    if request.actor.id not in room.members:
        raise SlackError("not_in_channel")


def need_open(room: Channel, code: str = "is_archived") -> None:
    if room.is_archived:
        raise SlackError(code)


def the_user(request: Request, key: str = "user", *, missing: str = "user_not_found") -> User:
    who = request.world.state.users.get(request.arguments.text(key))
    if who is None:
        raise SlackError(missing)
    return who
