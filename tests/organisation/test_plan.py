"""What a new file would change, in words."""

import json
from datetime import UTC, datetime

import pytest

from app.organisation.plan import plan, plan_json, plan_text
from app.rules.organisation import Organisation
from app.rules.rota import RotaVersion
from tests.organisation.edits import read_changed

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
MANAGERS = 'members = ["mia@acme.test", "noor@acme.test"]'
ZOE = '[[person]]\nemail = "zoe@acme.test"\ntimezone = "UTC"\nmanager = true\n'
MAPPING = '[[intake]]\nsource = "generic"\nalarm = "labels.alarm"\n'


def organisation(*edits: tuple[str, str], extra: str = "") -> Organisation:
    reading = read_changed(*edits, extra=extra)
    assert reading.organisation is not None, reading.text()
    return reading.organisation


ACME = organisation()


def sentences(*edits: tuple[str, str], extra: str = "") -> list[str]:
    return plan_text(plan(ACME, organisation(*edits, extra=extra), NOW)).splitlines()


def test_an_equal_file_changes_nothing() -> None:
    assert plan(ACME, organisation(), NOW) == []
    assert plan_text([]) == "Nothing changes."


def test_the_first_file_adds_everything_and_says_who_is_on_duty() -> None:
    assert plan_text(plan(None, ACME, NOW)).splitlines() == [
        "Acme is set up: no organisation was in force before.",
        "Person ana@acme.test is added.",
        "Person ben@acme.test is added.",
        "Person chi@acme.test is added.",
        "Person mia@acme.test is added as a manager.",
        "Person noor@acme.test is added as a manager.",
        "Team data-infra is added.",
        "Service nightly-elt is added.",
        "Service report-builder is added.",
        "Alarm EltLate is added.",
        "Alarm ReportSlow is added.",
        "Heartbeat nightly-elt-done is added.",
        "Rota volunteers is added; on duty now: chi@acme.test.",
        "Rota data-infra is added; on duty now: ana@acme.test.",
        "Rota managers is added; on duty now: mia@acme.test.",
        "Rota managers: the override noor@acme.test from Thu 24 Dec 2026 18:00 GMT "
        "to Sun 27 Dec 2026 18:00 GMT is added.",
    ]


CASES: dict[str, tuple[list[tuple[str, str]], str, list[str]]] = {
    "the budget": (
        [("page_budget = 10", "page_budget = 12")],
        "",
        ["Organisation: page budget 12 instead of 10."],
    ),
    "a handle less": (
        [('oncall_handle = "oncall"', "")],
        "",
        ["Organisation: oncall handle oncall is left out."],
    ),
    "a wait": (
        [('primary_wait = "5m"', 'primary_wait = "90s"')],
        "",
        [
            "Escalation: primary wait 90s instead of 5m. "
            "Incidents that are open keep what was in force when they were triggered."
        ],
    ),
    "a new manager": ([], ZOE, ["Person zoe@acme.test is added as a manager."]),
    "somebody becomes a manager": (
        [('email = "ben@acme.test"', 'email = "ben@acme.test"\nmanager = true')],
        "",
        ["Person ben@acme.test becomes a manager."],
    ),
    "somebody moves": (
        [('"America/Los_Angeles"', '"Australia/Lord_Howe"')],
        "",
        ["Person chi@acme.test: timezone Australia/Lord_Howe instead of America/Los_Angeles."],
    ),
    "working hours": (
        [
            ('to = "18:00"', 'to = "17:30"'),
            ('days = ["mon", "tue", "wed", "thu", "fri"]\n', 'days = ["mon", "tue", "sat"]\n'),
        ],
        "",
        [
            "Team data-infra: working hours days without wed; working hours days without thu; "
            "working hours days without fri; working hours days with sat; "
            "working hours end 17:30 instead of 18:00."
        ],
    ),
    "an SLA": (
        [("core = true", "core = false")],
        "",
        [
            "Service nightly-elt: slas without (id elt-fresh, text daily ELT fresh by 07:00, "
            "core yes); slas with (id elt-fresh, text daily ELT fresh by 07:00, core no)."
        ],
    ),
    "an approval withdrawn": (
        [('approved_by = "ana@acme.test"', "")],
        "",
        ["Alarm ReportSlow: approved by ana@acme.test is left out."],
    ),
    "a heartbeat's rhythm": (
        [('at = "07:00"', 'at = "06:30"')],
        "",
        ["Heartbeat nightly-elt-done: due at 06:30 instead of 07:00."],
    ),
    "a mapping": (
        [],
        MAPPING,
        ["Intake mapping (source generic, alarm labels.alarm) is added."],
    ),
    "an override": (
        [("to = 2026-12-27T18", "to = 2026-12-27T19")],
        "",
        [
            "Rota managers: the override noor@acme.test from Thu 24 Dec 2026 18:00 GMT "
            "to Sun 27 Dec 2026 19:00 GMT is added.",
            "Rota managers: the override noor@acme.test from Thu 24 Dec 2026 18:00 GMT "
            "to Sun 27 Dec 2026 18:00 GMT is removed.",
        ],
    ),
    "an order": (
        [(MANAGERS, 'members = ["noor@acme.test", "mia@acme.test"]')],
        "",
        [
            "Rota managers: members in another order: noor@acme.test, mia@acme.test. It takes "
            "effect at Fri 27 Nov 2026 18:00 GMT, the next boundary: on duty before it "
            "mia@acme.test, after it noor@acme.test."
        ],
    ),
    "a tour that ends early": (
        [("weeks = 26", "weeks = 12")],
        "",
        [
            "Rota volunteers: tours without (person ana@acme.test, starts 2026-09-04, weeks 26, "
            "accepted on 2026-08-20); tours with (person ana@acme.test, starts 2026-09-04, weeks "
            "12, accepted on 2026-08-20). It takes effect at Fri 27 Nov 2026 18:00 GMT, the next "
            "boundary: on duty before it chi@acme.test, after it chi@acme.test."
        ],
    ),
}


@pytest.mark.parametrize(("edits", "extra", "expected"), CASES.values(), ids=CASES.keys())
def test_a_change_is_a_sentence(
    edits: list[tuple[str, str]], extra: str, expected: list[str]
) -> None:
    assert sentences(*edits, extra=extra) == expected


def test_what_was_added_is_removed_on_the_way_back() -> None:
    larger = organisation(extra=ZOE + MAPPING)
    assert plan_text(plan(larger, ACME, NOW)).splitlines() == [
        "Person zoe@acme.test is removed.",
        "Intake mapping (source generic, alarm labels.alarm) is removed.",
    ]


def test_the_history_of_a_rota_decides_who_is_next() -> None:
    """Somebody who served last by an earlier version does not serve again at once."""
    swapped = organisation((MANAGERS, 'members = ["noor@acme.test", "mia@acme.test"]'))
    history = [
        RotaVersion(rota=ACME.rotas["managers"], effective=None),
        RotaVersion(
            rota=swapped.rotas["managers"], effective=datetime(2026, 11, 20, 18, tzinfo=UTC)
        ),
    ]
    alone = organisation((MANAGERS, 'members = ["mia@acme.test"]'))
    (change,) = plan(swapped, alone, NOW, versions={"managers": history})
    assert change.sentence.endswith(
        "It takes effect at Fri 27 Nov 2026 18:00 GMT, the next boundary: "
        "on duty before it mia@acme.test, after it mia@acme.test."
    )


def test_the_same_as_json() -> None:
    changes = plan(ACME, organisation((MANAGERS, 'members = ["noor@acme.test"]')), NOW)
    (said,) = json.loads(plan_json(changes))["changes"]
    assert said["kind"] == "rota"
    assert said["subject"] == "managers"
    assert said["effective"] == "2026-11-27T18:00:00+00:00"
    assert said["sentence"] == changes[0].sentence


def test_many_holidays_do_not_fill_a_page() -> None:
    dates = ", ".join(f'"2026-03-{day:02}"' for day in range(1, 31))
    (sentence,) = sentences(('["2026-12-25", "2027-01-01"]', f"[{dates}]"))
    assert sentence.endswith("with 2026-03-12; working hours holidays with 18 more.")
