"""Direct messages about the rota, each told as things stand when it is said."""

from collections.abc import Callable, Mapping
from typing import Any

from app.chat.message import Message
from app.flows.record import slack_account
from app.flows.tell.absences import away_for_you, calendar_failed, calendar_found
from app.flows.tell.covers import (
    asked,
    asked_for_you,
    reminder,
    shift_taken,
    still_open,
    taken,
)
from app.flows.tell.handover_letters import draft, manager_change, missed, press, soon
from app.flows.tell.moved import shifts_moved
from app.flows.tell.offers import taken_over
from app.flows.tell.on_call import out_of_step
from app.flows.tell.pay import own_pay, pay_is_there
from app.flows.tell.pool import warning
from app.flows.tell.readiness import not_ready, not_ready_manager, pager_test
from app.flows.tell.rota_digest import weekly
from app.flows.tell.swaps import swap_asked, swap_kept, swap_told, swap_undo_asked
from app.flows.tell.tours import (
    ended_for_you,
    incident_copy,
    invitation,
    not_taken_up,
    shadow_begins,
    shadow_primary,
    taken_up,
    tour_ends,
)
from app.flows.work import Work

Telling = Callable[[Work, Mapping[str, Any]], Message | None]
LETTERS: Mapping[str, Telling] = {
    "away_for_you": away_for_you,
    "calendar_found": calendar_found,
    "calendar_failed": calendar_failed,
    "out_of_step": out_of_step,
    "tour_ended_for_you": ended_for_you,
    "tour_invitation": invitation,
    "tour_taken_up": taken_up,
    "tour_not_taken_up": not_taken_up,
    "tour_ends": tour_ends,
    "shadow_primary": shadow_primary,
    "shadow_begins": shadow_begins,
    "incident_copy": incident_copy,
    "pool": warning,
    "cover_asked": asked,
    "cover_reminder": reminder,
    "cover_taken": taken,
    "cover_still_open": still_open,
    "shift_taken": shift_taken,
    "cover_asked_for_you": asked_for_you,
    "shifts_moved": shifts_moved,
    "not_ready": not_ready,
    "not_ready_manager": not_ready_manager,
    "pager_test": pager_test,
    "rota_digest": weekly,
    "taken_over": taken_over,
    "pay": own_pay,
    "pay_is_there": pay_is_there,
    "swap_asked": swap_asked,
    "swap_told": swap_told,
    "swap_undo_asked": swap_undo_asked,
    "swap_kept": swap_kept,
    "handover_soon": soon,
    "handover_draft": draft,
    "handover_press": press,
    "handover_missed": missed,
    "manager_change": manager_change,
}
"""The names are stored with what is due, so they are never renamed."""


def letter(work: Work, facts: Mapping[str, Any]) -> tuple[str | None, Message | None]:
    """The Slack account it is for, and what it says; None where there is none, or nothing."""
    return slack_account(work, facts["to"]), LETTERS[facts["what"]](work, facts)
