"""A small app on Slack's Python framework, with a note of what reached it."""

from dataclasses import dataclass, field
from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from app.demo.workspace import Workspace

Json = dict[str, Any]
FORM: Json = {
    "type": "modal",
    "callback_id": "form",
    "notify_on_close": True,
    "title": {"type": "plain_text", "text": "A form"},
    "submit": {"type": "plain_text", "text": "Send"},
    "blocks": [
        {
            "type": "input",
            "block_id": "what",
            "label": {"type": "plain_text", "text": "What"},
            "element": {"type": "plain_text_input", "action_id": "what"},
        }
    ],
}
BUTTON: list[Json] = [
    {
        "type": "actions",
        "block_id": "row",
        "elements": [
            {
                "type": "button",
                "action_id": "press",
                "value": "1",
                "text": {"type": "plain_text", "text": "Press"},
            }
        ],
    }
]


@dataclass
class Notes:
    """`answer` is what the form's listener will answer; the rest is what came in."""

    events: list[Json] = field(default_factory=list)
    commands: list[Json] = field(default_factory=list)
    actions: list[Json] = field(default_factory=list)
    forms: list[Json] = field(default_factory=list)
    closed: list[Json] = field(default_factory=list)
    shortcuts: list[Json] = field(default_factory=list)
    headers: list[Json] = field(default_factory=list)
    answer: Json = field(default_factory=dict)
    broken: bool = False


def bolt_app(workspace: Workspace, *, signing_secret: str = "") -> tuple[AsyncApp, Notes]:
    client = AsyncWebClient(workspace.bot_token, base_url=workspace.api_url, retry_handlers=[])
    app = AsyncApp(
        client=client, signing_secret=signing_secret or None, process_before_response=True
    )
    notes = Notes()
    _listen(app, notes)
    return app, notes


def _listen(app: AsyncApp, notes: Notes) -> None:
    @app.command("/say")
    async def on_command(ack: Any, body: Json) -> None:
        notes.commands.append(body)
        await ack(f"You said {body['text']}")

    @app.command("/silent")
    async def on_silent(body: Json) -> None:
        notes.commands.append(body)

    @app.action("press")
    async def on_press(ack: Any, body: Json, client: AsyncWebClient) -> None:
        notes.actions.append(body)
        await client.views_open(trigger_id=body["trigger_id"], view=FORM)
        await ack()

    @app.view("form")
    async def on_form(ack: Any, body: Json) -> None:
        notes.forms.append(body)
        await ack(**notes.answer)

    @app.view_closed("form")
    async def on_closed(ack: Any, body: Json) -> None:
        notes.closed.append(body)
        await ack()

    @app.shortcut("declare")
    async def on_shortcut(ack: Any, body: Json) -> None:
        notes.shortcuts.append(body)
        await ack()

    @app.options("pick")
    async def on_options(ack: Any, body: Json) -> None:
        option = {"text": {"type": "plain_text", "text": body["value"]}, "value": "v"}
        await ack(options=[option])

    @app.event({"type": "message", "subtype": None})
    @app.event({"type": "reaction_added"})
    @app.event({"type": "app_home_opened"})
    @app.event({"type": "app_mention"})
    async def on_event(body: Json, request: Any) -> None:
        notes.headers.append(request.headers)
        if notes.broken:
            raise RuntimeError("This listener is broken on purpose.")
        notes.events.append(body["event"])
