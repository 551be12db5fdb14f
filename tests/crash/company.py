"""A small organisation for real clocks: the same people are on duty at every hour of every day."""

from datetime import UTC, date, datetime, timedelta

PEOPLE = ("chi", "mia", "noor")


def organisation(*, wait: str = "5s", turn: str = "1w", today: date | None = None) -> str:
    """Chi is primary in and out of hours; Mia and Noor are the managers, in this order.

    The out-of-hours rota turns every `turn`, from Chi to Chi.
    """
    today = today or datetime.now(UTC).date()
    start = today - timedelta(days=8)
    people = "\n".join(
        f"""[[person]]
email = "{name}@acme.test"
timezone = "Europe/Dublin"
manager = {"true" if name != "chi" else "false"}
"""
        for name in PEOPLE
    )
    return f"""
[organisation]
name = "Acme"
timezone = "Europe/Dublin"
engineering_channel = "#engineering"
oncall_channel = "#on-call"
out_of_hours_rota = "volunteers"
manager_rota = "managers"

[escalation]
primary_wait = "{wait}"
manager_wait = "{wait}"
acknowledgement_expires = "60m"

{people}
[[team]]
id = "data-infra"
name = "Data Infrastructure"
channel = "#data-infra"
members = ["chi@acme.test"]
rota = "data-infra"

[team.working_hours]
timezone = "Europe/Dublin"
days = ["mon", "tue", "wed", "thu", "fri"]
from = "09:00"
to = "18:00"

[[service]]
id = "nightly-elt"
name = "Nightly ELT"
team = "data-infra"

[[service.sla]]
id = "elt-fresh"
text = "daily ELT fresh by 07:00"
core = true

[[alarm]]
key = "EltLate"
service = "nightly-elt"
threatens = "elt-fresh"
runbook = "https://runbooks.acme.test/elt-late"
action = "Restart the stuck load"
proposed_by = "chi@acme.test"
approved_by = "mia@acme.test"

[[rota]]
id = "volunteers"
kind = "volunteers"
pool = {{ min = 1, max = 8 }}
rotation = {{ every = "{turn}", time = "18:00", timezone = "Europe/Dublin", from = "{start}" }}

[[rota.tour]]
person = "chi@acme.test"
from = "{start}"
weeks = 26
accepted_on = "{start}"

[[rota]]
id = "data-infra"
kind = "team"
rotation = {{ every = "1w", time = "09:00", timezone = "Europe/Dublin", from = "{start}" }}
members = ["chi@acme.test"]

[[rota]]
id = "managers"
kind = "managers"
rotation = {{ every = "10w", time = "18:00", timezone = "Europe/Dublin", from = "{start}" }}
members = ["mia@acme.test", "noor@acme.test"]
"""
