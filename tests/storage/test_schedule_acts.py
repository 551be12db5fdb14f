"""Overrides, tours, leaves and shadows as people make them: what stays of what was withdrawn."""

from datetime import UTC, date, datetime, timedelta

from sqlalchemy import Connection

from app.rules.organisation import Anchor
from storage import leaves, organisations, overrides, shadows, tours
from storage.engine import Database
from storage.tours import TourState

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def cover(tx: Connection, start: datetime, hours: int, of: Anchor | None = None) -> int:
    return overrides.add(
        tx, rota="volunteers", person="ben", start=start, end=start + hours * HOUR, why="",
        at=NOW, by="ben", of=of,
    )  # fmt: skip


def test_every_act_changes_the_stamp(database: Database) -> None:
    with database.write.begin() as tx:
        stamps = [organisations.stamp(tx)]
        made = cover(tx, NOW, 1)
        stamps.append(organisations.stamp(tx))
        overrides.withdraw(tx, [made], at=NOW, by="ben")
        stamps.append(organisations.stamp(tx))
        away = leaves.add(
            tx, person="ana", start_at=NOW, end_at=NOW + HOUR, kind="leave", note="",
            made_at=NOW, made_by="ana",
        )  # fmt: skip
        stamps.append(organisations.stamp(tx))
        leaves.withdraw(tx, [away], at=NOW, by="ana")
        stamps.append(organisations.stamp(tx))
        asked = invite(tx)
        stamps.append(organisations.stamp(tx))
        tours.answer(tx, asked, TourState.ACCEPTED, at=NOW)
        stamps.append(organisations.stamp(tx))
        tours.leave(tx, asked, on=date(2027, 1, 1), at=NOW)
        stamps.append(organisations.stamp(tx))
        shadows.add(
            tx, rota="volunteers", person="chi", start=NOW, end=NOW + HOUR, at=NOW, by="chi"
        )
        stamps.append(organisations.stamp(tx))
    assert len(set(stamps)) == len(stamps)


def invite(tx: Connection) -> int:
    made = tours.add(
        tx, rota="volunteers", person="dee", starts=date(2026, 12, 4), weeks=26,
        state=TourState.INVITED, made_at=NOW, made_by="mia",
    )  # fmt: skip
    assert made is not None
    return made.id


def test_of_an_override_that_is_withdrawn_what_was_served_stays(database: Database) -> None:
    with database.write.begin() as tx:
        served, coming = cover(tx, NOW - HOUR, 3), cover(tx, NOW + HOUR, 3)
        assert overrides.withdraw(tx, [served, coming], at=NOW, by="mia") == 2
        [left] = overrides.list_all(tx)["volunteers"]
    assert (left.start, left.end) == (NOW - HOUR, NOW)


def test_a_swap_keeps_what_it_follows_until_it_is_withdrawn(database: Database) -> None:
    anchor = Anchor(person="ana", day=date(2026, 11, 20))
    with database.write.begin() as tx:
        made = cover(tx, NOW - HOUR, 3, anchor)
        assert overrides.list_all(tx)["volunteers"][0].of == anchor
        overrides.withdraw(tx, [made], at=NOW, by="ana")
        assert overrides.list_all(tx)["volunteers"][0].of is None


def test_an_invitation_is_answered_once(database: Database) -> None:
    with database.write.begin() as tx:
        asked = invite(tx)
        assert tours.answer(tx, asked, TourState.DECLINED, at=NOW)
        assert not tours.answer(tx, asked, TourState.ACCEPTED, at=NOW)
        again = tours.add(
            tx, rota="volunteers", person="dee", starts=date(2026, 12, 4), weeks=26,
            state=TourState.INVITED, made_at=NOW, made_by="mia",
        )  # fmt: skip
        found = tours.get(tx, asked)
    assert again is None
    assert found is not None
    assert found.state is TourState.DECLINED


def test_a_tour_is_left_once_and_only_when_it_was_accepted(database: Database) -> None:
    with database.write.begin() as tx:
        asked = invite(tx)
        assert not tours.leave(tx, asked, on=date(2027, 1, 1), at=NOW)
        tours.answer(tx, asked, TourState.ACCEPTED, at=NOW)
        assert tours.leave(tx, asked, on=date(2027, 1, 1), at=NOW)
        assert not tours.leave(tx, asked, on=date(2027, 2, 1), at=NOW)


def test_a_leave_that_was_withdrawn_still_counts_for_the_turns_before(database: Database) -> None:
    with database.write.begin() as tx:
        away = leaves.add(
            tx, person="ana", start_at=NOW, end_at=NOW + 9 * HOUR, kind="leave", note="",
            made_at=NOW - HOUR, made_by="ana",
        )  # fmt: skip
        leaves.withdraw(tx, [away], at=NOW + HOUR, by="ana")
        [left] = leaves.list_all(tx)
        assert leaves.list_of(tx, "ana", after=NOW) == []
    assert left.holds(NOW)
    assert not left.holds(NOW + 2 * HOUR)


def test_a_shadow_shift_that_was_withdrawn_has_not_been(database: Database) -> None:
    with database.write.begin() as tx:
        made = shadows.add(
            tx, rota="volunteers", person="chi", start=NOW, end=NOW + HOUR, at=NOW, by="chi"
        )
        assert shadows.withdraw(tx, [made], at=NOW - HOUR) == 1
        assert shadows.list_all(tx) == {}
