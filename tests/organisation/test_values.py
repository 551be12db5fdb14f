"""How single values may be written, and how not."""

import pytest

from tests.organisation.edits import expect_problem, read_changed

HOURS_FROM = 'from = "09:00"'
OVERRIDE_FROM = "from = 2026-12-24T18:00:00+00:00"

CASES: dict[str, tuple[str, str, str]] = {
    "an unknown zone": (
        'timezone = "Europe/Dublin"',
        'timezone = "Europe/Dubln"',
        'organisation.timezone: "Europe/Dubln" is not a time zone. Did you mean "Europe/Dublin"?',
    ),
    "a zone of a thousand parts": (
        'timezone = "Europe/Dublin"',
        f'timezone = "a{"/a" * 1000}"',
        'organisation.timezone: "a/a/…',
    ),
    "a path for a zone": (
        'timezone = "Europe/Dublin"',
        'timezone = "../../etc/passwd"',
        'organisation.timezone: "../../etc/passwd" is not a time zone. '
        'Write a name such as "Europe/Dublin".',
    ),
    "a channel without #": (
        '"#engineering"',
        '"engineering"',
        'organisation.engineering_channel: "engineering" is not a channel name. Write # and the '
        "name: lower-case letters, digits, hyphens and underscores, at most 80.",
    ),
    "a channel in capitals": (
        '"#on-call"',
        '"#On-Call"',
        'organisation.oncall_channel: "#On-Call" is not a channel name. Write # and the '
        "name: lower-case letters, digits, hyphens and underscores, at most 80.",
    ),
    "a handle with @": (
        '"oncall"',
        '"@oncall"',
        'organisation.oncall_handle: "@oncall" is not a user group\'s handle. '
        'Leave the @ out, in lower case. For example "oncall".',
    ),
    "an id with a space": (
        'id = "report-builder"',
        'id = "report builder"',
        'service[1].id: "report builder" is not an id. Use letters, digits, dots, hyphens and '
        'underscores, at most 64. For example "data-infra".',
    ),
    "a name for an e-mail address": (
        'email = "ana@acme.test"',
        'email = "Ana"',
        'person[0].email: "Ana" is not an e-mail address. People are named as "ana@acme.test", '
        'or by their Slack id, as "U012AB3CD".',
    ),
    "a mention for a person": (
        'person = "noor@acme.test"',
        'person = "<@U012AB3CD>"',
        'rota[2].override[0].person: "<@U012AB3CD>" is not an e-mail address. People are named as '
        '"ana@acme.test", or by their Slack id, as "U012AB3CD".',
    ),
    "a bad Slack id": (
        'email = "ana@acme.test"',
        'email = "ana@acme.test"\nslack_id = "ana"',
        'person[0].slack_id: "ana" is not a Slack id. Copy it from the person\'s Slack profile. '
        'For example "U012AB3CD".',
    ),
    "a script for a link": (
        '"https://runbooks.acme.test/elt-late"',
        '"javascript:alert(1)"',
        'alarm[0].runbook: "javascript:alert(1)" is not a web address. Give a whole address that '
        'a browser opens. For example "https://runbooks.acme.test/elt-late".',
    ),
    "a duration in words": (
        'primary_wait = "5m"',
        'primary_wait = "5 minutes"',
        'escalation.primary_wait: "5 minutes" is not a duration. Write a whole number and one of '
        's, m, h, d, w: "2s", "5m", "12h", "1d", "26w".',
    ),
    "a duration as a number": (
        'primary_wait = "5m"',
        "primary_wait = 5",
        'escalation.primary_wait: is a number where a duration is needed. Write "5m", in quotes.',
    ),
    "a duration longer than anybody lives": (
        'primary_wait = "5m"',
        'primary_wait = "999999999w"',
        'escalation.primary_wait: "999999999w" is longer than 20 years. The longest is "1040w".',
    ),
    "a time that is none": (
        HOURS_FROM,
        'from = "9 am"',
        'team[0].working_hours.from: "9 am" is not a time of day. Write "09:00" or "09:00:30".',
    ),
    "the hour 24": (
        'to = "18:00"',
        'to = "24:00"',
        'team[0].working_hours.to: "24:00" is not a time of day. Write midnight as "00:00"; '
        "an end before the start runs overnight.",
    ),
    "an unknown weekday": (
        '"mon"',
        '"montag"',
        'team[0].working_hours.days[0]: "montag" is not a weekday. '
        "Write one of mon, tue, wed, thu, fri, sat, sun.",
    ),
    "a holiday written another way": (
        '"2026-12-25"',
        '"25.12.2026"',
        'team[0].working_hours.holidays[0]: "25.12.2026" is neither a date nor a country. '
        'Write dates as "2026-12-25", or a country as "IE" or "DE-BY".',
    ),
    "a day that does not exist": (
        'from = "2026-09-04"',
        'from = "2026-02-30"',
        'rota[0].tour[0].from: "2026-02-30" is not a date. Write "2026-12-25".',
    ),
    "a week date": (
        'from = "2026-09-04"',
        'from = "2026-W36-5"',
        'rota[0].tour[0].from: "2026-W36-5" is not a date. Write "2026-12-25".',
    ),
    "a year nobody sees": (
        'from = "2026-09-04"',
        "from = 9999-12-31",
        "rota[0].tour[0].from: 9999-12-31 is out of range. Use a year from 2000 to 2100.",
    ),
    "a rotation that starts at an offset": (
        'from = "2026-01-05"',
        "from = 2026-01-05T09:00:00Z",
        "rota[1].rotation.from: 2026-01-05T09:00:00+00:00 has an offset from UTC. A rotation "
        "starts on the clock of its own timezone: leave the offset out.",
    ),
    "an instant without an offset": (
        OVERRIDE_FROM,
        "from = 2026-12-24T18:00:00",
        "rota[2].override[0].from: 2026-12-24T18:00:00 says no offset from UTC, so it could be "
        "any of 24 hours. Write 2026-12-24T18:00:00+00:00.",
    ),
    "a day for an instant": (
        OVERRIDE_FROM,
        "from = 2026-12-24",
        "rota[2].override[0].from: a date is not a date and time. Write 2026-12-24T18:00:00+00:00.",
    ),
    "a misspelt kind of rota": (
        'kind = "team"',
        'kind = "tema"',
        'rota[1].kind: "tema" is not a kind of rota. Did you mean "team"?',
    ),
    "an unknown kind of rota": (
        'kind = "team"',
        'kind = "squad"',
        'rota[1].kind: "squad" is not a kind of rota. Write one of volunteers, team, managers.',
    ),
    "an alarm that chooses P1": (
        'severity = "P3"',
        'severity = "P1"',
        "alarm[1].severity: P1 cannot be chosen: a P1 is what threatens a core SLA. Name the SLA "
        "with threatens and leave severity out, or write P2, P3 or P4.",
    ),
    "an alarm that chooses P0": (
        'severity = "P3"',
        'severity = "P0"',
        "alarm[1].severity: P0 cannot be chosen: a P1 is what threatens a core SLA. Name the SLA "
        "with threatens and leave severity out, or write P2, P3 or P4.",
    ),
    "a severity of another system": (
        'severity = "P3"',
        'severity = "critical"',
        'alarm[1].severity: "critical" is not a severity. Write "P2", "P3" or "P4".',
    ),
    "a tour of no weeks": (
        "weeks = 26",
        "weeks = 0",
        "rota[0].tour[0].weeks: is out of range. Write a number from 1 to 520.",
    ),
    "money as a number": (
        'amount = "1000.00"',
        "amount = 1000.00",
        "rota[0].pay_per_shift.amount: is a number where an amount is needed. "
        'Write "1000.00", in quotes.',
    ),
    "money with a comma": (
        'amount = "1000.00"',
        'amount = "1,000.00"',
        'rota[0].pay_per_shift.amount: "1,000.00" is not an amount. '
        'Digits and a point, in quotes. For example "1000.00".',
    ),
    "a currency by its sign": (
        '"EUR"',
        '"€"',
        'rota[0].pay_per_shift.currency: "€" is not a currency. '
        'Three capital letters. For example "EUR".',
    ),
}


@pytest.mark.parametrize(("old", "new", "sentence"), CASES.values(), ids=CASES.keys())
def test_a_wrong_value_is_named_with_its_place(old: str, new: str, sentence: str) -> None:
    expect_problem(read_changed((old, new)), sentence)


@pytest.mark.parametrize(
    "edits",
    [
        pytest.param([('from = "09:00"', "from = 09:00:00")], id="TOML times"),
        pytest.param([('from = "2026-09-04"', "from = 2026-09-04")], id="TOML dates"),
        pytest.param([('"mon", "tue"', '"Monday", "TUE"')], id="weekdays in full or capitals"),
        pytest.param([('"2026-12-25", "2027', '2026-12-25, "2027')], id="TOML holidays"),
        pytest.param(
            [("2026-12-24T18:00:00+00:00", '"2026-12-24T19:00:00+01:00"')],
            id="instants as text with another offset",
        ),
        pytest.param([('"60m"', '"1h"')], id="another unit"),
        pytest.param([('every = "1d"', 'every = "24h"')], id="a day in hours"),
        pytest.param([('email = "ana@acme.test"', 'email = "Ana@Acme.test"')], id="capitals"),
        pytest.param(
            [("[escalation]\n", "[escalation]\n#"), ('manager_wait = "5m"', "")],
            id="waits left out",
        ),
    ],
)
def test_other_ways_of_writing_mean_the_same(edits: list[tuple[str, str]]) -> None:
    changed = read_changed(*edits)
    assert changed.problems == ()
    assert changed.organisation == read_changed().organisation


def test_a_zone_that_counts_leap_seconds_is_refused() -> None:
    (problem,) = read_changed(('timezone = "Europe/Dublin"', 'timezone = "right/UTC"')).problems
    assert (problem.path, problem.what) == (
        "organisation.timezone",
        '"right/UTC" is not a time zone',
    )
