"""One ring: claimed only while its page rings, said by one contact method, recorded as sent."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, cast

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import DBAPIError

from app.chat.client import Chat, Posted
from app.chat.message import Message
from app.delivery.outcome import Spoken
from app.delivery.rings import Call, Rings, claim_rings, page_facts
from app.delivery.waits import answer_next
from app.flows.acknowledge import acknowledge
from app.flows.admit import Operator, SlackCaller
from app.flows.canary import last_round, send_canary
from app.flows.declare import declare
from app.flows.escalate import escalate
from app.flows.escalate import page as page_by_hand
from app.flows.kinds import Kind
from app.flows.kit import URGENT
from app.flows.receive_alerts import receive_alerts
from app.flows.work import AtHand, Work
from app.paging import words
from app.paging.errors import PagingError
from app.paging.gateway import Gateway
from app.paging.links import Links
from app.paging.receipt import Receipt
from app.paging.seal import Seal
from app.paging.words import PageFacts, PageText, code_text, trouble_text
from app.rules.alert import Alert, AlertState, Delivery
from app.rules.ladder import Method
from app.rules.organisation import Severity
from storage import contacts, effects, escalations, incidents, posts, timeline
from storage.effects import Effect, Lane, Outcome
from storage.engine import open_engine
from storage.escalations import EscalationKind, Page
from storage.tables import effects as rows
from tests.kit import Bench, SetClock, open_bench

pytestmark = pytest.mark.anyio
KEY = "k" * 32
FIVE = timedelta(minutes=5)
SEAL = Seal(KEY)
LINKS = Links("https://baton.acme.test", KEY)
TARGET = "ntfys://ntfy.acme.test/someones"
OPERATOR = Operator()


class Phones(Gateway):
    """Hears what would ring."""

    def __init__(self) -> None:
        super().__init__()
        self.heard: list[tuple[Method, str, PageText, bool]] = []
        self.nobody = 0

    async def ring(
        self, method: Method, target: str, text: PageText, *, trusted: bool = False
    ) -> Receipt:
        self.heard.append((method, target, text, trusted))
        return Receipt(provider="ntfy", seconds=0)

    async def ring_nobody(self) -> None:
        self.nobody += 1


@dataclass
class Slack:
    """Hears what would be posted."""

    said: list[tuple[str, str, bool]] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)

    async def post(
        self, channel: str, message: Message, *, key: str, urgent: bool = False
    ) -> Posted:
        self.said.append((channel, key, urgent))
        self.messages.append(message)
        return Posted(channel="D1", ts="1.5")


@dataclass
class Ringing:
    """INC-1 rings Chi, by Slack and by a phone."""

    bench: Bench
    phones: Phones = field(default_factory=Phones)
    slack: Slack = field(default_factory=Slack)

    def rings(self, *, without_slack: bool = False, links: Links = LINKS) -> Rings:
        chat = None if without_slack else cast(Chat, self.slack)
        return Rings(self.bench.kit, chat=chat, gateway=self.phones, links=links, seal=SEAL)

    def claim(self, lane: Lane = Lane.PAGE) -> list[Effect]:
        return list(self.bench.do(claim_rings(lane), 9, ()))

    async def say(self, effect: Effect, **given: Any) -> Spoken:
        """Speak it, and record what it says."""
        spoken = await self.rings(**given).speak(effect)
        if spoken.record is not None:
            self.bench.do(spoken.record)
        return spoken

    def notes(self) -> list[dict[str, Any]]:
        """Which rings the timeline tells of."""

        def view(work: Work) -> list[dict[str, Any]]:
            entries = timeline.list_of(work.tx, 1)
            return [dict(each.facts) for each in entries if each.kind == "rang"]

        found: list[dict[str, Any]] = self.bench.do(view)
        return found

    def pages(self) -> list[Page]:
        found: list[Page] = self.bench.do(lambda work: escalations.list_pages(work.tx, 1))
        return found

    def ask(self, kind: str, facts: dict[str, Any], *, lane: Lane = Lane.PAGE, **of: Any) -> Effect:
        """Ask for an effect, and claim it alone."""
        self.bench.do(lambda work: work.ask(kind, "asked", lane=lane, facts=facts, **of))
        [effect] = [each for each in self.claim(lane) if each.key == "asked"]
        return effect


def add_phone(work: Work, person: str, *, trusted: bool = True) -> int:
    return contacts.add(
        work.tx,
        person=f"{person}@acme.test",
        method="push",
        target=SEAL.close(TARGET),
        hint="ntfy …ones",
        delay_seconds=0,
        trusted=trusted,
        added_by="operator",
        added_at=work.now,
        verified_at=work.now,
    ).id


def at_hand(work: Work) -> AtHand:
    """What the step has read when it asks for Chi's ring."""
    [page] = escalations.list_pages(work.tx, 1)
    escalation, contact = escalations.get(work.tx, page.escalation), contacts.get(work.tx, 1)
    assert escalation is not None
    assert contact is not None
    incident = work.incident(1)
    return AtHand(page=page, incident=incident, escalation=escalation, contact=contact)


def answer_all(bench: Bench) -> None:
    while bench.do(answer_next):
        pass


def ringing(bench: Bench) -> Ringing:
    for name in ("chi", "mia", "noor"):
        bench.do(add_phone, name)
    bench.do(declare, "the load fails", by=OPERATOR, service="nightly-elt", sla="elt-fresh")
    answer_all(bench)
    return Ringing(bench)


@pytest.fixture
def p1(sqlite_url: str) -> Iterator[Ringing]:
    database = open_engine(sqlite_url)
    bench = open_bench(database, clock=SetClock())
    yield ringing(bench)
    bench.kit.close()
    database.dispose()


@pytest.fixture
def p1_on_both(bench: Bench) -> Ringing:
    """For claims, which the database settles."""
    return ringing(bench)


def row(bench: Bench, effect: Effect) -> Any:
    return bench.do(lambda work: work.tx.execute(select(rows).where(rows.c.id == effect.id)).one())


# ── claiming ──────────────────────────────────────────────────────────────────────────────────
def test_what_rings_is_claimed_and_no_commit_waits_for_a_disk(p1_on_both: Ringing) -> None:
    assert getattr(claim_rings(Lane.PAGE), URGENT)
    [ring] = p1_on_both.claim()
    [slack] = p1_on_both.claim(Lane.DIRECT)
    assert (ring.kind, ring.facts["method"], slack.facts["method"]) == ("ring", "push", "slack")
    assert p1_on_both.claim() == []


def test_of_several_only_so_many_are_claimed_and_none_that_is_spoken_here(
    p1_on_both: Ringing,
) -> None:
    [ring] = p1_on_both.claim()
    p1_on_both.bench.clock.forward(minutes=1)
    assert p1_on_both.bench.do(claim_rings(Lane.PAGE), 9, [ring.id]) == []
    assert p1_on_both.bench.do(claim_rings(Lane.PAGE), 9, [])[0].repeat


def test_a_ring_whose_page_was_answered_meanwhile_is_cancelled(p1_on_both: Ringing) -> None:
    """product.md 9: no phone message follows an acknowledgement."""
    p1_on_both.bench.do(acknowledge, 1, by=SlackCaller(slack_id="UCHI", team="T1"))

    def put_back(work: Work) -> None:
        work.tx.execute(update(rows).where(rows.c.kind == "ring").values(outcome=Outcome.DUE))

    p1_on_both.bench.do(put_back)
    assert p1_on_both.claim() == []
    told = p1_on_both.bench.do(lambda work: effects.list_of_page(work.tx, 1))
    found = {each.outcome for each in told if each.lane is Lane.PAGE and each.kind == "ring"}
    assert found == {Outcome.CANCELLED}
    problems = select(rows.c.problem).where(rows.c.kind == "ring", rows.c.lane == Lane.PAGE)
    assert p1_on_both.bench.do(lambda work: work.tx.execute(problems).scalars().all()) == [
        "answered"
    ]


def test_a_ring_of_no_page_is_cancelled_and_what_is_no_ring_is_claimed(p1_on_both: Ringing) -> None:
    p1_on_both.claim()
    p1_on_both.bench.do(lambda work: work.ask(Kind.RING, "lost", lane=Lane.PAGE, facts={"v": 1}))
    p1_on_both.bench.do(lambda work: work.ask(Kind.TELL, "told", lane=Lane.PAGE, facts={"v": 1}))
    assert [each.key for each in p1_on_both.claim()] == ["told"]


# ── a phone ───────────────────────────────────────────────────────────────────────────────────
async def test_a_phone_is_rung_with_the_page_as_it_stands_and_that_is_recorded(
    p1: Ringing,
) -> None:
    [ring] = p1.claim()
    await p1.say(ring)
    [(method, target, text, trusted)] = p1.phones.heard
    assert (method, target, trusted) == (Method.PUSH, TARGET, True)
    assert text.link == LINKS.acknowledge(1, 1, "chi@acme.test")
    assert text.title == "P1 INC-1 the load fails"
    assert text.body.splitlines()[1:] == [
        "Service: Nightly ELT",
        "You: on call with the volunteers (out of hours)",
    ]
    assert not text.repeat
    assert p1.notes() == [{"person": "chi@acme.test", "method": "push", "hint": "ntfy …ones"}]


async def test_a_repeat_says_so(p1: Ringing) -> None:
    [ring] = p1.claim()
    await p1.say(replace(ring, repeat=True))
    assert p1.phones.heard[0][2].repeat
    assert p1.phones.heard[0][2].body.startswith("Repeat:")


async def test_what_was_read_with_the_step_is_not_read_again(p1: Ringing) -> None:
    [ring] = p1.claim()
    rings = p1.rings()
    call = p1.bench.do(lambda work: rings.prepare(work, ring, at_hand(work)))
    assert isinstance(call, Call)
    assert (call.hint, call.trusted) == ("ntfy …ones", True)
    assert SEAL.open(call.target) == TARGET
    said = replace(call, text=PageText(title="as it was", body="then"), trusted=False, hint="h")
    spoken = await rings.speak(ring, said)
    assert p1.phones.heard == [(Method.PUSH, TARGET, said.text, False)]
    assert spoken.record is not None
    p1.bench.do(spoken.record)
    assert p1.notes()[0]["hint"] == "h"


async def test_a_contact_method_that_was_removed_is_not_rung(p1: Ringing) -> None:
    [ring] = p1.claim()
    p1.bench.do(lambda work: contacts.change(work.tx, 1, removed_at=work.now))
    with pytest.raises(PagingError, match=r"^The contact method was removed meanwhile\.$") as error:
        await p1.say(ring)
    assert error.value.permanent
    with pytest.raises(PagingError, match="removed"):
        await p1.say(replace(ring, page=None, facts={**ring.facts, "contact": 2}))
    assert p1.phones.heard == []


def prepare(p1: Ringing, ring: Effect, **changed: Any) -> Call | None:
    """Prepare it, from what was read and then changed."""
    call: Call | None = p1.bench.do(
        lambda work: p1.rings().prepare(work, ring, replace(at_hand(work), **changed))
    )
    return call


def test_what_cannot_be_made_ready_is_read_once_more(
    p1: Ringing, caplog: pytest.LogCaptureFixture
) -> None:
    [ring] = p1.claim()
    assert prepare(p1, ring, contact=None) is None
    assert f"{ring.key} is read once more" in caplog.text


def test_a_transaction_that_is_lost_is_not_read_on_in(p1: Ringing) -> None:
    [ring] = p1.claim()
    with pytest.raises(DBAPIError):
        prepare(p1, ring, page=replace(p1.pages()[0], escalation=cast(int, object())))


# ── Slack ─────────────────────────────────────────────────────────────────────────────────────
async def test_by_slack_the_page_is_a_message_that_is_found_again(p1: Ringing) -> None:
    [ring] = p1.claim(Lane.DIRECT)
    await p1.say(ring)
    assert p1.slack.said == [("UCHI", "page:1", True)]
    assert "the load fails" in p1.slack.messages[0].text
    post = p1.bench.do(lambda work: posts.find(work.tx, "page:1"))
    assert (post.channel, post.ts, post.incident) == ("D1", "1.5", 1)
    assert p1.notes() == [{"person": "chi@acme.test", "method": "slack", "hint": "Slack"}]


async def test_slack_that_is_switched_off_rings_nobody(p1: Ringing) -> None:
    [ring] = p1.claim(Lane.DIRECT)
    with pytest.raises(PagingError, match=r"^Slack is switched off\.$") as error:
        await p1.say(ring, without_slack=True)
    assert error.value.permanent


@pytest.mark.parametrize("lost", ["the account", "the page"])
async def test_who_has_no_slack_account_is_not_rung_there(p1: Ringing, lost: str) -> None:
    [ring] = p1.claim(Lane.DIRECT)
    if lost == "the page":
        ring = replace(ring, page=None)
    else:
        p1.bench.do(forget_account, "chi@acme.test")
    unknown = r"^This person's Slack account is not known\.$"
    with pytest.raises(PagingError, match=unknown) as error:
        await p1.say(ring)
    assert error.value.permanent
    assert p1.slack.said == []


def forget_account(work: Work, person: str) -> None:
    people = work.org.people
    work.tx.exec_driver_sql("DELETE FROM people WHERE id = 'chi@acme.test'")
    assert people[person].slack_id is None


# ── what is about no incident ─────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("kind", "facts", "text"),
    [
        (Kind.TEST_RING, {}, words.test_text()),
        (Kind.TEST_RING, {"code": SEAL.close("042137").decode()}, code_text("042137")),
        (Kind.TELL, {"what": "Slack is away."}, trouble_text("Slack is away.")),
    ],
)
async def test_what_is_about_no_incident_is_said_and_no_timeline_tells_of_it(
    p1: Ringing, kind: Kind, facts: dict[str, Any], text: PageText
) -> None:
    number = p1.bench.do(lambda work: add_phone(work, "ana", trusted=False))
    spoken = await p1.say(p1.ask(kind, {"v": 1, "contact": number, **facts}))
    assert p1.phones.heard == [(Method.PUSH, TARGET, text, False)]
    assert spoken.record is None
    assert p1.notes() == []


@pytest.mark.parametrize("trusted", [False, True])
async def test_where_it_may_lead_is_as_whoever_added_it(p1: Ringing, trusted: bool) -> None:
    number = p1.bench.do(lambda work: add_phone(work, "ana", trusted=trusted))
    await p1.say(p1.ask(Kind.TEST_RING, {"v": 1, "contact": number}))
    assert [each[3] for each in p1.phones.heard] == [trusted]


def test_the_wait_of_a_ring_that_is_claimed_late_starts_then(p1: Ringing) -> None:
    p1.bench.clock.forward(minutes=4)
    assert p1.claim()
    asked = select(rows.c.due).where(rows.c.key == "step:1:1")
    due = p1.bench.do(lambda work: work.tx.execute(asked).scalar_one())
    assert due == p1.bench.clock() + FIVE


@pytest.mark.parametrize("kind", [Kind.TEST_RING, Kind.TELL])
async def test_a_test_of_what_was_removed_rings_nobody_and_is_done(p1: Ringing, kind: Kind) -> None:
    assert await p1.say(p1.ask(kind, {"v": 1, "contact": 99, "what": "x"})) == Spoken()
    assert p1.phones.heard == []


async def test_a_canary_takes_a_line_and_answers_itself(p1: Ringing) -> None:
    from_then = p1.bench.do(send_canary, every=FIVE)
    ring = p1.ask(Kind.CANARY_RING, {"v": 1, "canary": from_then, "inbox": 1})
    await p1.say(ring)
    assert p1.phones.nobody == 1
    assert p1.phones.heard == []
    assert p1.bench.do(last_round) is not None


# ── what a phone shows ────────────────────────────────────────────────────────────────────────
def facts_of(p1: Ringing, page: Page) -> PageFacts:
    def read(work: Work) -> PageFacts:
        escalation = escalations.get(work.tx, page.escalation)
        assert escalation is not None
        return page_facts(work, page, work.incident(1), escalation)

    found: PageFacts = p1.bench.do(read)
    return found


def test_a_page_tells_of_the_incident_as_it_stands(p1: Ringing) -> None:
    p1.bench.do(lambda work: incidents.change(work.tx, 1, runbook="https://wiki.acme.test/elt"))
    [page] = p1.pages()
    assert facts_of(p1, page) == PageFacts(
        key="INC-1",
        severity=Severity.P1,
        title="the load fails",
        reason=p1.bench.do(lambda work: work.incident(1)).reason,
        service="Nightly ELT",
        why_you="on call with the volunteers (out of hours)",
        others=[],
        asked_by=None,
        asked="",
        alerts=0,
        runbook="https://wiki.acme.test/elt",
    )


def test_it_tells_how_many_alerts_there_are(p1: Ringing) -> None:
    late = Alert(
        alarm="EltLate", fingerprint="a", state=AlertState.FIRING, title="Nightly load is late"
    )
    p1.bench.do(receive_alerts, Delivery(source="generic", body=b"{}"), [late])
    assert facts_of(p1, p1.pages()[0]).alerts == 1


def test_it_names_who_else_is_rung_and_still_rings(p1: Ringing) -> None:
    for _ in range(10):
        p1.bench.clock.forward(minutes=1)
        answer_all(p1.bench)
    mine = [each for each in p1.pages() if each.person == "noor@acme.test"][-1]
    assert facts_of(p1, mine).others == ["Chi", "Mia"], "each once, however often they were rung"


@pytest.mark.parametrize(
    ("ask", "person"),
    [
        (lambda work, by: escalate(work, 1, "we are stuck", by=by), "mia@acme.test"),
        (
            lambda work, by: page_by_hand(work, 1, "noor@acme.test", "we are stuck", by=by),
            "noor@acme.test",
        ),
    ],
    ids=["escalate", "page"],
)
def test_a_page_by_hand_says_who_asked_and_why(
    p1: Ringing, ask: Callable[..., Any], person: str
) -> None:
    """product.md 10: the text is repeated in the page."""
    p1.bench.do(ask, SlackCaller(slack_id="UCHI", team="T1"))
    answer_all(p1.bench)
    [mine] = [each for each in p1.pages() if each.person == person]
    found = facts_of(p1, mine)
    assert (found.asked_by, found.asked) == ("Chi", "we are stuck")


def test_only_a_page_by_hand_says_who_asked(p1: Ringing) -> None:
    def ask_for(work: Work) -> None:
        work.tx.exec_driver_sql("UPDATE escalations SET asked_by = 'chi@acme.test', why = 'so'")

    p1.bench.do(ask_for)
    [page] = p1.pages()
    assert (facts_of(p1, page).asked_by, facts_of(p1, page).asked) == (None, "")
    assert p1.bench.do(lambda work: escalations.get(work.tx, 1)).kind is EscalationKind.INCIDENT


def test_without_a_service_none_is_named(p1: Ringing) -> None:
    for service in (None, "gone"):
        p1.bench.do(lambda work, name=service: incidents.change(work.tx, 1, service=name))
        assert facts_of(p1, p1.pages()[0]).service is None
