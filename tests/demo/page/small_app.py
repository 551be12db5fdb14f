"""A small app with a command, a form of two steps, buttons, a Home tab and suggestions."""

from dataclasses import dataclass, field
from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from app.demo.workspace import Workspace

Json = dict[str, Any]
MANIFEST: Json = {
    "display_information": {"name": "Pager"},
    "features": {
        "bot_user": {"display_name": "Pager"},
        "app_home": {"home_tab_enabled": True, "messages_tab_enabled": True},
        "slash_commands": [
            {"command": "/say", "description": "Says it back", "usage_hint": "[words]"},
            {"command": "/form", "description": "Opens the form"},
            {"command": "/silent", "description": "Never answers"},
        ],
        "shortcuts": [
            {"name": "Take this along", "type": "message", "callback_id": "take",
             "description": "Opens the form"},
        ],
    },
    "oauth_config": {"scopes": {"bot": [
        "chat:write", "chat:write.public", "commands", "users:read", "channels:read",
        "channels:history", "channels:manage", "groups:read", "im:read", "im:write",
        "pins:write", "pins:read", "bookmarks:write", "bookmarks:read", "reactions:write",
    ]}},
    "settings": {
        "event_subscriptions": {"bot_events": ["app_home_opened"]},
        "interactivity": {"is_enabled": True},
        "socket_mode_enabled": True,
    },
}  # fmt: skip


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def words(text: str) -> Json:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


def option(text: str) -> Json:
    return {"text": plain(text), "value": text.lower()}


def asks(name: str, label: str, element: Json, *, optional: bool = False) -> Json:
    return {
        "type": "input", "block_id": name, "label": plain(label), "optional": optional,
        "element": {"action_id": name, **element},
    }  # fmt: skip


def button(name: str, text: str, **more: Any) -> Json:
    return {"type": "button", "action_id": name, "text": plain(text), "value": name, **more}


SERVICES = [option("Loads"), option("Reports"), option("Website")]
FORM: Json = {
    "type": "modal", "callback_id": "form", "title": plain("Declare"), "submit": plain("Send"),
    "close": plain("Cancel"), "notify_on_close": True,
    "blocks": [
        asks("what", "What is happening?", {"type": "plain_text_input"}),
        asks("service", "Service", {"type": "static_select", "options": SERVICES}),
        asks("alarm", "Alarm", {"type": "external_select", "min_query_length": 1}, optional=True),
        asks("people", "People", {"type": "multi_users_select"}, optional=True),
        asks("sure", "Sure?", {"type": "radio_buttons", "options": [option("Yes"), option("No")]}),
        asks("flags", "Flags", {"type": "checkboxes", "options": [option("Loud")]}, optional=True),
        asks("day", "Day", {"type": "datepicker"}, optional=True),
        {"type": "actions", "block_id": "row", "elements": [button("more", "More…")]},
    ],
}  # fmt: skip
SECOND: Json = {
    "type": "modal", "callback_id": "second", "title": plain("More"), "submit": plain("Add"),
    "blocks": [asks("link", "Runbook", {"type": "url_text_input"})],
}  # fmt: skip
HOME: Json = {
    "type": "home",
    "blocks": [
        words("*You are on call.* Sleep well."),
        {"type": "actions", "block_id": "home-row", "elements": [button("declare", "Declare")]},
    ],
}
CARD: list[Json] = [
    words(":rotating_light: *INC-12* the loads are late"),
    {"type": "actions", "block_id": "card", "elements": [
        button("take-it", "Acknowledge", style="primary"),
        button("wake", "Escalate", style="danger", confirm={
            "title": plain("Wake Mia?"), "text": plain("Her phone rings at once."),
            "confirm": plain("Wake her"), "deny": plain("Not yet"),
        }),
        button("hang", "Hang"),
    ]},
]  # fmt: skip


@dataclass
class Heard:
    """What reached the app, in order."""

    actions: list[Json] = field(default_factory=list)
    forms: list[Json] = field(default_factory=list)
    closed: list[str] = field(default_factory=list)
    shortcuts: list[Json] = field(default_factory=list)

    def pressed(self) -> list[str]:
        return [action["action_id"] for action in self.actions]


def small_app(workspace: Workspace) -> tuple[AsyncApp, Heard]:
    client = AsyncWebClient(workspace.bot_token, base_url=workspace.api_url, retry_handlers=[])
    app = AsyncApp(client=client, process_before_response=True)
    heard = Heard()
    _commands(app)
    _buttons(app, heard)
    _forms(app, heard)
    return app, heard


def _commands(app: AsyncApp) -> None:
    @app.command("/say")
    async def on_say(ack: Any, body: Json) -> None:
        await ack(f"You said *{body['text']}*")

    @app.command("/form")
    async def on_form(ack: Any, body: Json, client: AsyncWebClient) -> None:
        await client.views_open(trigger_id=body["trigger_id"], view=FORM)
        await ack()

    @app.command("/silent")
    async def on_silent() -> None:
        """Nothing is acknowledged, so the person sees a failure."""

    @app.event("app_home_opened")
    async def on_home(event: Json, client: AsyncWebClient) -> None:
        await client.views_publish(user_id=event["user"], view=HOME)


def _buttons(app: AsyncApp, heard: Heard) -> None:
    @app.action("hang")
    async def on_hang() -> None:
        """Never acknowledged either."""

    @app.action("more")
    async def on_more(ack: Any, body: Json, client: AsyncWebClient) -> None:
        await client.views_push(trigger_id=body["trigger_id"], view=SECOND)
        await ack()

    async def on_press(ack: Any, action: Json) -> None:
        heard.actions.append(action)
        await ack()

    for name in ("take-it", "wake", "declare"):
        app.action(name)(on_press)

    @app.shortcut("take")
    async def on_shortcut(ack: Any, body: Json, client: AsyncWebClient) -> None:
        heard.shortcuts.append(body)
        await client.views_open(trigger_id=body["trigger_id"], view=FORM)
        await ack()

    @app.options("alarm")
    async def on_options(ack: Any, payload: Json) -> None:
        await ack(options=[option(f"{payload['value']} is late")])


def _forms(app: AsyncApp, heard: Heard) -> None:
    @app.view("form")
    async def on_form(ack: Any, view: Json) -> None:
        values = view["state"]["values"]
        if len(values["what"]["what"]["value"]) < 10:
            await ack(response_action="errors", errors={"what": "Ten letters at least, please."})
            return
        heard.forms.append(values)
        await ack()

    @app.view("second")
    async def on_second(ack: Any) -> None:
        await ack()

    @app.view_closed("form")
    async def on_closed(ack: Any, view: Json) -> None:
        heard.closed.append(view["callback_id"])
        await ack()
