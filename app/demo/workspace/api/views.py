"""`views.*` and canvases: surfaces beside the messages."""

from app.demo.workspace.api.arguments import invalid
from app.demo.workspace.api.method import Method, Request, need_member, the_channel
from app.demo.workspace.deeds import views
from app.demo.workspace.errors import SlackError
from app.demo.workspace.values import Json


def _view(request: Request) -> Json:
    return views.need_view(request.arguments.nested("view"))


def _open(request: Request) -> Json:
    world, view = request.world, _view(request)
    user, _ = world.triggers.spend(request.arguments.required("trigger_id"), world.now())
    return {"view": views.open_modal(world, user, view)}


def _push(request: Request) -> Json:
    world, view = request.world, _view(request)
    user, inside = world.triggers.spend(request.arguments.required("trigger_id"), world.now())
    if not inside:
        raise SlackError("not_found")
    return {"view": views.push_modal(world, user, view)}


def _update(request: Request) -> Json:
    arguments, view = request.arguments, _view(request)
    view_id, external_id = arguments.text("view_id"), arguments.text("external_id")
    if not view_id and not external_id:
        raise invalid("missing required field: view_id or external_id")
    old = views.find(request.world, view_id, external_id)
    return {"view": views.update(request.world, old, view, arguments.text("hash"))}


def _publish(request: Request) -> Json:
    user = request.world.state.users.get(request.arguments.text("user_id"))
    if user is None or user.deleted or user.is_bot:
        raise invalid("invalid `user_id`")
    view = views.publish(request.world, user.id, _view(request), request.arguments.text("hash"))
    return {"view": view}


def _document(request: Request) -> Json:
    content = request.arguments.nested("document_content") or {"type": "markdown", "markdown": ""}
    if not isinstance(content, dict) or content.get("type") != "markdown":
        raise invalid("must be one of markdown [json-pointer:/document_content/type]")
    return content


def _create_canvas(request: Request) -> Json:
    return {"canvas_id": _new_canvas(request, _document(request))}


def _create_channel_canvas(request: Request) -> Json:
    room = the_channel(request, "channel_id")
    need_member(request, room)
    if room.canvas_id:
        raise SlackError("channel_canvas_already_exists")
    room.canvas_id = _new_canvas(request, _document(request))
    return {"canvas_id": room.canvas_id}


def _new_canvas(request: Request, content: Json) -> str:
    canvas_id = request.world.state.new_id("F")
    request.world.state.canvases[canvas_id] = {
        "title": request.arguments.text("title"),
        "content": content,
    }
    request.world.touch()
    return canvas_id


_CANVAS = ("canvases:write",)
METHODS = {
    "views.open": Method(answer=_open, tier=100),
    "views.push": Method(answer=_push, tier=100),
    "views.update": Method(answer=_update, tier=100),
    "views.publish": Method(answer=_publish, tier=100),
    "canvases.create": Method(answer=_create_canvas, tier=20, scopes=_CANVAS),
    "conversations.canvases.create": Method(answer=_create_channel_canvas, tier=20, scopes=_CANVAS),
}
