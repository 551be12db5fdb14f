"""`users.*` and `dnd.*`: people, and whether they want quiet."""

from app.demo.workspace import shapes
from app.demo.workspace.api.method import Method, Request, the_user, visible
from app.demo.workspace.api.paging import page
from app.demo.workspace.api.reading import rooms_listed
from app.demo.workspace.errors import SlackError
from app.demo.workspace.values import Dnd, Json, User

FAR = 2**31 - 1


def _info(request: Request) -> Json:
    who = the_user(request)
    body = shapes.user(request.world, who)
    if request.arguments.flag("include_locale") and not who.is_stranger:
        body["locale"] = "en-GB"
    return {"user": body}


def _list(request: Request) -> Json:
    """The workspace's own people; people of other teams are not in it."""
    team = request.world.state.team.id
    own = [u for u in request.world.state.users.values() if u.team_id == team]
    shown, metadata = page(own, request.arguments, default=1000)
    members = [shapes.user(request.world, who) for who in shown]
    return {
        "members": members,
        "cache_ts": int(request.world.now()),
        "response_metadata": metadata,
    }


def _lookup_by_email(request: Request) -> Json:
    address = request.arguments.text("email").strip().lower()
    for who in request.world.state.users.values():
        hidden = who.deleted or who.is_stranger
        if address and who.email.lower() == address and not hidden:
            return {"user": shapes.user(request.world, who)}
    raise SlackError("users_not_found")


def _conversations(request: Request) -> Json:
    who = request.actor
    if request.arguments.text("user"):
        who = the_user(request)
    rooms = [c for c in request.world.state.channels_of(who.id) if visible(c, request.actor)]
    body = rooms_listed(request, rooms)
    for room in body["channels"]:
        room.pop("is_member", None)
        room.pop("num_members", None)
    return body


def _get_presence(request: Request) -> Json:
    who = the_user(request) if request.arguments.text("user") else request.actor
    return {"presence": "active" if who.is_bot else who.presence}


def _profile_get(request: Request) -> Json:
    who = the_user(request) if request.arguments.text("user") else request.actor
    with_email = request.world.manifest.grants("users:read.email")
    body = shapes.profile(request.world, who, with_email=with_email)
    body.pop("team")
    return {"profile": body}


def dnd_of(who: User, now: float) -> Json:
    """Do not disturb as Slack writes it: a window that is on now, or none."""
    dnd = who.dnd
    if dnd.enabled and dnd.until and dnd.until <= now:
        who.dnd = dnd = Dnd()
    if not dnd.enabled:
        return {"dnd_enabled": False, "next_dnd_start_ts": 1, "next_dnd_end_ts": 1}
    return {
        "dnd_enabled": True,
        "next_dnd_start_ts": dnd.since,
        "next_dnd_end_ts": dnd.until or FAR,
    }


def _dnd_info(request: Request) -> Json:
    who = the_user(request) if request.arguments.text("user") else request.actor
    return dnd_of(who, request.world.now())


def _dnd_team_info(request: Request) -> Json:
    wanted = request.arguments.items("users")
    if not wanted:
        raise SlackError("users_list_not_supplied")
    if len(wanted) > 50:
        raise SlackError("too_many_users")
    users, now = request.world.state.users, request.world.now()
    return {"users": {i: dnd_of(users[i], now) for i in wanted if i in users}}


_READ = ("users:read",)
METHODS = {
    "users.info": Method(answer=_info, tier=100, scopes=_READ),
    "users.list": Method(answer=_list, tier=20, scopes=_READ),
    "users.lookupByEmail": Method(answer=_lookup_by_email, scopes=("users:read.email",)),
    "users.conversations": Method(answer=_conversations, tier=20),
    "users.getPresence": Method(answer=_get_presence, scopes=_READ),
    "users.profile.get": Method(answer=_profile_get, tier=100, scopes=("users.profile:read",)),
    "dnd.info": Method(answer=_dnd_info, scopes=("dnd:read",)),
    "dnd.teamInfo": Method(answer=_dnd_team_info, tier=20, scopes=("dnd:read",)),
}
