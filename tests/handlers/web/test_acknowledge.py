"""The page behind a signed link: looking changes nothing, a press answers as the right person."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

import httpx2
import pytest
from sqlalchemy import select
from starlette.applications import Starlette

from app.flows.acknowledge import acknowledge
from app.flows.admit import LinkCaller, Operator
from app.flows.declare import declare
from app.flows.escalate import escalate
from app.flows.kit import Kit
from app.flows.resolve import resolve
from app.flows.take_step import take_step
from app.flows.work import Work
from app.paging.links import Links
from app.rules.incident import IncidentId, State
from handlers.web.acknowledge import routes
from storage import audit, escalations, people, tables
from storage.engine import Database
from storage.escalations import Page, Ringing
from storage.people import Standing
from tests.paging.company import KEY, MIA, Clock, give_phones, open_company

LINKS = Links("https://baton.example.com", KEY)
TITLE = 'Nightly ELT is <b>late</b> \u202e& "stuck"'
pytestmark = pytest.mark.anyio


@dataclass
class Phone:
    """A paged person's browser, with the link they were sent."""

    kit: Kit
    web: httpx2.AsyncClient
    page: Page

    @property
    def incident(self) -> IncidentId:
        return self.page.incident

    @property
    def person(self) -> str:
        return self.page.person

    @property
    def link(self) -> str:
        token = LINKS.token(self.page.incident, self.page.escalation, self.page.person)
        return f"/acknowledge/{token}"

    async def look(self) -> httpx2.Response:
        return await self.web.get(self.link)

    async def press(self, act: str) -> httpx2.Response:
        return await self.web.post(self.link, data={"act": act})

    def state(self) -> State:
        return self.kit.do_now(lambda work: work.incident(self.incident).state)

    def pages(self) -> list[Page]:
        return self.kit.do_now(lambda work: escalations.list_pages(work.tx, self.incident))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def kit(database: Database, clock: Clock) -> Iterator[Kit]:
    with open_company(database, clock) as kit:
        kit.do_now(give_phones)
        yield kit


@pytest.fixture
async def phone(kit: Kit, clock: Clock) -> AsyncIterator[Phone]:
    app = Starlette(routes=routes(kit, LINKS))
    transport = httpx2.ASGITransport(app=app)
    async with httpx2.AsyncClient(transport=transport, base_url="https://baton.test") as web:
        page = kit.do_now(_wake)
        clock.forward(minutes=4)
        yield Phone(kit, web, page)


def _wake(work: Work) -> Page:
    """A P1 whose first step rings; the first page of it."""
    declared = declare(work, TITLE, by=Operator(name="ops"), service="nightly-elt", sla="elt-fresh")
    escalation = escalations.newest_of(work.tx, declared.incident.id)
    assert escalation is not None
    return take_step(work, escalation.id, step=0)[0]


def everything(database: Database) -> dict[str, list[object]]:
    with database.read.begin() as tx:
        return {
            table.name: [tuple(row) for row in tx.execute(select(table))]
            for table in tables.metadata.sorted_tables
        }


async def test_looking_changes_nothing(phone: Phone, database: Database) -> None:
    before = everything(database)
    for method in ("GET", "HEAD"):
        for tail in ("", "?act=acknowledge", "?act=resolve"):
            answer = await phone.web.request(method, phone.link + tail)
            assert answer.status_code == 200
    assert everything(database) == before
    assert phone.state() is State.TRIGGERED


async def test_the_page_says_what_it_is_about(phone: Phone) -> None:
    text = (await phone.look()).text
    assert f"Acknowledge INC-{phone.incident}" in text
    assert "03:12, 4 minutes ago" in text or "19:12, 4 minutes ago" in text
    assert "Nightly ELT" in text
    assert "P1: threatens SLA" in text.replace("&#34;", '"')


async def test_nothing_of_the_title_becomes_markup(phone: Phone) -> None:
    text = (await phone.look()).text
    assert "<b>late" not in text
    assert "&lt;b&gt;late&lt;/b&gt; &amp; &#34;stuck&#34;" in text
    assert "\u202e" not in text


async def test_it_runs_no_script_and_asks_no_other_host(phone: Phone) -> None:
    answer = await phone.look()
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none';")
    assert "frame-ancestors 'none'" in policy
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "<script" not in answer.text
    assert "src=" not in answer.text
    assert len(answer.content) < 8000


async def test_a_press_acknowledges_as_the_person_of_the_link(phone: Phone) -> None:
    answer = await phone.press("acknowledge")
    assert answer.status_code == 200
    assert "You have it." in answer.text
    assert "Acknowledge INC" not in answer.text
    incident = phone.kit.do_now(lambda work: work.incident(phone.incident))
    assert (incident.state, incident.acknowledged_by) == (State.ACKNOWLEDGED, phone.person)


async def test_a_push_messages_own_button_posts_without_a_body(phone: Phone) -> None:
    assert (await phone.web.post(phone.link)).status_code == 200
    assert phone.state() is State.ACKNOWLEDGED


async def test_a_repeated_press_is_success_and_has_no_effect(
    phone: Phone, database: Database
) -> None:
    await phone.press("acknowledge")
    before = everything(database)
    answer = await phone.press("acknowledge")
    assert answer.status_code == 200
    assert "You have it." in answer.text
    assert everything(database)["timeline"] == before["timeline"]
    assert everything(database)["pages"] == before["pages"]


async def test_still_on_it_is_progress(phone: Phone, clock: Clock) -> None:
    await phone.press("acknowledge")
    clock.forward(minutes=40)
    answer = await phone.press("still")
    assert "still on it" in answer.text
    incident = phone.kit.do_now(lambda work: work.incident(phone.incident))
    assert incident.progress_at == clock()


async def test_resolve_ends_it(phone: Phone) -> None:
    await phone.press("acknowledge")
    answer = await phone.press("resolve")
    assert "Resolved by" in answer.text
    assert "<button" not in answer.text
    assert phone.state() is State.RESOLVED


async def test_a_late_press_after_the_end_is_told_and_changes_nothing(phone: Phone) -> None:
    phone.kit.do_now(resolve, None, phone.incident, by=Operator(name="ops"))
    answer = await phone.press("acknowledge")
    assert answer.status_code == 409
    assert "nobody is being paged" in answer.text
    assert phone.state() is State.RESOLVED


async def test_who_has_it_is_shown_to_the_others(phone: Phone) -> None:
    phone.kit.do_now(
        acknowledge, None, phone.incident, by=LinkCaller(person=MIA, incident=phone.incident)
    )
    answer = await phone.look()
    assert "mia has it." in answer.text
    assert "<button" not in answer.text
    told = await phone.press("still")
    assert told.status_code == 409


async def test_passing_on_ends_the_persons_page_and_not_the_escalation(phone: Phone) -> None:
    answer = await phone.press("pass")
    assert "Passed on" in answer.text
    assert phone.state() is State.TRIGGERED
    assert [each.state for each in phone.pages()] == [Ringing.PASSED]
    assert "Nothing rings you" in (await phone.press("pass")).text
    assert "pass on" not in (await phone.look()).text


async def test_a_manager_asked_by_hand_answers_although_somebody_has_it(phone: Phone) -> None:
    await phone.press("acknowledge")

    def call(work: Work) -> Page:
        escalate(work, phone.incident, "the vendor does not answer", by=Operator(name="ops"))
        newest = escalations.list_ringing(work.tx, phone.incident)[-1]
        return take_step(work, newest.id, step=0)[0]

    manager = Phone(phone.kit, phone.web, phone.kit.do_now(call))
    text = (await manager.look()).text
    assert "ops asks for you:" in text
    assert "the vendor does not answer" in text
    await manager.press("acknowledge")
    assert manager.pages()[-1].state is Ringing.ANSWERED
    assert "has it." in (await manager.look()).text


@pytest.mark.parametrize("end", [State.CLOSED, State.CANCELLED, State.MERGED])
async def test_a_link_is_worth_nothing_once_the_incident_is_over(
    phone: Phone, database: Database, end: State
) -> None:
    with database.write.begin() as tx:
        tx.execute(tables.incidents.update().values(state=end))
    for answer in (await phone.look(), await phone.press("acknowledge")):
        assert answer.status_code == 404
        assert end in answer.text
    assert phone.state() is end


async def test_a_link_that_is_not_ours_finds_nothing(phone: Phone) -> None:
    token = phone.link.rpartition("/")[2]
    for bad in (
        token[:-1],
        token[:-1] + ("A" if token[-1] != "A" else "B"),
        "x",
        "%00",
        "a" * 900,
        LINKS.token(10**6, 1, phone.person),
        "INC-1",
    ):
        for answer in (
            await phone.web.get(f"/acknowledge/{bad}"),
            await phone.web.post(f"/acknowledge/{bad}"),
        ):
            assert answer.status_code == 404
            assert "This link" in answer.text or "incident of this link" in answer.text
    assert phone.state() is State.TRIGGERED


async def test_the_link_of_one_incident_does_not_act_on_another(phone: Phone) -> None:
    def other(work: Work) -> IncidentId:
        return declare(work, "something else", by=Operator(name="ops")).incident.id

    second = phone.kit.do_now(other)
    await phone.press("acknowledge")
    assert phone.kit.do_now(lambda work: work.incident(second).state) is State.TRIGGERED


@pytest.mark.parametrize(
    "body", [b"act=close", b"act=%ff", b"\xff\xfe", b"act=" + b"x" * 5000, b"&".join([b"a=1"] * 50)]
)
async def test_a_form_that_is_not_ours_does_nothing(phone: Phone, body: bytes) -> None:
    answer = await phone.web.post(phone.link, content=body)
    assert answer.status_code == 400
    assert phone.state() is State.TRIGGERED


async def test_a_deactivated_account_can_no_longer_answer(phone: Phone) -> None:
    def deactivate(work: Work) -> None:
        people.remember(work.tx, id=phone.person, standing=Standing.DEACTIVATED, seen_at=work.now)

    phone.kit.do_now(deactivate)
    answer = await phone.press("acknowledge")
    assert answer.status_code == 409
    assert "deactivated" in answer.text
    with phone.kit.database.read.begin() as tx:
        assert [each for each in audit.list_of(tx, f"INC-{phone.incident}") if each.refused]


async def test_when_the_database_is_away_the_page_says_to_try_again(
    phone: Phone, database: Database
) -> None:
    with database.write.begin() as tx:
        tx.exec_driver_sql("ALTER TABLE incidents RENAME TO incidents_away")
    for answer in (await phone.look(), await phone.press("acknowledge")):
        assert answer.status_code == 503
        assert "Try again" in answer.text
        assert "incidents_away" not in answer.text
