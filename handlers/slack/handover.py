"""The handover in Slack: shown again, noted for, and *I have the pager* (product.md 27)."""

from collections.abc import Callable, Mapping
from datetime import datetime

from app.chat import actions
from app.chat.blocks import button
from app.chat.message import Block
from app.chat.words import handover as words
from app.chat.words import replies
from app.flows.admit import Act, admit
from app.flows.hand_over import accept
from app.flows.note_handover import boundary_to_note, note_handover, note_of
from app.flows.review_alarm import review_alarm
from app.flows.tell.handover import draft_of, facts_of, until_of
from app.flows.tell.names import who_if
from app.flows.work import Refused, Work
from app.rules import handover as rules
from app.rules.organisation import PersonId
from handlers.slack.ask import Ask, Reply
from handlers.slack.naming import person_of
from handlers.slack.parse import read_seconds
from storage import handovers
from storage.handovers import Handover

EDIT, ACCEPT = ("edit", "note", "draft"), ("accept", "take", "ack")


def run_handover(work: Work, ask: Ask, rest: str) -> Reply:
    """`/oncall handover [edit|accept]`."""
    word = rest.strip().lower()
    if word in EDIT:
        return edit(work, ask)
    if word in ACCEPT:
        latest = handovers.latest(work.tx, work.org.out_of_hours_rota)
        if latest is None:
            admit(work, ask.by, Act.HAND_OVER)
            raise Refused("No handover was made yet. `/oncall` shows who has the pager.")
        return have_the_pager(work, ask, latest.id)
    if word:
        raise Refused(
            "Of a handover I know `/oncall handover`, which shows it, `/oncall handover edit` and "
            "`/oncall handover accept`. Nothing was changed."
        )
    return show(work, ask)


def show(work: Work, ask: Ask) -> Reply:
    """The last handover once more; to whoever hands over within a day, the draft. Before the first
    one, what the next would say."""
    person = admit(work, ask.by, Act.LOOK)
    rota_id = work.org.out_of_hours_rota
    latest = handovers.latest(work.tx, rota_id)
    boundary = rules.next_boundary(work.schedule, rota_id, work.now)
    change = rules.change_at(work.schedule, rota_id, boundary) if boundary else None
    is_near = change is not None and change.boundary - work.now <= rules.DRAFTED
    if change is not None and is_near and change.outgoing == person:
        return Reply(message=words.draft(draft_of(work, change)))
    if latest is None:
        draft = words.shown(draft_of(work, change)) if change else words.none_yet(rota_id)
        return Reply(message=draft)
    facts = facts_of(work, latest)
    return Reply(message=words.shown(facts, buttons=_buttons(facts, latest, person)))


def edit(work: Work, ask: Ask, boundary: datetime | None = None) -> Reply:
    """The form for the note, of one boundary or of the nearest that is the asker's."""
    person = admit(work, ask.by, Act.HAND_OVER)
    found = boundary or boundary_to_note(work, person)
    carry = ask.carry(boundary=str(int(found.timestamp())))
    return Reply(view=words.note_form(found, note_of(work, found), carry=carry))


def edit_that(work: Work, ask: Ask, seconds: str) -> Reply:
    return edit(work, ask, read_seconds(seconds))


def keep_note(work: Work, ask: Ask, seconds: str, text: str) -> Reply:
    """The filled form."""
    boundary = read_seconds(seconds)
    note = note_handover(work, boundary, text, by=ask.by)
    made = handovers.find(work.tx, work.org.out_of_hours_rota, boundary)
    return Reply(message=words.noted(boundary, is_posted=made is not None, note=note))


def have_the_pager(work: Work, ask: Ask, handover: int) -> Reply:
    """The incoming person's own press, or a manager's for them."""
    made = accept(work, handover, by=ask.by)
    own = made.incoming == person_of(work, ask.by)
    return Reply(
        message=replies.pager_taken(
            until_of(work, made), holder=None if own else who_if(work, made.incoming)
        )
    )


def review(work: Work, ask: Ask, alarm: str) -> Reply:
    review_alarm(work, alarm, by=ask.by)
    return Reply(message=words.reviewed(alarm))


COMMANDS: Mapping[str, Callable[[Work, Ask, str], Reply]] = {"handover": run_handover}
"""By the word of the rota command."""


def _buttons(facts: words.HandoverFacts, made: Handover, person: PersonId) -> list[Block]:
    found = []
    if made.accepted_at is None and made.incoming == person:
        take = actions.HAVE_THE_PAGER
        found.append(button("I have the pager", take, str(made.id), style="primary"))
    if made.outgoing == person:
        found.append(words.note_button(facts))
    return found
