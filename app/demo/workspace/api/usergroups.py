"""`usergroups.*`: handles that stand for several people."""

from collections.abc import Callable

from app.demo.workspace import shapes
from app.demo.workspace.api.method import Method, Request
from app.demo.workspace.errors import SlackError
from app.demo.workspace.values import Json, User, Usergroup


def _group(request: Request, *, disabled_too: bool = True) -> Usergroup:
    found = request.world.state.usergroups.get(request.arguments.text("usergroup"))
    if found is None or (found.deleted and not disabled_too):
        raise SlackError("no_such_subteam")
    return found


def _answer(request: Request, group: Usergroup) -> Json:
    group.updated, group.by = int(request.world.now()), request.actor.id
    request.world.touch()
    return {"usergroup": shapes.usergroup(request.world, group, users=True, count=False)}


def _create(request: Request) -> Json:
    arguments, state = request.arguments, request.world.state
    name = arguments.required("name", missing="invalid_arguments")
    handle = arguments.text("handle") or name.lower().replace(" ", "-")
    _check_free(request, name, handle, None)
    group = Usergroup(
        id=state.new_id("S"),
        handle=handle,
        name=name,
        description=arguments.text("description"),
        channels=arguments.items("channels"),
        created=int(request.world.now()),
    )
    state.usergroups[group.id] = group
    return _answer(request, group)


def _check_free(request: Request, name: str, handle: str, own: Usergroup | None) -> None:
    for other in request.world.state.usergroups.values():
        if other is own:
            continue
        if other.name == name:
            raise SlackError("name_already_exists")
        if other.handle == handle:
            raise SlackError("handle_already_exists")
    if request.world.state.user_called(handle) is not None:
        raise SlackError("handle_already_exists")


def _update(request: Request) -> Json:
    group, arguments = _group(request), request.arguments
    name, handle = arguments.text("name", group.name), arguments.text("handle", group.handle)
    _check_free(request, name, handle, group)
    group.name, group.handle = name, handle
    group.description = arguments.text("description", group.description)
    if "channels" in arguments:
        group.channels = arguments.items("channels")
    return _answer(request, group)


def _switch(on: bool) -> Callable[[Request], Json]:
    def switch(request: Request) -> Json:
        group = _group(request)
        group.deleted = 0 if on else int(request.world.now())
        return _answer(request, group)

    return switch


def _list(request: Request) -> Json:
    arguments = request.arguments
    shown = [
        group
        for group in request.world.state.usergroups.values()
        if arguments.flag("include_disabled") or not group.deleted
    ]
    users, count = arguments.flag("include_users"), arguments.flag("include_count")
    return {
        "usergroups": [
            shapes.usergroup(request.world, group, users=users, count=count) for group in shown
        ]
    }


def _users_list(request: Request) -> Json:
    group = _group(request, disabled_too=request.arguments.flag("include_disabled"))
    return {"users": group.users}


def _users_update(request: Request) -> Json:
    """Replaces the whole list; it cannot be empty (slack-platform.md 2.5)."""
    group = _group(request)
    wanted = request.arguments.items("users")
    if not wanted:
        raise SlackError("no_users_provided")
    people = [request.world.state.users.get(user_id) for user_id in wanted]
    if any(who is None or not _may_be_in_group(who) for who in people):
        raise SlackError("invalid_users")
    if any(who is not None and who.is_ultra_restricted for who in people):
        raise SlackError("single_channel_guests_cannot_be_added")
    group.users = list(dict.fromkeys(wanted))
    group.deleted = 0
    return _answer(request, group)


def _may_be_in_group(who: User) -> bool:
    return not (who.deleted or who.is_bot or who.is_stranger) and (
        not who.is_restricted or who.is_ultra_restricted
    )


_WRITE, _READ = ("usergroups:write",), ("usergroups:read",)
METHODS = {
    "usergroups.create": Method(answer=_create, tier=20, scopes=_WRITE),
    "usergroups.update": Method(answer=_update, tier=20, scopes=_WRITE),
    "usergroups.enable": Method(answer=_switch(True), tier=20, scopes=_WRITE),
    "usergroups.disable": Method(answer=_switch(False), tier=20, scopes=_WRITE),
    "usergroups.list": Method(answer=_list, tier=20, scopes=_READ),
    "usergroups.users.list": Method(answer=_users_list, tier=20, scopes=_READ),
    "usergroups.users.update": Method(answer=_users_update, tier=20, scopes=_WRITE),
}
