"""Reminders about the rota that have come due: each is a look at how things stand by then."""

from collections.abc import Callable, Mapping
from typing import Any

from app.flows.change_manager import change_manager
from app.flows.cover import remind_of_cover
from app.flows.invitations import end_invitation
from app.flows.keep_days import begin_day, end_day
from app.flows.look_ahead import look_ahead
from app.flows.miss_press import remind_of_press, tell_missed_press
from app.flows.prepare_handover import remind_of_handover
from app.flows.readiness import look_at_readiness
from app.flows.rota_digest import write_digest
from app.flows.shadow import shadow_begins
from app.flows.swap import remind_of_swap
from app.flows.tour_notices import tour_notice
from app.flows.watch_pool import watch_pool
from app.flows.work import Work

REMINDERS: Mapping[str, Callable[[Work, Mapping[str, Any]], None]] = {
    "cover": remind_of_cover,
    "tour_invitation": end_invitation,
    "readiness": look_at_readiness,
    "rota_digest": write_digest,
    "swap": remind_of_swap,
    "tour_notice": tour_notice,
    "pool": watch_pool,
    "shadow": shadow_begins,
    "look_ahead": look_ahead,
    "manager_change": change_manager,
    "morning": begin_day,
    "evening": end_day,
    "handover_soon": remind_of_handover,
    "handover_draft": remind_of_handover,
    "handover_press": remind_of_press,
    "handover_missed": tell_missed_press,
}
"""By what they are about; the names are stored, so they are never renamed."""


def remind(work: Work, facts: Mapping[str, Any]) -> None:
    REMINDERS[facts["what"]](work, facts)
