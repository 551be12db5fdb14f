"""Services, alarms, heartbeats, intakes: each mistake and doubt in words."""

import pytest

from app.rules.organisation import Due, Intake
from tests.organisation.edits import expect_problem, expect_warning, read_changed

PROBLEMS: dict[str, tuple[list[tuple[str, str]], str, str]] = {
    "two services with one id": (
        [('id = "report-builder"', 'id = "nightly-elt"')],
        "",
        'service[1].id: service "nightly-elt" stands at service[0].id already. '
        "Give one of them another name, or remove it.",
    ),
    "a service of nobody": (
        [('team = "data-infra"', 'team = "data"')],
        "",
        'service[0].team: there is no team "data". There is "data-infra".',
    ),
    "two SLAs with one id": (
        [
            (
                '[[service]]\nid = "report',
                '[[service.sla]]\nid = "elt-fresh"\ntext = "again"\n\n[[service]]\nid = "report',
            )
        ],
        "",
        'service[0].sla[1].id: SLA "elt-fresh" stands at service[0].sla[0].id already. '
        "Give one of them another name, or remove it.",
    ),
    "two alarms with one key": (
        [('key = "ReportSlow"', 'key = "EltLate"')],
        "",
        'alarm[1].key: alarm "EltLate" stands at alarm[0].key already. '
        "Give one of them another name, or remove it.",
    ),
    "an alarm of an unknown service": (
        [('service = "report-builder"', 'service = "reports"')],
        "",
        'alarm[1].service: there is no service "reports". '
        'There are "nightly-elt" and "report-builder".',
    ),
    "an unknown SLA": (
        [('threatens = "elt-fresh"', 'threatens = "elt-freh"')],
        "",
        'alarm[0].threatens: service "nightly-elt" has no SLA "elt-freh". '
        'Did you mean "elt-fresh"?',
    ),
    "the SLA of another service": (
        [('severity = "P3" ', 'threatens = "elt-fresh" ')],
        "",
        'alarm[1].threatens: service "report-builder" has no SLA "elt-fresh". It is an SLA of '
        '"nightly-elt"; only the service\'s own can be threatened.',
    ),
    "a severity that would be ignored": (
        [('threatens = "elt-fresh"', 'threatens = "elt-fresh"\nseverity = "P3"')],
        "",
        "alarm[0].severity: is computed where an SLA is threatened, so it would be ignored. "
        "Leave severity out, or threatens.",
    ),
    "neither SLA nor severity": (
        [('severity = "P3"', "")],
        "",
        "alarm[1]: says neither what it threatens nor how severe it is. "
        'Name the SLA with threatens, or write severity = "P3".',
    ),
    "no runbook": (
        [('runbook = "https://runbooks.acme.test/report-slow"', "")],
        "",
        "alarm[1].runbook: is missing. Say where it is written what to do.",
    ),
    "no action": (
        [('action = "Look at the queue in the morning"', "")],
        "",
        "alarm[1].action: is missing. Say in a sentence what a human does.",
    ),
    "an alarm of nobody": (
        [('service = "report-builder"', "")],
        "",
        'alarm[1].service: is missing. Write service = "data-infra".',
    ),
    "a proposer who approves": (
        [('approved_by = "ana@acme.test"', 'approved_by = "Ben@acme.test"')],
        "",
        'alarm[1].approved_by: "ben@acme.test" proposed this alarm and cannot approve it. '
        "Somebody else approves, or leave approved_by out.",
    ),
    "a proposer who approves by another name": (
        [
            ('email = "ben@acme.test"', 'email = "ben@acme.test"\nslack_id = "U012AB3CD"'),
            ('approved_by = "ana@acme.test"', 'approved_by = "U012AB3CD"'),
        ],
        "",
        'alarm[1].approved_by: "U012AB3CD" proposed this alarm and cannot approve it. '
        "Somebody else approves, or leave approved_by out.",
    ),
    "an unknown approver": (
        [('approved_by = "ana@acme.test"', 'approved_by = "zoe@elsewhere.test"')],
        "",
        'alarm[1].approved_by: "zoe@elsewhere.test" is nobody in [[person]].…',
    ),
    "an unknown proposer": (
        [('proposed_by = "ben@acme.test"', 'proposed_by = "U012AB3CD"')],
        "",
        'alarm[1].proposed_by: "U012AB3CD" is nobody in [[person]].…',
    ),
    "an approval of nobody's proposal": (
        [('proposed_by = "ben@acme.test"\n', "")],
        "",
        "alarm[1].proposed_by: is missing, so nobody can tell whether somebody else approved. "
        "Name who proposed the alarm.",
    ),
    "two heartbeats with one key": (
        [],
        """[[heartbeat]]
        key = "nightly-elt-done"
        service = "nightly-elt"
        due = { every = "15m" }
        grace = "1m"
        """,
        'heartbeat[1].key: heartbeat "nightly-elt-done" stands at heartbeat[0].key already. '
        "Give one of them another name, or remove it.",
    ),
    "a heartbeat of an unknown service": (
        [('done"\nservice = "nightly-elt"', 'done"\nservice = "nightly"')],
        "",
        'heartbeat[0].service: there is no service "nightly". Did you mean "nightly-elt"?',
    ),
    "a heartbeat of another service's SLA": (
        [('done"\nservice = "nightly-elt"', 'done"\nservice = "report-builder"')],
        "",
        'heartbeat[0].threatens: service "report-builder" has no SLA "elt-fresh". It is an SLA '
        'of "nightly-elt"; only the service\'s own can be threatened.',
    ),
    "a heartbeat every nothing": (
        [('every = "1d" }   #', 'every = "0s" }   #')],
        "",
        'heartbeat[0].due.every: is no time at all. Write how often it comes, as "15m" or "1d".',
    ),
    "a time of day every 90 minutes": (
        [('every = "1d" }   #', 'every = "90m" }   #')],
        "",
        "heartbeat[0].due.every: is not a number of whole days, so it cannot come at one time "
        'of day. Write every = "1d", or leave at out.',
    ),
    "a zone without a time of day": (
        [('at = "07:00", ', "")],
        "",
        "heartbeat[0].due.timezone: is of no use without at. "
        'Add at = "07:00", or leave timezone out.',
    ),
    "two mappings of one source": (
        [],
        """
        [[intake]]
        source = "pagerduty"
        alarm = "payload.class"
        [[intake]]
        source = "pagerduty"
        alarm = "payload.component"
        """,
        'intake[1]: the mapping of "pagerduty" stands at intake[0] already. '
        "Give one of them another name, or remove it.",
    ),
    "a mapping to nothing": (
        [],
        '[[intake]]\nsource = "generic"\nalarm = []\n',
        'intake[0].alarm: is empty. Write alarm = "labels.alertname", or leave the [[intake]] out.',
    ),
}


@pytest.mark.parametrize(("edits", "extra", "sentence"), PROBLEMS.values(), ids=PROBLEMS.keys())
def test_a_mistake_is_named_with_its_place(
    edits: list[tuple[str, str]], extra: str, sentence: str
) -> None:
    expect_problem(read_changed(*edits, extra=extra), sentence)


WARNINGS: dict[str, tuple[list[tuple[str, str]], str, str]] = {
    "a core SLA nothing watches": (
        [('grace = "10m"', 'grace = "10m"\n#'), ('threatens = "elt-fresh"\ndue', "due")],
        "",
        'service[0].sla[0]: nothing tells whether "daily ELT fresh by 07:00" is met, so it counts '
        "as breached while an incident threatens it. Add a [[heartbeat]] with threatens = "
        '"elt-fresh".',
    ),
    "an alarm nobody approved": (
        [('approved_by = "ana@acme.test"', "")],
        "",
        "alarm[1]: is not approved: out of hours it wakes nobody, unless a core SLA is breached "
        "or nothing shows it met. "
        "Let somebody other than the proposer put their name to approved_by.",
    ),
}


@pytest.mark.parametrize(("edits", "extra", "sentence"), WARNINGS.values(), ids=WARNINGS.keys())
def test_a_doubt_is_a_warning_and_prevents_nothing(
    edits: list[tuple[str, str]], extra: str, sentence: str
) -> None:
    expect_warning(read_changed(*edits, extra=extra), sentence)


def test_a_heartbeat_without_a_zone_is_due_in_the_organisations() -> None:
    changed_zone = read_changed(('at = "07:00", timezone = "Europe/Dublin", ', 'at = "07:00", '))
    same = read_changed().organisation
    assert same is not None
    assert changed_zone.organisation == same
    assert isinstance(same.heartbeats["nightly-elt-done"].due, Due)


def test_a_mapping_names_one_path_or_several_for_a_source_or_one_of_its_tokens() -> None:
    reading = read_changed(
        extra="""
        [[intake]]
        source = "pagerduty"
        alarm = "payload.class"
        [[intake]]
        source = "pagerduty"
        token = "old monitoring"
        alarm = ["payload.component", "payload.class"]
        """
    )
    assert reading.organisation is not None
    assert reading.organisation.intakes == (
        Intake(source="pagerduty", alarm=("payload.class",)),
        Intake(
            source="pagerduty",
            alarm=("payload.component", "payload.class"),
            token="old monitoring",
        ),
    )
