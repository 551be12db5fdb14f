"""What must be true of every message, whatever it is about."""

import re

from app.chat.message import Message
from app.chat.validate import complaints, texts
from app.demo.workspace.blockkit.check import check_message_blocks

OURS = re.compile(
    r"<!date\^\d+\^(?:\{date_short_pretty\} )?\{time\}\|[0-9A-Za-z:, ]+ UTC>"
    r"|<https://grafana\.acme\.test/d+\|Dashboard>"
    r"|<https://runbooks\.acme\.test/[a-z-]+\|Runbook>"
    r"|<#C0INCIDENT>"
    r"|<@U0?(?:ANA|BEN|CHI|MIA|NOOR)>"
)
ENTITY = re.compile("&(?:amp|lt|gt);")


def assert_sound(message: Message) -> None:
    """Within Slack's limits by two readings, and every `<…>` in it is one of ours."""
    assert complaints(message) == []
    check_message_blocks([dict(block) for block in message.blocks])
    for text in [message.text, *texts(message.blocks)]:
        rest = OURS.sub("", text)
        assert "<" not in rest, rest
        assert ">" not in rest, rest
        assert "&" not in ENTITY.sub("", rest), rest
        assert text.encode(), "no half characters"
    for text in texts(message.blocks):
        assert text.strip()


def lines_of(message: Message) -> list[str]:
    """The lines a reader sees, buttons aside."""
    shown = [
        text for block in message.blocks if block["type"] != "actions" for text in texts([block])
    ]
    return "\n".join(shown).split("\n")


def buttons_of(message: Message) -> list[str]:
    """The labels of the row of buttons."""
    return [
        element["text"]["text"]
        for block in message.blocks
        if block["type"] == "actions"
        for element in block["elements"]
    ]


def values_of(message: Message) -> set[str]:
    """The values that the buttons carry."""
    return {
        element["value"]
        for block in message.blocks
        if block["type"] == "actions"
        for element in block["elements"]
        if "value" in element
    }
