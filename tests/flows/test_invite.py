"""Invitations: nobody is added without Accept, and who declined is shown to nobody
(product.md 22)."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.delivery.waits import answer_next
from app.flows import tell
from app.flows.admit import SlackCaller
from app.flows.invite import (
    NOT_AGAIN,
    Invitation,
    accept_invitation,
    decline_invitation,
    invite,
    invite_the_files,
)
from app.flows.kinds import Kind
from app.flows.know_people import know_people
from app.flows.volunteer import Wish, volunteer
from app.flows.work import Refused, Work
from app.organisation.apply import apply
from app.organisation.example import example_text
from storage.tables import audit, effects, tours
from tests.kit import Bench, account

FRIDAY = datetime(2026, 11, 27, 18, tzinfo=UTC)
"""Ana's week of the volunteers begins; the bench stands at Monday 22:00 before it, in Chi's."""
WEEK, DAY = timedelta(weeks=1), timedelta(days=1)
ANA, BEN, MIA = (SlackCaller(slack_id=f"U{name}", team="T1") for name in ("ANA", "BEN", "MIA"))
BENS, MIAS = "ben@acme.test", "mia@acme.test"


def ask(bench: Bench, person: str = BENS, wish: Wish | None = None, by: Any = MIA) -> Invitation:
    found = bench.do(invite, person, wish or Wish(), by=by)
    assert isinstance(found, Invitation)
    return found


def serves(bench: Bench, at: datetime) -> str | None:
    return bench.do(lambda work: work.schedule.on_duty("volunteers", at).person)  # type: ignore[no-any-return]


def told(bench: Bench, person: str) -> dict[str, str]:
    """Every letter to somebody, by what it is about, as it reads now."""

    def read(work: Work) -> dict[str, str]:
        rows = work.tx.execute(select(effects).where(effects.c.kind == Kind.LETTER))
        mine = [row for row in rows if row.facts["to"] == person]
        found = {row.facts["what"]: tell.letter(work, row.facts)[1] for row in mine}
        return {what: message.text if message else "" for what, message in found.items()}

    return dict(bench.do(read))


def settle(bench: Bench, at: datetime) -> None:
    bench.clock.now = at
    bench.do(know_people, [account(name) for name in ("ana", "ben", "chi", "mia")])
    while bench.do(answer_next):
        pass


def everything(bench: Bench, but: str) -> str:
    """All that anybody else may read: every letter, every line of the audit log."""

    def read(work: Work) -> str:
        rows = work.tx.execute(select(effects).where(effects.c.kind == Kind.LETTER))
        others = [tell.letter(work, row.facts)[1] for row in rows if row.facts["to"] != but]
        lines = [str(dict(row._mapping)) for row in work.tx.execute(select(audit))]
        return "\n".join([*(each.text for each in others if each), *lines])

    return str(bench.do(read))


def test_an_invitation_is_private_and_adds_nobody(bench: Bench) -> None:
    assert ask(bench).new
    text = told(bench, BENS)["tour_invitation"]
    assert text.startswith(":wave: *Mia asks whether you would volunteer for the out-of")
    assert "A tour of 26 weeks" in text
    assert "without *Accept* nothing changes" in text
    assert BENS not in {serves(bench, FRIDAY + n * WEEK) for n in range(8)}
    assert told(bench, MIAS) == {}


def test_accept_puts_them_on_the_rota_and_the_manager_hears_of_it(bench: Bench) -> None:
    ask(bench)
    done = bench.do(accept_invitation, 1, by=BEN, shadowing=True)
    assert done.new
    assert serves(bench, FRIDAY) == BENS
    assert not bench.do(accept_invitation, 1, by=BEN).new
    assert told(bench, MIAS)["tour_taken_up"].startswith(":tada: Ben has joined the out-of")
    assert told(bench, BENS)["tour_invitation"].startswith(":white_check_mark: You are")


def test_only_who_was_asked_may_answer(bench: Bench) -> None:
    ask(bench)
    for act in (accept_invitation, decline_invitation):
        for by in (ANA, MIA):
            with pytest.raises(Refused, match="not yours to answer"):
                bench.do(act, 1, by=by)
        with pytest.raises(Refused, match="not yours to answer"):
            bench.do(act, 77, by=BEN)


def test_who_declined_is_shown_to_nobody(bench: Bench) -> None:
    """Everything that others may read is the same as if no answer had come."""
    ask(bench)
    before = everything(bench, but=BENS)
    bench.clock.now += DAY
    bench.do(decline_invitation, 1, by=BEN)
    bench.do(decline_invitation, 1, by=BEN)
    assert "You said no, thanks. Nobody is told" in told(bench, BENS)["tour_invitation"]
    after = everything(bench, but=BENS)
    new = after.removeprefix(before)
    assert "ben" not in new
    assert "declin" not in after
    again = ask(bench)
    assert (again.new, again.asked_at) == (False, bench.clock.now - DAY)


@pytest.mark.parametrize("answers", [True, False])
def test_after_two_weeks_it_was_not_taken_up_whatever_the_answer_was(
    bench: Bench, answers: bool
) -> None:
    ask(bench)
    if answers:
        bench.do(decline_invitation, 1, by=BEN)
    asked = bench.clock.now
    settle(bench, asked + 14 * DAY - timedelta(seconds=1))
    assert told(bench, MIAS) == {}
    settle(bench, asked + 14 * DAY)
    [(what, text)] = told(bench, MIAS).items()
    assert (what, text) == (
        "tour_not_taken_up",
        "Ben did not take up the invitation to the out-of-hours rota. It has ended.",
    )
    # A manager may ask again, and is answered the same.
    assert ask(bench).new
    assert not ask(bench).new


def test_who_declined_is_left_in_peace_for_long(bench: Bench) -> None:
    ask(bench)
    bench.do(decline_invitation, 1, by=BEN)
    settle(bench, bench.clock.now + 15 * DAY)
    ask(bench)
    assert "You said no, thanks" in told(bench, BENS)["tour_invitation"]
    assert len(letters(bench, BENS)) == 1
    settle(bench, bench.clock.now + NOT_AGAIN)
    ask(bench)
    assert len(letters(bench, BENS)) == 2


def letters(bench: Bench, person: str) -> list[str]:
    rows = bench.do(
        lambda work: work.tx.execute(select(effects).where(effects.c.kind == Kind.LETTER)).all()
    )
    return [row.key for row in rows if row.facts["to"] == person]


def test_who_said_no_may_still_join_by_their_own_act(bench: Bench) -> None:
    ask(bench)
    bench.do(decline_invitation, 1, by=BEN)
    bench.do(volunteer, Wish(), by=BEN)
    assert serves(bench, FRIDAY) == BENS
    assert "tour_taken_up" in told(bench, MIAS)


def test_what_has_ended_cannot_be_accepted(bench: Bench) -> None:
    ask(bench)
    settle(bench, bench.clock.now + 14 * DAY)
    with pytest.raises(Refused, match="That invitation has ended"):
        bench.do(accept_invitation, 1, by=BEN)
    assert "has ended" in told(bench, BENS)["tour_invitation"]


def test_accepted_after_its_first_day_it_begins_at_the_next_boundary(bench: Bench) -> None:
    """Old shifts stay what they were (product.md 26)."""
    ask(bench)
    settle(bench, FRIDAY + 8 * DAY)
    past = [serves(bench, FRIDAY + n * WEEK) for n in range(2)]
    done = bench.do(accept_invitation, 1, by=BEN)
    assert done.prospect.tour.starts == date(2026, 12, 11)
    assert [serves(bench, FRIDAY + n * WEEK) for n in range(2)] == past
    assert BENS in {serves(bench, FRIDAY + n * WEEK) for n in range(2, 6)}
    assert not bench.do(accept_invitation, 1, by=BEN).new


def test_only_managers_invite(bench: Bench) -> None:
    with pytest.raises(Refused, match="Only a manager invites"):
        ask(bench, by=ANA)


def test_a_volunteer_is_not_invited(bench: Bench) -> None:
    with pytest.raises(Refused, match=r"has a tour with volunteers already, until 2027-03-05"):
        ask(bench, "ana@acme.test")


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"guest": True}, "is a guest here"),
        ({"deactivated": True}, "is deactivated"),
        ({"external": True}, "of another workspace"),
        ({"bot": True}, "is a bot"),
    ],
)
def test_only_members_are_invited(bench: Bench, changes: dict[str, Any], sentence: str) -> None:
    bench.do(know_people, [account("gus", **changes)])
    with pytest.raises(Refused, match=sentence):
        ask(bench, "UGUS")


def test_who_has_no_account_cannot_be_asked(bench: Bench) -> None:
    with pytest.raises(Refused, match=r"no Slack account of eve@acme.test"):
        ask(bench, "eve@acme.test")


def test_a_day_that_has_passed_is_said(bench: Bench) -> None:
    with pytest.raises(Refused, match="has passed"):
        ask(bench, wish=Wish(starts=date(2026, 1, 2)))


# ── the tours of the file that nobody has accepted ────────────────────────────────────────────
@pytest.fixture
def with_bens_tour(bench: Bench) -> Bench:
    """The organisation file has a tour for Ben, who never accepted it."""
    tour = '[[rota.tour]]\nperson = "ben@acme.test"\nfrom = "2026-12-04"\nweeks = 26\n\n'
    text = example_text().replace(
        '[[rota]]\nid = "data-infra"', tour + '[[rota]]\nid = "data-infra"'
    )
    with bench.database.write.begin() as tx:
        assert apply(tx, text, now=bench.clock(), by="test")
    return bench


def test_a_tour_of_the_file_is_an_invitation_and_is_sent_once(with_bens_tour: Bench) -> None:
    bench = with_bens_tour
    for _ in range(3):
        bench.do(invite_the_files)
        bench.clock.now += DAY
    assert letters(bench, BENS) == ["letter:tour_invitation:1:ben@acme.test"]
    assert "The organisation file asks" in told(bench, BENS)["tour_invitation"]
    bench.do(accept_invitation, 1, by=BEN)
    assert BENS in {serves(bench, FRIDAY + n * WEEK) for n in range(1, 5)}
    bench.do(invite_the_files)
    assert len(bench.do(lambda work: work.tx.execute(select(tours)).all())) == 1


def test_a_tour_of_the_file_that_was_declined_or_not_taken_up_is_not_sent_again(
    with_bens_tour: Bench,
) -> None:
    bench = with_bens_tour
    bench.do(invite_the_files)
    settle(bench, bench.clock.now + 15 * DAY)
    bench.do(invite_the_files)
    assert letters(bench, BENS) == ["letter:tour_invitation:1:ben@acme.test"]
    assert "has ended" in told(bench, BENS)["tour_invitation"]
