"""The company that is killed: many services, and a rota that turns while the campaign runs."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
VOLUNTEERS = ("ana", "chi")
OWNER = "ben"
MANAGERS = ("mia", "noor")
PEOPLE = (*VOLUNTEERS, OWNER, *MANAGERS)


@dataclass(frozen=True, kw_only=True)
class Company:
    """Ana and Chi have the pager in turns of `turn`; Ben's team owns every service and is never
    at work while the campaign runs, so that nobody may ever ring him."""

    services: int
    turn: timedelta
    wait: str
    made: datetime

    @property
    def begin(self) -> datetime:
        """When the rota's first turn began: yesterday, at midnight."""
        return datetime.combine(self.made.date() - timedelta(days=1), time(), UTC)

    def on_duty(self, at: datetime) -> str:
        """Whose turn it is, by arithmetic of our own and not by Baton's rules."""
        return VOLUNTEERS[(at - self.begin) // self.turn % len(VOLUNTEERS)]

    def boundaries(self, start: datetime, end: datetime) -> list[datetime]:
        """Every boundary of the rota after `start` and before `end`."""
        first = (start - self.begin) // self.turn + 1
        last = (end - self.begin) // self.turn
        return [self.begin + number * self.turn for number in range(first, last + 1)]

    def file(self) -> str:
        """The organisation file."""
        return "\n".join(
            [
                _head(self.wait, DAYS[(self.made.weekday() + 3) % 7]),
                *(_person(name) for name in PEOPLE),
                *(_service(number) for number in range(self.services)),
                self._rotas(),
            ]
        )

    def _rotas(self) -> str:
        start = self.begin.date()
        tours = "\n".join(
            f'[[rota.tour]]\nperson = "{name}@acme.test"\nfrom = "{start}"\nweeks = 26\n'
            f'accepted_on = "{start}"\n'
            for name in VOLUNTEERS
        )
        every = int(self.turn.total_seconds())
        return f"""
[[rota]]
id = "volunteers"
kind = "volunteers"
pool = {{ min = 1, max = 8 }}
rotation = {{ every = "{every}s", time = "00:00", timezone = "UTC", from = "{start}" }}
{tours}
[[rota]]
id = "data-infra"
kind = "team"
rotation = {{ every = "1w", time = "09:00", timezone = "UTC", from = "{start}" }}
members = ["{OWNER}@acme.test"]

[[rota]]
id = "managers"
kind = "managers"
rotation = {{ every = "10w", time = "00:00", timezone = "UTC", from = "{start}" }}
members = [{", ".join(f'"{name}@acme.test"' for name in MANAGERS)}]
"""


def _head(wait: str, day: str) -> str:
    return f"""
[organisation]
name = "Acme"
timezone = "UTC"
engineering_channel = "#engineering"
oncall_channel = "#on-call"
out_of_hours_rota = "volunteers"
manager_rota = "managers"

[escalation]
primary_wait = "{wait}"
manager_wait = "{wait}"
acknowledgement_expires = "120m"

[[team]]
id = "data-infra"
name = "Data Infrastructure"
channel = "#data-infra"
members = ["{OWNER}@acme.test"]
rota = "data-infra"

[team.working_hours]
timezone = "UTC"
days = ["{day}"]
from = "09:00"
to = "18:00"
"""


def _person(name: str) -> str:
    return f"""
[[person]]
email = "{name}@acme.test"
timezone = "UTC"
manager = {"true" if name in MANAGERS else "false"}
"""


def _service(number: int) -> str:
    return f"""
[[service]]
id = "loader-{number}"
name = "Loader {number}"
team = "data-infra"

[[service.sla]]
id = "fresh-{number}"
text = "fresh by 07:00"
core = true

[[alarm]]
key = "Late{number}"
service = "loader-{number}"
threatens = "fresh-{number}"
runbook = "https://runbooks.acme.test/late"
action = "Restart it"
proposed_by = "{OWNER}@acme.test"
approved_by = "mia@acme.test"
"""
