"""The forms people fill in. Ids of blocks stay the same, so what was typed survives an update."""

from collections.abc import Mapping, Sequence
from typing import Any

from app.chat import actions
from app.chat.blocks import context, plain_text, section
from app.chat.message import Block
from app.chat.words.escape import escape, plain
from app.chat.words.inputs import (
    OPTIONS,
    VALUE,
    View,
    input_block,
    modal,
    option,
    select,
    text_input,
)
from app.chat.words.people import Who
from app.chat.words.replies import order_of, title
from app.rules.incident import Incident
from app.rules.organisation import Service, Team

TITLE = "title"
TEXT = "text"
SERVICE = "service"
SLA = "sla"
TEAM = "team"
KIND = "kind"
INCIDENT = "incident"
UNSURE = "unsure"
NONE = "none"
WORK = "work"

TEXT_LIMIT = 2900


def declare(
    services: Sequence[tuple[Service, Team]],
    *,
    carry: Mapping[str, Any],
    told: str = "",
    chosen: Service | None = None,
    reason: str = "",
) -> View:
    """What is wrong, where, and what it threatens; `reason` explains the severity that follows."""
    blocks: list[Block] = [
        text_input(TITLE, "What is wrong?", initial=told, limit=200, hint="A few words will do."),
    ]
    if services:
        blocks.append(_pick_service(services, chosen))
    if chosen is not None and chosen.slas:
        blocks.append(_pick_sla(chosen))
    blocks.append(context(f"Severity is computed, not chosen. {escape(reason, 300)}".strip()))
    return modal(
        "Declare an incident", blocks, callback=actions.DECLARE_FORM, submit="Declare", carry=carry
    )


def update(incident: Incident, carry: Mapping[str, Any]) -> View:
    return _one_text(
        "Update",
        incident,
        "What is known now, and what happens next?",
        callback=actions.UPDATE_FORM,
        submit="Post",
        carry=carry,
        initial=incident.update_text or "",
    )


def note(incident: Incident, carry: Mapping[str, Any]) -> View:
    return _one_text(
        "I know something",
        incident,
        "What do you know?",
        callback=actions.NOTE_FORM,
        submit="Add to timeline",
        carry=carry,
        hint="It goes on the timeline, with your name.",
    )


def escalate(incident: Incident, managers: Sequence[Who], carry: Mapping[str, Any]) -> View:
    """Shows who will ring before anybody does (product.md 10)."""
    return _one_text(
        "Escalate to manager",
        incident,
        "Why is a manager needed?",
        callback=actions.ESCALATE_FORM,
        submit="Ring them now",
        carry=carry,
        hint="This text is in the page, and is read out to them.",
        above=f"This rings {order_of(managers)}.",
    )


def cancel(incident: Incident, carry: Mapping[str, Any]) -> View:
    return _one_text(
        "Cancel",
        incident,
        "Why is it a false alarm?",
        callback=actions.CANCEL_FORM,
        submit="Cancel the incident",
        carry=carry,
    )


def root_cause(incident: Incident, carry: Mapping[str, Any]) -> View:
    return _one_text(
        "Root cause",
        incident,
        "What caused it?",
        callback=actions.ROOT_CAUSE_FORM,
        submit="Save",
        carry=carry,
        initial=incident.root_cause or "",
    )


def follow_up(
    incident: Incident, teams: Sequence[Team], owner: Team | None, carry: Mapping[str, Any]
) -> View:
    work = option("Something is to be done", WORK)
    kind = {
        "type": "radio_buttons",
        "action_id": VALUE,
        "initial_option": work,
        "options": [work, option("Nothing is to be done, because …", NONE)],
    }
    blocks: list[Block] = [
        section(title(incident)),
        input_block(KIND, "Follow-up", kind),
        text_input(TEXT, "What, or why nothing?", limit=TEXT_LIMIT, lines=True),
    ]
    if teams:
        blocks.append(
            input_block(
                TEAM,
                "Which team?",
                select([option(team.name, team.id) for team in teams], owner.id if owner else None),
                optional=True,
            )
        )
    return modal("Follow-up", blocks, callback=actions.FOLLOW_UP_FORM, submit="Add", carry=carry)


def add_to_incident(open_ones: Sequence[Incident], told: str, carry: Mapping[str, Any]) -> View:
    """Puts a message from anywhere on an incident's timeline."""
    choices = [option(f"{each.key} {each.title}", str(each.id)) for each in open_ones[:OPTIONS]]
    first = choices[0]["value"] if len(choices) == 1 else None
    return modal(
        "Add to incident",
        [
            input_block(INCIDENT, "Which incident?", select(choices, first)),
            text_input(
                TEXT, "What goes on its timeline", initial=told, limit=TEXT_LIMIT, lines=True
            ),
        ],
        callback=actions.ADD_TO_INCIDENT_FORM,
        submit="Add",
        carry=carry,
    )


def _one_text(
    heading: str,
    incident: Incident,
    label: str,
    *,
    callback: str,
    submit: str,
    carry: Mapping[str, Any],
    initial: str = "",
    hint: str = "",
    above: str = "",
) -> View:
    blocks: list[Block] = [section("\n".join(filter(None, (title(incident), above))))]
    blocks.append(text_input(TEXT, label, initial=initial, hint=hint, limit=TEXT_LIMIT, lines=True))
    return modal(heading, blocks, callback=callback, submit=submit, carry=carry)


def _pick_service(services: Sequence[tuple[Service, Team]], chosen: Service | None) -> Block:
    by_team: dict[str, list[dict[str, Any]]] = {}
    for service, team in services:
        by_team.setdefault(team.name, []).append(option(service.name, service.id))
    element: dict[str, Any] = {
        "type": "static_select",
        "action_id": actions.PICK_SERVICE,
        "placeholder": plain_text("Choose a service"),
        "option_groups": [
            {"label": plain_text(plain(name, 75) or "Team"), "options": options[:OPTIONS]}
            for name, options in list(by_team.items())[:OPTIONS]
        ],
    }
    if chosen is not None:
        element["initial_option"] = option(chosen.name, chosen.id)
    block = input_block(SERVICE, "Where?", element, optional=True, hint="Its owners are told.")
    return {**block, "dispatch_action": True}


def _pick_sla(service: Service) -> Block:
    """One block per service: a choice made for another service must not stay chosen."""
    options = [
        option(f"{sla.text} (core)" if sla.core else sla.text, sla.id)
        for sla in service.slas[: OPTIONS - 1]
    ]
    element = select([*options, option("I am not sure", UNSURE)], None)
    element["action_id"] = actions.PICK_SLA
    block = input_block(
        f"{SLA}:{service.id}"[:255], "What does it threaten?", element, optional=True
    )
    return {**block, "dispatch_action": True}
