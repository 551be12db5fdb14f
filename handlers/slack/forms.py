"""Forms as they come back: what was filled in goes to the same acts as a command would."""

import functools
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, TypeAlias

from slack_bolt.async_app import AsyncAck, AsyncApp

from app.chat import actions
from app.chat.words import away as away_words
from app.chat.words import contact_forms
from app.chat.words import cover as cover_words
from app.chat.words import forms as words
from app.chat.words import handover as handover_words
from app.chat.words import swap as swap_words
from app.chat.words.inputs import VALUE
from app.flows.work import Work
from handlers.slack import acts, away, cover, handover, inc, swap, take
from handlers.slack.ask import Ask, Body, Deed, Reply, carried
from handlers.slack.contacts import ContactForms
from handlers.slack.desk import Desk
from handlers.slack.parse import read_seconds, storable

MOST = 10**9
"""No number that a form carries is as large."""

Fill: TypeAlias = Callable[[Work, Ask, "Filled"], Reply]


class Filled:
    """What stands in a form, by block; all of it is foreign."""

    def __init__(self, body: Body) -> None:
        self.carried = carried(body)
        state = (body.get("view") or {}).get("state") or {}
        self._values: Mapping[str, Mapping[str, Any]] = state.get("values") or {}

    @property
    def incident(self) -> int:
        """The incident the form was opened for; 0 is nobody's."""
        return self.number("incident")

    def number(self, name: str) -> int:
        """The number of something that the form was opened for; 0 is nothing's."""
        found = self.carried.get(name)
        return found if isinstance(found, int) and 0 < found < MOST else 0

    def carried_text(self, name: str) -> str | None:
        found = self.carried.get(name)
        return storable(found) if isinstance(found, str) else None

    def carried_instant(self, name: str) -> datetime:
        """Refused where none of ours was brought back."""
        return read_seconds(str(self.carried.get(name)))

    def text(self, block: str) -> str:
        found = self._values.get(block, {}).get(VALUE, {})
        return storable(str(found.get("value") or "")).strip()

    def choice(self, block: str, action: str = VALUE) -> str | None:
        found = self._values.get(block, {}).get(action, {}).get("selected_option")
        return str(found["value"]) if found else None

    def instant(self, block: str) -> datetime | None:
        """What a date and time was set to, if it was."""
        found = self._values.get(block, {}).get(VALUE, {}).get("selected_date_time")
        return None if found is None else read_seconds(str(found))

    @property
    def service(self) -> str | None:
        return self.choice(words.SERVICE, actions.PICK_SERVICE)

    @property
    def sla(self) -> str | None:
        """Only the chosen service's own: its block is named after it."""
        block = f"{words.SLA}:{self.service}"[:255]
        found = self.choice(block, actions.PICK_SLA)
        return None if found == words.UNSURE else found


def register(bolt: AsyncApp, desk: Desk, contacts: ContactForms) -> None:
    """Listen to every form's submission, and to the choices that change a form."""

    def listen(callback: str, fill: Fill, *, block: str | None) -> None:
        @bolt.view(callback)
        async def on_submit(ack: AsyncAck, body: Body) -> None:
            ask, filled = desk.ask(body), Filled(body)
            reply = await desk.decide(body, lambda work: fill(work, ask, filled))
            await desk.answer_form(ack, reply, block=block, back=ask.back)

    for callback, act in ONE_TEXT.items():
        listen(callback, functools.partial(_one_text, act), block=words.TEXT)
    listen(actions.DECLARE_FORM, _declare, block=words.TITLE)
    listen(actions.FOLLOW_UP_FORM, _follow_up, block=words.TEXT)
    listen(actions.ADD_TO_INCIDENT_FORM, _add_to_incident, block=words.TEXT)
    listen(
        actions.ADD_CONTACT_FORM,
        lambda work, ask, filled: contacts.add(
            work,
            ask,
            filled.choice(contact_forms.METHOD) or "",
            filled.text(contact_forms.ADDRESS),
        ),
        block=contact_forms.ADDRESS,
    )
    listen(
        actions.VERIFY_CONTACT_FORM,
        lambda work, ask, filled: contacts.verify(
            work, ask, filled.number("contact"), filled.text(contact_forms.CODE)
        ),
        block=contact_forms.CODE,
    )
    listen(actions.COVER_FORM, _ask_for_cover, block=cover_words.TO)
    listen(actions.TAKE_PART_FORM, _take_part, block=cover_words.TO)
    listen(actions.SWAP_FORM, _propose_swap, block=swap_words.THEIRS)
    listen(actions.TAKE_FORM, _take_chosen, block=cover_words.TO)
    listen(actions.NOTE_HANDOVER_FORM, _note_handover, block=handover_words.NOTE)
    listen(actions.AWAY_FORM, _ask_away, block=away_words.TO)
    listen(actions.AWAY_CONFIRM, _away, block=None)
    listen(actions.BACK_CONFIRM, _back, block=None)

    @bolt.action(actions.PICK_SERVICE)
    @bolt.action(actions.PICK_SLA)
    async def on_pick(ack: AsyncAck, body: Body) -> None:
        ask, filled = desk.ask(body), Filled(body)
        deed: Deed = functools.partial(_chosen, ask=ask, filled=filled)
        await desk.answer_click(ack, body, await desk.decide(body, deed, reads=True))


ONE_TEXT: Mapping[str, acts.IncidentAct] = {
    actions.UPDATE_FORM: acts.post_update,
    actions.NOTE_FORM: acts.add_note,
    actions.ESCALATE_FORM: acts.escalate,
    actions.CANCEL_FORM: acts.call_off,
    actions.ROOT_CAUSE_FORM: acts.root_cause,
}
"""Forms with one text about the incident they were opened for."""


def _one_text(act: acts.IncidentAct, work: Work, ask: Ask, filled: Filled) -> Reply:
    return act(work, ask, filled.incident, filled.text(words.TEXT))


def _declare(work: Work, ask: Ask, filled: Filled) -> Reply:
    return inc.open_new(
        work, ask, filled.text(words.TITLE), service=filled.service, sla=filled.sla, guess=False
    )


def _chosen(work: Work, ask: Ask, filled: Filled) -> Reply:
    """The declare form once more, with the severity that follows from the choice."""
    return inc.declare_form(
        work, ask, told=filled.text(words.TITLE), service=filled.service, sla=filled.sla
    )


def _follow_up(work: Work, ask: Ask, filled: Filled) -> Reply:
    return acts.follow_up(
        work,
        ask,
        filled.incident,
        filled.text(words.TEXT),
        team=filled.choice(words.TEAM),
        none_because=filled.choice(words.KIND) == words.NONE,
    )


def _ask_for_cover(work: Work, ask: Ask, filled: Filled) -> Reply:
    return cover.ask_pool(
        work,
        ask,
        filled.choice(cover_words.SHIFT) or "",
        start=filled.instant(cover_words.FROM),
        end=filled.instant(cover_words.TO),
        why=filled.text(cover_words.REASON),
        person=filled.carried_text("person"),
    )


def _take_part(work: Work, ask: Ask, filled: Filled) -> Reply:
    return cover.take(
        work,
        ask,
        filled.number("request"),
        start=filled.instant(cover_words.FROM),
        end=filled.instant(cover_words.TO),
    )


def _propose_swap(work: Work, ask: Ask, filled: Filled) -> Reply:
    return swap.propose(
        work,
        ask,
        filled.choice(swap_words.MINE) or "",
        filled.choice(swap_words.THEIRS) or "",
        why=filled.text(swap_words.REASON),
        person=filled.carried_text("person"),
    )


def _take_chosen(work: Work, ask: Ask, filled: Filled) -> Reply:
    return take.take_chosen(
        work,
        ask,
        filled.choice(cover_words.SHIFT) or "",
        start=filled.instant(cover_words.FROM),
        end=filled.instant(cover_words.TO),
        person=filled.carried_text("person"),
    )


def _note_handover(work: Work, ask: Ask, filled: Filled) -> Reply:
    note = filled.text(handover_words.NOTE)
    return handover.keep_note(work, ask, filled.carried_text("boundary") or "", note)


def _ask_away(work: Work, ask: Ask, filled: Filled) -> Reply:
    return away.ask_away(
        work,
        ask,
        start=filled.instant(away_words.FROM),
        end=filled.instant(away_words.TO),
        note=filled.text(away_words.WHY),
        person=filled.carried_text("person"),
    )


def _away(work: Work, ask: Ask, filled: Filled) -> Reply:
    return away.save(
        work,
        ask,
        start=filled.carried_instant("start"),
        end=filled.carried_instant("end"),
        note=filled.carried_text("note") or "",
        person=filled.carried_text("person"),
    )


def _back(work: Work, ask: Ask, filled: Filled) -> Reply:
    return away.remove(work, ask, filled.number("absence"))


def _add_to_incident(work: Work, ask: Ask, filled: Filled) -> Reply:
    chosen = filled.choice(words.INCIDENT) or ""
    number = int(chosen) if chosen.isascii() and chosen.isdigit() else 0
    return acts.add_note(work, ask, number, filled.text(words.TEXT))
