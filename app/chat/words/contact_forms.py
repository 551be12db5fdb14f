"""The private form for contact methods: what there is, adding one, proving one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.chat import actions
from app.chat.blocks import actions as row
from app.chat.blocks import button, context, section
from app.chat.message import Block, Message
from app.chat.words.escape import escape
from app.chat.words.inputs import View, choice, modal, text_input
from app.chat.words.methods import way

METHOD = "method"
ADDRESS = "address"
CODE = "code"
METHODS = (("Push to my phone", "push"), ("E-mail", "email"))
"""What a person can add by themselves today: (what is read, the method)."""
HINT = (
    "Push: ntfys://ntfy.sh/your-topic, gotifys://gotify.example.com/token or "
    "pover://userkey@token. E-mail: your address."
)
MOST = 12


@dataclass(frozen=True, kw_only=True)
class Held:
    """A contact method as its owner may see it: the address itself is shown nowhere."""

    id: int
    method: str
    hint: str
    verified: bool


def contacts(
    held: Sequence[Held], *, slack: bool, carry: Mapping[str, Any], told: str = ""
) -> View:
    """Everything there is, with what can be done about each."""
    blocks: list[Block] = []
    if said := escape(told, 500):
        blocks.append(section(said))
    if slack:
        blocks.append(section("*Slack*: always rings, except in do-not-disturb."))
    for each in held[:MOST]:
        blocks += _one(each)
    if not held:
        blocks.append(section("There is nothing yet that can wake you. Add a push to your phone."))
    blocks.append(row([button("Add one", actions.ADD_CONTACT, style="primary")]))
    blocks.append(
        context(
            "Addresses are kept encrypted and shown to nobody. A new one rings only "
            "once the code that is sent to it was entered here."
        )
    )
    return modal(
        "Contact methods",
        blocks,
        callback=actions.CONTACTS_FORM,
        submit=None,
        close="Done",
        carry=carry,
    )


def add(carry: Mapping[str, Any]) -> View:
    return modal(
        "Add a contact method",
        [
            choice(METHOD, "What is it?", METHODS),
            text_input(ADDRESS, "Its address", limit=500, hint=HINT),
        ],
        callback=actions.ADD_CONTACT_FORM,
        submit="Add",
        carry=carry,
    )


def verify(hint: str, carry: Mapping[str, Any]) -> View:
    """Asks for the code that was just sent."""
    return modal(
        "Enter the code",
        [
            section(
                f"A six-digit code is on its way to {escape(hint, 60)}. It is good for ten minutes."
            ),
            text_input(CODE, "Code", limit=12, placeholder="123456"),
        ],
        callback=actions.VERIFY_CONTACT_FORM,
        submit="Verify",
        carry=carry,
    )


def wrong(sentence: str) -> Message:
    return Message(text=sentence)


def _one(each: Held) -> list[Block]:
    state = "verified, rings" if each.verified else "not verified, does not ring"
    buttons = (
        []
        if each.verified
        else [
            button("Send code", actions.SEND_CODE, str(each.id), style="primary"),
        ]
    )
    buttons.append(button("Remove", actions.REMOVE_CONTACT, str(each.id), style="danger"))
    return [
        section(f"*{way(each.method, each.hint)}*: {state}"),
        row(buttons),
    ]
