"""`auth.*`, `api.test`, `team.info`, `bots.info`: who is calling, and where."""

from app.demo.workspace.api.method import Method, Request
from app.demo.workspace.errors import SlackError
from app.demo.workspace.values import Json

_ICON_SIZES = (34, 44, 68, 88, 102, 132, 230)


def _auth_test(request: Request) -> Json:
    state = request.world.state
    return {
        "url": f"https://{state.team.domain}.slack.com/",
        "team": state.team.name,
        "user": request.actor.name,
        "team_id": state.team.id,
        "user_id": request.actor.id,
        "bot_id": request.actor.bot_id,
        "is_enterprise_install": False,
        "app_id": state.app.id,
        "app_name": state.app.name,
    }


def _api_test(request: Request) -> Json:
    arguments = dict(request.arguments.values)
    if error := request.arguments.text("error"):
        raise SlackError(error, args=arguments)
    return {"args": arguments} if arguments else {}


def _team_info(request: Request) -> Json:
    world, team = request.world, request.world.state.team
    if request.arguments.text("team", team.id) != team.id:
        raise SlackError("team_not_found")
    icon = {f"image_{size}": f"{world.url}/_workspace/team-icon" for size in _ICON_SIZES}
    return {
        "team": {
            "id": team.id,
            "name": team.name,
            "url": f"https://{team.domain}.slack.com/",
            "domain": team.domain,
            "email_domain": f"{team.domain}.test",
            "icon": icon | {"image_default": True},
            "is_verified": False,
        }
    }


def _bots_info(request: Request) -> Json:
    state = request.world.state
    wanted = request.arguments.text("bot", state.app.bot_id)
    bot = next((u for u in state.users.values() if u.bot_id and u.bot_id == wanted), None)
    if bot is None:
        raise SlackError("bot_not_found")
    return {
        "bot": {
            "id": bot.bot_id,
            "deleted": bot.deleted,
            "name": bot.real_name,
            "updated": bot.updated,
            "app_id": state.app.id if bot.bot_id == state.app.bot_id else "A07OTHERAPP",
            "user_id": bot.id,
            "icons": {
                f"image_{size}": f"{request.world.url}/_workspace/avatar/{bot.id}"
                for size in (36, 48, 72)
            },
        }
    }


METHODS = {
    "auth.test": Method(answer=_auth_test, tier=None),
    "api.test": Method(answer=_api_test, tier=100),
    "team.info": Method(answer=_team_info, scopes=("team:read",)),
    "bots.info": Method(answer=_bots_info, scopes=("users:read",)),
}
