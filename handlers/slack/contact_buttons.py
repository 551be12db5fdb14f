"""The buttons inside the form of contact methods; each puts another form in its place."""

from collections.abc import Callable
from typing import TypeAlias

from slack_bolt.async_app import AsyncAck, AsyncApp

from app.chat import actions
from app.flows.work import Work
from handlers.slack.ask import Ask, Body, Reply
from handlers.slack.buttons import numbers, pressed
from handlers.slack.contacts import ContactForms
from handlers.slack.desk import Desk

Press: TypeAlias = Callable[[Work, Ask, str], Reply]


def register(bolt: AsyncApp, desk: Desk, contacts: ContactForms) -> None:
    """Listen to add, send code and remove."""

    def listen(action: str, press: Press) -> None:
        @bolt.action(action)
        async def on_press(ack: AsyncAck, body: Body) -> None:
            ask, value = desk.ask(body), pressed(body)
            reply = await desk.decide(body, lambda work: press(work, ask, value))
            await desk.answer_click(ack, body, reply)

    listen(actions.ADD_CONTACT, lambda work, ask, value: contacts.ask_for_one(work, ask))
    listen(
        actions.SEND_CODE,
        lambda work, ask, value: contacts.send_code(work, ask, numbers(value)[0]),
    )
    listen(
        actions.REMOVE_CONTACT,
        lambda work, ask, value: contacts.remove(work, ask, numbers(value)[0]),
    )
