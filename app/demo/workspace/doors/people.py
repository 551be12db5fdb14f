"""New people: somebody joins the company while the workspace runs."""

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from aiohttp import web

from app.demo.workspace import events
from app.demo.workspace.company import KINDS, Person, add_person
from app.demo.workspace.doors.json_door import lever
from app.demo.workspace.errors import Refused
from app.demo.workspace.values import Json
from app.demo.workspace.world import World


def routes(world: World) -> list[web.RouteDef]:
    async def join_company(request: web.Request, body: Json) -> Json:
        del request
        person = _person(body)
        if world.state.user_called(person.handle) is not None:
            raise Refused(f"Somebody here is already called {person.handle}.")
        user = add_person(world.state, person, world.now())
        general = world.state.channel_called("#general")
        if general is not None and person.kind in ("member", "admin"):
            general.members.append(user.id)
        events.team_joined(world, user)
        world.touch()
        return {"ok": True, "user": user.id}

    return [web.post("/_workspace/people", lever(join_company))]


def _person(body: Json) -> Person:
    handle = str(body.get("name", "")).removeprefix("@").lower()
    if not handle.replace("-", "").replace("_", "").replace(".", "").isalnum():
        raise Refused("`name` is the new person's handle: letters, digits, dots, dashes.")
    kind = body.get("kind", "member")
    if kind not in KINDS:
        raise Refused(f"`kind` is one of {', '.join(KINDS)}.")
    zone = str(body.get("tz", "Europe/Dublin"))
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError):
        raise Refused(f"{zone!r} is no time zone; write it as Europe/Dublin.") from None
    return Person(
        handle=handle,
        name=str(body.get("real_name") or handle.title()),
        title=str(body.get("title", "")),
        tz=zone,
        kind=kind,
    )
