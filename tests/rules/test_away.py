"""What an absence does to who serves, seen beforehand: exactly what the schedule then says."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from app.organisation.example import example_text
from app.organisation.in_force import parse_applied
from app.rules.away import Change, Stay, changes, going, returning, stays
from app.rules.organisation import Leave, Override
from app.rules.schedule import Schedule

ORG = parse_applied(example_text())
BASE = Schedule.of(ORG)
NOW = datetime(2026, 11, 23, 22, tzinfo=UTC)
FRIDAY = datetime(2026, 11, 27, 18, tzinfo=UTC)
WEEK, DAY = timedelta(weeks=1), timedelta(days=1)
ANA, CHI, MIA, NOOR = (f"{name}@acme.test" for name in ("ana", "chi", "mia", "noor"))


def leave(person: str, start: datetime, end: datetime) -> Leave:
    return Leave(person=person, start=start, end=end, made_at=NOW)


def seen(person: str, start: datetime, end: datetime, base: Schedule = BASE) -> list[Change]:
    after = going(base, leave(person, start, end))
    return [each for each in changes(base, after, start, end) if each.rota == "volunteers"]


def test_a_shift_goes_to_the_next_in_turn_for_as_long_as_it_lasts() -> None:
    assert seen(ANA, FRIDAY + DAY, FRIDAY + 2 * DAY) == [
        Change(rota="volunteers", start=FRIDAY + DAY, end=FRIDAY + 2 * DAY, before=ANA, after=CHI)
    ]


def test_a_hole_is_seen() -> None:
    base = going(BASE, leave(CHI, FRIDAY, FRIDAY + WEEK))
    [hole] = seen(ANA, FRIDAY, FRIDAY + WEEK, base)
    assert (hole.before, hole.after) == (ANA, None)


def test_the_running_shift_stays_and_so_does_one_that_was_taken() -> None:
    taken = Override(person=CHI, start=FRIDAY, end=FRIDAY + DAY, why="", made_at=NOW)
    versions, made = BASE.rotas["volunteers"]
    base = replace(BASE, rotas={**BASE.rotas, "volunteers": (versions, (*made, taken))})
    after = going(base, leave(CHI, NOW, FRIDAY + DAY))
    assert [each for each in stays(after, CHI, NOW, FRIDAY + DAY) if each.rota == "volunteers"] == [
        Stay(rota="volunteers", start=NOW, end=FRIDAY, running=True),
        Stay(rota="volunteers", start=FRIDAY, end=FRIDAY + DAY, running=False),
    ]
    assert [each for each in changes(base, after, NOW, FRIDAY) if each.rota == "volunteers"] == []


def test_who_does_not_serve_then_changes_nothing() -> None:
    assert seen(CHI, FRIDAY, FRIDAY + WEEK) == []


def test_coming_back_undoes_it_for_what_has_not_begun() -> None:
    away = going(BASE, leave(ANA, FRIDAY, FRIDAY + WEEK))
    before_it = returning(away, ANA, FRIDAY, FRIDAY + WEEK, at=FRIDAY - DAY)
    assert changes(away, before_it, FRIDAY, FRIDAY + WEEK)[-1].after == ANA
    begun = returning(away, ANA, FRIDAY, FRIDAY + WEEK, at=FRIDAY + DAY)
    later = changes(away, begun, FRIDAY + DAY, FRIDAY + WEEK)
    assert [each for each in later if each.rota == "volunteers"] == []


instants = st.integers(0, 24 * 120).map(lambda hours: NOW + timedelta(hours=hours))


@settings(deadline=None, max_examples=60)
@given(
    person=st.sampled_from([ANA, CHI, MIA, NOOR]),
    other=st.sampled_from([ANA, CHI, MIA, NOOR]),
    times=st.lists(instants, min_size=4, max_size=4, unique=True),
    looks=st.lists(instants, min_size=1, max_size=20),
)
def test_what_was_foreseen_is_what_then_holds(
    person: str, other: str, times: list[datetime], looks: list[datetime]
) -> None:
    start, end = sorted(times[:2])
    first, last = sorted(times[2:])
    base = going(BASE, leave(other, first, last))
    after = going(base, leave(person, start, end))
    found = changes(base, after, start, end)
    for rota in BASE.rotas:
        theirs = [each for each in found if each.rota == rota]
        assert all(a.end <= b.start for a, b in pairwise(theirs))
        for at in looks:
            was, will = base.on_duty(rota, at).person, after.on_duty(rota, at).person
            hit = [each for each in theirs if each.start <= at < each.end]
            assert [(each.before, each.after) for each in hit] == ([(was, will)] * (was != will))
            if start <= at < end and will == person:
                kept = stays(after, person, start, end)
                assert any(each.rota == rota and each.start <= at < each.end for each in kept)


def test_an_empty_time_has_nothing() -> None:
    after = going(BASE, leave(ANA, FRIDAY, FRIDAY + WEEK))
    assert changes(BASE, after, FRIDAY, FRIDAY) == []
    assert stays(after, CHI, FRIDAY, FRIDAY) == []
