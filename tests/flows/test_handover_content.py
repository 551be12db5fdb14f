"""What the handover says, section by section and in its order (product.md 28)."""

from datetime import UTC, datetime, timedelta

from app.delivery.waits import answer_next
from app.flows import tell
from app.flows.acknowledge import acknowledge
from app.flows.admit import SlackCaller
from app.flows.close import add_follow_up
from app.flows.cover import ask_for_cover
from app.flows.finish_follow_up import finish_follow_up
from app.flows.hand_over import hand_over
from app.flows.note_handover import note_handover
from app.flows.resolve import resolve
from app.flows.update import update
from app.flows.work import Work
from app.rules.alert import AlertState
from storage import participants
from storage.participants import Role
from tests.flows.test_receive_alerts import elt_late, report_slow, send
from tests.kit import Bench

BOUNDARY = datetime(2026, 11, 27, 18, tzinfo=UTC)
MIDNIGHT = datetime(2026, 11, 25, 8, tzinfo=UTC)
"""In Los Angeles, where Chi is."""
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
ANA, CHI = (SlackCaller(slack_id=f"U{name}", team="T1") for name in ("ANA", "CHI"))


def settle(bench: Bench) -> None:
    while bench.do(answer_next):
        pass


def said(bench: Bench) -> list[str]:
    """The lines of the post of the boundary, made now."""
    bench.clock.now = BOUNDARY
    bench.do(hand_over, BOUNDARY)
    message = bench.do(tell.handover, 1)
    assert message is not None
    return list(message.text.splitlines())


def shift_line(bench: Bench) -> str:
    return next(line for line in said(bench) if line.startswith("This shift:"))


def test_the_parts_stand_in_their_order(bench: Bench) -> None:
    send(bench, elt_late())
    settle(bench)
    bench.do(add_follow_up, 1, "a larger disk", by=CHI)
    bench.do(note_handover, BOUNDARY, "ask Ben about the disk", by=CHI)
    bench.do(ask_for_cover, "volunteers", BOUNDARY + DAY, BOUNDARY + 2 * DAY, by=ANA)
    for _ in range(3):
        bench.clock.forward(minutes=2)
        send(bench, elt_late("f", alarm="Flappy", service="nightly-elt"))
        send(bench, elt_late("f", alarm="Flappy", service="nightly-elt", state=AlertState.RESOLVED))
    text = "\n".join(said(bench))
    parts = (
        "*Handover of volunteers.*",
        "Behind them:",
        "*Open (1)*",
        "*Watch*\n• flapping: Flappy fired 3 times",
        "This shift:",
        "• EltLate (1)",
        "Budget:",
        "*Owed*",
        "*Coming*\n• Ana needs cover from",
        "*A note from Chi*\nask Ben about the disk",
    )
    places = [text.find(part) for part in parts]
    assert -1 not in places, dict(zip(parts, places, strict=True))
    assert places == sorted(places)


def test_the_top_alarms_have_a_button_to_review_them(bench: Bench) -> None:
    send(bench, elt_late())
    settle(bench)
    said(bench)
    message = bench.do(tell.handover, 1)
    buttons = [block["accessory"] for block in message.blocks if "accessory" in block]
    assert [(each["text"]["text"], each["value"]) for each in buttons] == [("Review", "EltLate")]


def test_a_ring_in_somebodys_night_is_counted_by_their_own_clock(bench: Bench) -> None:
    send(bench, elt_late())  # 22:00 in Dublin, where it is late; 14:00 where Chi is
    settle(bench)
    bench.do(resolve, 1, by=CHI)
    bench.clock.now = MIDNIGHT
    send(bench, elt_late("b"))
    settle(bench)
    bench.do(resolve, 2, by=CHI)
    line = shift_line(bench)
    assert "2 incidents paged, 2 out of hours, 1 in asleep hours" in line


def test_what_went_to_the_managers_is_counted(bench: Bench) -> None:
    send(bench, elt_late())
    settle(bench)
    bench.clock.forward(minutes=6)
    settle(bench)
    bench.do(acknowledge, 1, by=CHI)
    assert "1 went to the managers" in shift_line(bench)


def test_what_cleared_before_anybody_answered_is_counted_and_what_after_is_not(
    bench: Bench,
) -> None:
    send(bench, elt_late())
    bench.clock.forward(minutes=2)
    send(bench, elt_late(state=AlertState.RESOLVED))
    bench.clock.forward(minutes=2)
    bench.do(resolve, 1, by=CHI)
    bench.clock.now = MIDNIGHT
    send(bench, elt_late("b"))
    bench.clock.forward(minutes=2)
    bench.do(acknowledge, 2, by=CHI)
    bench.clock.forward(minutes=2)
    send(bench, elt_late("b", state=AlertState.RESOLVED))
    assert "1 cleared by themselves" in shift_line(bench)


def test_lead_and_second_stand_beside_an_open_incident(bench: Bench) -> None:
    send(bench, elt_late())
    bench.do(update, 1, "the vendor looks at it", by=CHI)

    def name(work: Work) -> None:
        participants.join(work.tx, 1, "chi@acme.test", Role.LEAD, at=work.now)
        participants.join(work.tx, 1, "ben@acme.test", Role.SECOND, at=work.now)

    bench.do(name)
    line = next(line for line in said(bench) if "INC-1" in line)
    assert "lead Chi, second Ben" in line
    assert "“the vendor looks at it”" in line


def test_what_came_back_is_to_be_watched(bench: Bench) -> None:
    send(bench, elt_late())
    bench.do(resolve, 1, by=CHI)
    bench.clock.forward(hours=2)
    send(bench, elt_late("b"))
    assert any(line.startswith("• came back: ") and "INC-2" in line for line in said(bench))


def test_a_tour_that_ends_soon_and_a_gap_are_coming(bench: Bench) -> None:
    bench.clock.now = datetime(2027, 2, 12, 12, tzinfo=UTC)
    boundary = datetime(2027, 2, 12, 18, tzinfo=UTC)
    bench.clock.now = boundary
    bench.do(hand_over, boundary)
    text = bench.do(tell.handover, 1).text
    assert "• Ana's tour ends on Fri 05 Mar" in text
    assert "• Chi's tour ends on Fri 05 Mar" in text
    assert "• nobody on volunteers from" in text


def test_what_is_done_is_not_owed(bench: Bench) -> None:
    send(bench, report_slow())
    owed = bench.do(add_follow_up, 1, "a larger queue", by=ANA)
    bench.do(finish_follow_up, owed.id, by=ANA)
    assert not any("a larger queue" in line for line in said(bench))
