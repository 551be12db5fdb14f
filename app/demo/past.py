"""Acme's last days, lived through the real flows while the clock is moved: nothing is made up
in the database, so every list, number and post of the demo is what Baton itself made of it."""

from datetime import timedelta

from app.demo.cast import PAGED
from app.demo.stage import Stage
from app.flows.acknowledge import acknowledge
from app.flows.admit import SlackCaller
from app.flows.close import add_follow_up, close, set_root_cause
from app.flows.hand_over import accept
from app.flows.kit import host_clock
from app.flows.resolve import resolve
from app.flows.update import update
from storage import handovers

CHATTER = (
    (8.5, "tess", "data-infra", "I compared it by hand too. Good night, all."),
    (2.5, "ivy", "general", "There is cake in the kitchen. It is Yuki's birthday."),
    (2.4, "yuki", "general", "Thank you all! The lemon one is mine."),
    (2, "chi", "platform", "The new nodes hold. I am taking the old ones down."),
    (1.5, "lena", "checkout", "Refunds look normal again."),
    (1, "gus", "engineering", "The search release is out, and the dashboards are calm."),
)
"""Hours before the handover, who, where, what."""


async def live_through(stage: Stage) -> None:
    """From the stage's beginning to this minute."""
    past = Past(stage)
    await past.payments()
    await past.search()
    await past.sign_in()
    await past.reports()
    await stage.move_to(stage.company.handover)
    await past.handover()
    await stage.move_to(host_clock())


class Past:
    """What happened, in order. Times are counted from the last handover."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._hands = stage.hands
        self._kit = stage.baton.parts.kit

    async def payments(self) -> None:
        """A P1 from the alert to the close."""
        began = timedelta(days=-5)
        await self._at(began)
        number = await self._alert("PaymentErrors", "Card payments fail for 4 % of customers")
        await self._at(began + timedelta(minutes=2, seconds=10))
        lead = await self._answer()
        channel = self._channel(number)
        await self._at(began + timedelta(minutes=9))
        await self._hands.say("raj", channel, "Only one card network. The others are fine.")
        await self._hands.say("raj", channel, "Their status page is green, their answers are not.")
        await self._at(began + timedelta(minutes=16))
        text = "One card network refuses us. We are moving it to the second provider."
        await self._kit.do(update, number, text, by=self._as(lead))
        await self._at(began + timedelta(minutes=48))
        await self._hands.alert("PaymentErrors", status="resolved")
        await self._kit.do(resolve, number, by=self._as(lead))
        await self._at(began + timedelta(hours=20))
        cause = "The card network renewed a certificate, and our pinned copy of it was too old."
        await self._kit.do(set_root_cause, number, cause, by=self._as("raj"))
        work = "Warn two weeks before a pinned certificate ends"
        await self._kit.do(add_follow_up, number, work, by=self._as("raj"))
        await self._kit.do(close, number, by=self._as("raj"))

    async def search(self) -> None:
        """A P2: nobody is woken, its owners read it in their own channel."""
        began = self._working_day()
        await self._at(began)
        number = await self._alert("SearchSlow", "Search takes 3 s at the 95th percentile")
        await self._at(began + timedelta(hours=1))
        await self._kit.do(acknowledge, number, by=self._as("yuki"))
        await self._at(began + timedelta(hours=3))
        await self._hands.alert("SearchSlow", status="resolved")
        await self._kit.do(resolve, number, by=self._as("yuki"))
        cause = "The indexer ran in the busiest hour. It now runs at night."
        await self._kit.do(set_root_cause, number, cause, by=self._as("yuki"))
        why = "moving the indexer was the work"
        await self._kit.do(add_follow_up, number, why, by=self._as("yuki"), none_because=True)
        await self._kit.do(close, number, by=self._as("yuki"))

    async def sign_in(self) -> None:
        """A P1 that is over, and still owes its root cause."""
        began = timedelta(hours=-18)
        await self._at(began)
        number = await self._alert("SignInSlow", "Signing in takes 9 seconds")
        await self._at(began + timedelta(minutes=3, seconds=20))
        lead = await self._answer()
        channel = self._channel(number)
        await self._at(began + timedelta(minutes=11))
        await self._hands.say("chi", channel, "The session store is full. Adding a node.")
        await self._at(began + timedelta(minutes=34))
        await self._hands.alert("SignInSlow", status="resolved")
        await self._kit.do(resolve, number, by=self._as(lead))
        work = "Alert on the session store at 80 %"
        await self._kit.do(add_follow_up, number, work, by=self._as(lead))

    async def reports(self) -> None:
        """A P3 in its owners' night: held for their morning."""
        await self._at(timedelta(hours=-9))
        text = "Tonight's load has the new orders table in it. It was fine in staging."
        await self._hands.say("ben", "data-infra", text)
        for hours, who, channel, said in CHATTER:
            await self._at(timedelta(hours=-hours))
            await self._hands.say(who, channel, said)
        await self._at(timedelta(minutes=-25))
        await self._alert("ReportSlow", "Reports wait 12 minutes in the queue")

    async def handover(self) -> None:
        """Whoever is next says that they have the pager, so that nobody is reminded of it."""
        made = await self._kit.read(
            lambda work: handovers.latest(work.tx, work.org.out_of_hours_rota)
        )
        assert made is not None
        assert made.incoming is not None
        await self._kit.do(accept, made.id, by=self._as(made.incoming.partition("@")[0]))

    def _working_day(self) -> timedelta:
        """Of the days before, the day before yesterday or the next best on which people work."""
        company = self._stage.company
        days = (timedelta(days=-days) for days in (2, 1, 3))
        return next(
            each for each in days if (company.handover + each).astimezone(company.day).weekday() < 5
        )

    async def _at(self, since_handover: timedelta) -> None:
        await self._stage.move_to(self._stage.company.handover + since_handover)

    async def _alert(self, alarm: str, title: str) -> int:
        number = await self._hands.alert(alarm, title=title)
        if number is None:
            raise RuntimeError(f"{alarm} opened no incident")
        await self._stage.calm()
        return number

    async def _answer(self) -> str:
        """Whoever's phone rings answers on it; their handle."""
        for who in PAGED:
            if await self._hands.answer(who):
                await self._stage.calm()
                await self._hands.silence()
                return who
        raise RuntimeError("nobody's phone rang")

    def _channel(self, number: int) -> str:
        prefix = f"inc-{number}-"
        channels = self._stage.workspace.state.channels.values()
        return next(each.id for each in channels if each.name.startswith(prefix))

    def _as(self, handle: str) -> SlackCaller:
        state = self._stage.workspace.state
        person = state.user_called(handle)
        if person is None:
            raise RuntimeError(f"nobody at Acme is called {handle}")
        return SlackCaller(slack_id=person.id, team=state.team.id)
