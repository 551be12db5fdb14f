"""The addresses of calendars, and what stands in them: shifts, cover and shadows; no reasons."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.calendars.feed import Entry
from app.flows.admit import Operator, SlackCaller
from app.flows.away import go_away
from app.flows.calendar_link import (
    find_calendar_link,
    make_calendar_link,
    revoke_calendar_link,
)
from app.flows.know_people import know_people
from app.flows.person import erase_person, export_person
from app.flows.tell.calendar_feed import FeedFacts, calendar_feed
from app.flows.work import Refused
from app.organisation.apply import apply
from app.organisation.example import example_text
from storage import overrides, shadows
from storage.tables import audit, feeds
from tests.kit import Bench, account

NOW = datetime(2026, 11, 23, 22, tzinfo=UTC)
FRIDAY = datetime(2026, 11, 27, 18, tzinfo=UTC)
WEEK, DAY = timedelta(weeks=1), timedelta(days=1)
ANA, BEN, CHI, MIA = (
    SlackCaller(slack_id=f"U{name}", team="T1") for name in ("ANA", "BEN", "CHI", "MIA")
)


def shown(bench: Bench, secret: str) -> FeedFacts:
    found = bench.do(calendar_feed, secret, host="baton.acme.test")
    assert found is not None
    return found  # type: ignore[no-any-return]


def at(facts: FeedFacts, start: datetime) -> Entry:
    [found] = [each for each in facts.entries if each.start == start]
    return found


def test_my_calendar_has_my_shifts_of_every_rota(bench: Bench) -> None:
    facts = shown(bench, bench.do(make_calendar_link, by=ANA))
    own = at(facts, FRIDAY)
    assert (own.summary, own.end) == ("On call: Out of hours", FRIDAY + WEEK)
    assert any(each.summary == "On call: Data Infrastructure" for each in facts.entries)
    assert facts.entries[0].end > NOW - 4 * WEEK
    assert NOW + 24 * WEEK < facts.entries[-1].start < NOW + 26 * WEEK


def test_a_rotas_calendar_is_a_managers_and_shows_holes(bench: Bench) -> None:
    for by in (ANA, BEN):
        with pytest.raises(Refused, match="Only a manager"):
            bench.do(make_calendar_link, by=by, rota="volunteers")
    with pytest.raises(Refused, match="There is no rota"):
        bench.do(make_calendar_link, by=MIA, rota="nightwatch")
    secret = bench.do(make_calendar_link, by=MIA, rota="volunteers")
    bench.do(go_away, FRIDAY, FRIDAY + WEEK, by=ANA, note="an operation")
    assert at(shown(bench, secret), FRIDAY).summary == "Chi (for Ana) · Out of hours"
    bench.do(go_away, FRIDAY + DAY, FRIDAY + 2 * DAY, by=CHI, note="a burial")
    facts = shown(bench, secret)
    hole = at(facts, FRIDAY + DAY)
    assert (hole.summary, hole.busy) == ("Nobody (for Ana) · Out of hours", False)
    assert not any(word in str(facts) for word in ("operation", "burial", "@acme.test"))


def test_a_day_on_which_nobody_is_to_serve_is_no_hole(bench: Bench) -> None:
    facts = shown(bench, bench.do(make_calendar_link, by=MIA, rota="data-infra"))
    assert facts.entries
    assert not any("Nobody" in each.summary for each in facts.entries)


def test_cover_and_shadows_are_marked_and_their_reasons_are_not_shown(bench: Bench) -> None:
    def act(work: Any) -> None:
        overrides.add(
            work.tx,
            rota="volunteers",
            person="chi@acme.test",
            start=FRIDAY + DAY,
            end=FRIDAY + 2 * DAY,
            why="a secret",
            at=work.now,
            by="mia@acme.test",
        )
        shadows.add(work.tx, rota="volunteers", person="ben@acme.test", start=FRIDAY,
                    end=FRIDAY + DAY, at=work.now, by="mia@acme.test")  # fmt: skip

    bench.do(act)
    covering = at(shown(bench, bench.do(make_calendar_link, by=CHI)), FRIDAY + DAY)
    assert covering.summary == "On call: Out of hours (for Ana)"
    looking = shown(bench, bench.do(make_calendar_link, by=BEN))
    shadow = next(each for each in looking.entries if each.summary == "Shadow: Out of hours")
    assert not shadow.busy
    rota = shown(bench, bench.do(make_calendar_link, by=MIA, rota="volunteers"))
    assert [each.summary for each in rota.entries if each.start == FRIDAY] == [
        "Ana · Out of hours", "Shadow: Ben · Out of hours",
    ]  # fmt: skip
    assert not any("secret" in str(each) or "@acme" in str(each) for each in (looking, rota))


def test_an_event_keeps_its_uid_and_its_sequence_never_falls(bench: Bench) -> None:
    secret = bench.do(make_calendar_link, by=MIA, rota="volunteers")
    before = shown(bench, secret)
    bench.clock.forward(days=3)
    assert at(shown(bench, secret), FRIDAY).uid == at(before, FRIDAY).uid
    leave = bench.do(go_away, FRIDAY, FRIDAY + WEEK, by=ANA)
    after = shown(bench, secret)
    assert leave.made_at == after.changed_at
    assert at(after, FRIDAY).uid == at(before, FRIDAY).uid
    assert after.sequence > before.sequence
    uids = [each.uid for each in after.entries]
    assert len(uids) == len(set(uids))
    assert all(uid.endswith("@baton.acme.test") for uid in uids)


def test_only_the_digest_is_kept_and_a_new_address_stops_the_old_one(bench: Bench) -> None:
    first = bench.do(make_calendar_link, by=ANA)
    assert bench.do(find_calendar_link, by=ANA) is not None
    second = bench.do(make_calendar_link, by=ANA)
    with bench.database.read.begin() as tx:
        kept = str([*tx.execute(select(feeds)), *tx.execute(select(audit))])
    assert first not in kept
    assert second not in kept
    assert bench.do(calendar_feed, first, host="x") is None
    shown(bench, second)
    assert bench.do(revoke_calendar_link, by=ANA)
    assert not bench.do(revoke_calendar_link, by=ANA)
    assert bench.do(calendar_feed, second, host="x") is None
    assert bench.do(find_calendar_link, by=ANA) is None


def test_nobody_revokes_another_persons(bench: Bench) -> None:
    mine = bench.do(make_calendar_link, by=ANA)
    assert not bench.do(revoke_calendar_link, by=BEN)
    shown(bench, mine)


def test_whoever_has_left_sees_nothing_any_more(bench: Bench) -> None:
    mine = bench.do(make_calendar_link, by=ANA)
    rotas = bench.do(make_calendar_link, by=MIA, rota="volunteers")
    bench.do(know_people, [account("ana", deactivated=True)])
    assert bench.do(calendar_feed, mine, host="x") is None
    with bench.database.write.begin() as tx:
        left = example_text().replace("manager = true", "", 1)
        left = left.replace('members = ["mia@acme.test", "noor@acme.test"]',
                            'members = ["noor@acme.test"]')  # fmt: skip
        apply(tx, left, now=bench.clock(), by="test")
    assert bench.do(calendar_feed, rotas, host="x") is None


def test_it_is_given_out_without_its_digest_and_taken_away_with_the_person(bench: Bench) -> None:
    bench.do(know_people, [account("sean")])
    secret = bench.do(make_calendar_link, by=SlackCaller(slack_id="USEAN", team="T1"))
    shown(bench, secret)
    told = bench.do(export_person, "sean@acme.test", by=Operator())
    assert "hash" not in told["feeds"][0]
    bench.do(erase_person, "sean@acme.test", by=Operator())
    assert bench.do(calendar_feed, secret, host="x") is None


@pytest.mark.parametrize("secret", ["", "x", "x" * 4000, "\ud800", "' OR 1=1 --"])
def test_what_was_never_made_is_none(bench: Bench, secret: str) -> None:
    assert bench.do(calendar_feed, secret, host="x") is None
