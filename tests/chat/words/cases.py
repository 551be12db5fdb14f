"""Facts to try the words on: every state, with calm and with hostile texts from outside."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from app.chat.words.about import About
from app.chat.words.card import CardFacts, Update
from app.chat.words.headline import Head
from app.chat.words.people import Who
from app.chat.words.ringing import Asked, Ringing
from app.chat.words.standing import Standing
from app.rules.incident import State
from app.rules.organisation import Severity

NOW = datetime(2026, 3, 6, 3, 12, tzinfo=UTC)
ANA = Who(name="Ana", slack_id="U0ANA")
BEN = Who(name="Ben", slack_id="U0BEN")
MIA = Who(name="Mia", slack_id="U0MIA")
STATES = list(State)

HOSTILE = {
    "long": "x" * 10_000,
    "ampersands": "&" * 10_000,
    "emoji": "👩‍🚒🔥" * 2_000,
    "right to left": "\u202e\u2066evil\u2069 بيانات" * 500,
    "mentions": "<!channel> <!here> <@U0EVE> <#C0EVE> <!subteam^S1> <https://evil.test|x> @here",
    "fences": "``` *bold* `code` ```\n> quote\n• list",
    "invisible": "\u200b\u2060\u00ad",
    "empty": "",
    "surrogates": "\ud800\udfff\x00",
}


@dataclass(frozen=True)
class Case:
    """One foreign text put everywhere where foreign text may stand."""

    foreign: str

    @property
    def crowd(self) -> tuple[Who, ...]:
        return tuple(Who(name=self.foreign, slack_id=self.foreign) for _ in range(9))

    def head(self, state: State) -> Head:
        return Head(
            number=123_456,
            severity=Severity.P1,
            state=state,
            title=self.foreign,
            reason=self.foreign,
        )

    def standing(self, state: State) -> Standing:
        return Standing(
            state=state,
            since=NOW,
            holder=self.crowd[0],
            by=self.crowd[0],
            why=self.foreign,
            merged_into=7,
        )

    def about(self) -> About:
        return About(
            service=self.foreign,
            team=self.foreign,
            firing=1_000,
            cleared=1_000,
            runbook=self.foreign,
            dashboard="https://grafana.acme.test/" + "d" * 270,
            action=self.foreign,
            came_back_from=99_999,
        )

    def update(self) -> Update:
        return Update(text=self.foreign, by=self.crowd[0], at=NOW)

    def ringing(self) -> Ringing:
        return Ringing(
            people=(*self.crowd, MIA, BEN),
            tier_one=self.crowd,
            tier=2,
            round=12,
            next_at=NOW + timedelta(minutes=5),
            now=NOW,
            unreached=self.crowd,
        )

    def card(self, state: State) -> CardFacts:
        asked = Asked(people=self.crowd, asked_by=self.crowd[0], why=self.foreign, managers=True)
        return CardFacts(
            head=self.head(state),
            standing=self.standing(state),
            about=self.about(),
            ringing=self.ringing(),
            asked=(asked,) * 5,
            update=self.update(),
            helpers=self.crowd,
            awake=self.crowd,
            awake_more=100,
            root_cause=self.foreign,
            follow_ups=11,
        )


CASES = [(name, Case(text)) for name, text in HOSTILE.items()]
