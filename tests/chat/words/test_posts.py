"""Announcement, page, silence, notice, digest, updates, gaps and trouble: what people read."""

from dataclasses import replace
from datetime import timedelta

import pytest

from app.chat.words.about import About
from app.chat.words.announcement import AnnouncementFacts, announcement
from app.chat.words.digest import HeldFacts, OwedFacts, UnclosedFacts, digest, most_told
from app.chat.words.evening import Evening, evening
from app.chat.words.gap import gap
from app.chat.words.headline import Head
from app.chat.words.notice import NoticeFacts, notice
from app.chat.words.page import Ended, PageFacts, page_message
from app.chat.words.says import resolved, update_posted
from app.chat.words.silence import SilenceFacts, nobody_answered
from app.chat.words.standing import Standing
from app.chat.words.trouble import FAILED, TroubleFacts, trouble
from app.rules.incident import Missing, State
from app.rules.organisation import Severity
from tests.chat.words.cases import ANA, CASES, MIA, NOW, STATES, Case
from tests.chat.words.checks import assert_sound, buttons_of, lines_of, values_of

SOON = "<!date^1772766720^{time}|03:12 UTC>"
TODAY = "<!date^1772766720^{date_short_pretty} {time}|06 Mar 2026, 03:12 UTC>"
HEAD = Head(number=12, severity=Severity.P1, state=State.TRIGGERED, title="Late", reason="P1: SLA")
PAGE = PageFacts(
    page=34,
    head=HEAD,
    about=About(runbook="https://runbooks.acme.test/elt-late"),
    because="you are on the volunteers rota",
    round=0,
    tier=1,
    next_at=NOW,
    channel_id="C0INCIDENT",
)
OWED = Missing(root_cause=True, follow_up=True)
ENDINGS = [
    None,
    Ended(at=NOW, passed=True),
    Ended(at=NOW, yours=True),
    Ended(at=NOW, by=ANA),
    Ended(at=NOW, over="resolved"),
    Ended(at=NOW),
]


def a_page_from(case: Case, ended: Ended | None) -> PageFacts:
    return PageFacts(
        page=999_999,
        head=case.head(State.TRIGGERED),
        about=case.about(),
        because=case.foreign,
        round=9,
        tier=2,
        reachable=False,
        by_hand=True,
        asked_by=case.crowd[0],
        why=case.foreign,
        next_at=NOW,
        channel_id=case.foreign,
        ended=replace(ended, by=case.crowd[0]) if ended and ended.by else ended,
    )


@pytest.mark.parametrize(("name", "case"), CASES)
@pytest.mark.parametrize("state", STATES)
def test_no_text_breaks_an_announcement_a_silence_or_a_notice(
    name: str, case: Case, state: State
) -> None:
    head, standing = case.head(state), case.standing(state)
    assert_sound(
        announcement(
            AnnouncementFacts(
                head=head,
                standing=standing,
                channel_id=case.foreign,
                ringing=case.ringing(),
                update=case.update(),
                root_cause=case.foreign,
            )
        )
    )
    assert_sound(
        nobody_answered(
            SilenceFacts(head=head, standing=standing, people=case.crowd, round=9, next_at=NOW)
        )
    )
    for known in (True, False):
        facts = NoticeFacts(
            head=head,
            standing=standing,
            about=case.about(),
            missing=OWED,
            update=case.update(),
            review=case.foreign,
            known=known,
        )
        assert_sound(notice(facts))


@pytest.mark.parametrize(("name", "case"), CASES)
def test_no_text_breaks_a_page_a_digest_an_update_a_gap_or_trouble(name: str, case: Case) -> None:
    for ended in ENDINGS:
        assert_sound(page_message(a_page_from(case, ended)))
    held = tuple(
        HeldFacts(head=case.head(state), standing=case.standing(state)) for state in STATES
    )
    assert_sound(digest(case.foreign, held * 50))
    unclosed = [UnclosedFacts(head=case.head(State.RESOLVED), missing=OWED)] * 30
    owed = [OwedFacts(number=1, key="INC-1", text=case.foreign, due=NOW)] * 30
    assert_sound(digest(case.foreign, (), unclosed=unclosed, owed=owed, late=timedelta(hours=3)))
    assert_sound(
        digest(case.foreign, (held * most_told())[: most_told()], unclosed=unclosed, owed=owed)
    )
    assert_sound(
        evening(
            Evening(
                team=case.foreign,
                open=held * 30,
                until=NOW,
                pager=case.crowd[0],
                late=timedelta(hours=3),
            )
        )
    )
    assert_sound(update_posted(case.foreign, by=case.crowd[0], at=NOW))
    assert_sound(resolved("INC-12", by=case.crowd[0], at=NOW, owed=["a root cause"]))
    assert_sound(gap(case.foreign, incident="INC-12"))
    assert_sound(
        trouble(
            TroubleFacts(
                what=case.foreign,
                problem=case.foreign,
                unreached=case.crowd,
                call=case.crowd,
                incident="INC-12",
            )
        )
    )


def test_an_announcement_links_to_the_channel_and_offers_three_ways_to_help() -> None:
    standing = Standing(state=State.TRIGGERED, since=NOW)
    message = announcement(AnnouncementFacts(head=HEAD, standing=standing, channel_id="C0INCIDENT"))
    assert lines_of(message) == [
        ":rotating_light: *P1 · INC-12 Late*",
        "P1: SLA",
        f"*Triggered* {TODAY} · nobody has it yet · <#C0INCIDENT>",
    ]
    assert buttons_of(message) == ["Join", "I know something", "Follow quietly"]


def test_an_announcement_calls_nobody_by_mention() -> None:
    head = replace(HEAD, state=State.ACKNOWLEDGED)
    standing = Standing(state=State.ACKNOWLEDGED, since=NOW, holder=ANA)
    message = announcement(AnnouncementFacts(head=head, standing=standing))
    assert f"*Acknowledged* · Ana has it since {TODAY}" in lines_of(message)
    assert "<@" not in message.text


def test_a_finished_announcement_tells_the_outcome_and_offers_nothing() -> None:
    head = replace(HEAD, state=State.CANCELLED)
    standing = Standing(state=State.CANCELLED, since=NOW, by=ANA, why="a test")
    message = announcement(AnnouncementFacts(head=head, standing=standing))
    assert lines_of(message)[-1] == f"*Cancelled* by Ana {TODAY}: a test"
    assert buttons_of(message) == []


def test_a_page_says_why_you_what_happens_next_and_offers_six_buttons() -> None:
    message = page_message(PAGE)
    assert lines_of(message) == [
        ":rotating_light: *P1 · INC-12 Late*",
        "P1: SLA",
        "*Why you:* you are on the volunteers rota",
        f"Without an answer the manager tier is paged at {SOON}.",
        ":notebook: <https://runbooks.acme.test/elt-late|Runbook>",
    ]
    assert buttons_of(message) == [
        "Acknowledge",
        "I can't, pass on",
        "Open channel",
        "Runbook",
        "Escalate to manager",
        "Not actionable",
    ]
    assert values_of(message) == {"12:34"}


def test_a_page_by_hand_reads_out_who_asked_and_why() -> None:
    facts = replace(PAGE, by_hand=True, tier=2, asked_by=ANA, why="the vendor is silent")
    lines = lines_of(page_message(facts))
    assert ":speech_balloon: *Ana needs a manager:* the vendor is silent" in lines
    named = lines_of(page_message(replace(facts, tier=1)))
    assert ":speech_balloon: *Ana asked for you:* the vendor is silent" in named
    assert f"Baton rings you again at {SOON} unless you answer." in named
    assert not [line for line in named if "Why you" in line]


def test_a_page_tells_whom_nothing_can_wake_what_to_do() -> None:
    message = page_message(replace(PAGE, reachable=False))
    assert "no way to wake you" in message.text
    assert "no way to wake you" not in page_message(PAGE).text


def test_a_repeated_page_says_so() -> None:
    lines = lines_of(page_message(replace(PAGE, tier=2, round=3)))
    assert ":repeat: Repeat 3: nobody has answered yet" in lines


@pytest.mark.parametrize(
    ("ended", "sentence"),
    [
        (Ended(at=NOW, passed=True), f"You passed it on {TODAY}; somebody else is being paged."),
        (Ended(at=NOW, yours=True), f"You answered {TODAY}. This page is over."),
        (Ended(at=NOW, by=ANA), f"Ana has it since {TODAY}. There is nothing you need to do."),
        (Ended(at=NOW, over="resolved"), f"This page is over since {TODAY}: it was resolved."),
    ],
)
def test_an_ended_page_says_how_and_has_no_buttons(ended: Ended, sentence: str) -> None:
    message = page_message(replace(PAGE, ended=ended))
    assert sentence in message.text
    assert buttons_of(message) == []


def test_silence_is_told_with_whom_baton_rings_and_how_to_help() -> None:
    standing = Standing(state=State.TRIGGERED, since=NOW)
    facts = SilenceFacts(head=HEAD, standing=standing, people=(MIA,), round=2, next_at=NOW)
    message = nobody_answered(facts)
    assert "Nobody has answered INC-12 yet." in message.text
    assert f"Baton is ringing Mia (round 2), and rings again at {SOON}" in message.text
    assert buttons_of(message) == ["Acknowledge"]
    assert "Baton found no manager" in nobody_answered(replace(facts, people=())).text


def test_silence_ends_with_who_has_it() -> None:
    head = replace(HEAD, state=State.ACKNOWLEDGED)
    standing = Standing(state=State.ACKNOWLEDGED, since=NOW, holder=ANA)
    facts = SilenceFacts(head=head, standing=standing, people=(MIA,), round=2, next_at=NOW)
    message = nobody_answered(facts)
    assert "Ana has it" in message.text
    assert "Nobody" not in message.text
    assert buttons_of(message) == []


@pytest.mark.parametrize(
    ("state", "labels"),
    [
        (State.TRIGGERED, ["Acknowledge", "Resolve", "Runbook"]),
        (State.ACKNOWLEDGED, ["Resolve", "Runbook"]),
        (State.RESOLVED, ["Root cause", "Follow-up", "Close", "Reopen"]),
        (State.CANCELLED, []),
    ],
)
def test_a_notice_offers_what_fits_its_state(state: State, labels: list[str]) -> None:
    facts = NoticeFacts(
        head=replace(HEAD, state=state, severity=Severity.P3),
        standing=Standing(state=state, since=NOW, holder=ANA),
        about=PAGE.about,
        missing=OWED,
    )
    assert buttons_of(notice(facts)) == labels


def test_a_notice_tells_what_to_do_about_an_unreviewed_alarm() -> None:
    standing = Standing(state=State.TRIGGERED, since=NOW)
    facts = NoticeFacts(
        head=HEAD, standing=standing, about=About(), missing=OWED, review="DiskFull"
    )
    assert "Alarm DiskFull is not in the catalogue" in notice(facts).text
    assert "DiskFull is not accepted yet" in notice(replace(facts, known=True)).text
    assert "DiskFull" not in notice(replace(facts, review=None)).text


def test_a_digest_names_every_incident_however_many() -> None:
    held = tuple(
        HeldFacts(
            head=replace(HEAD, number=number),
            standing=Standing(state=State.TRIGGERED, since=NOW + timedelta(minutes=number)),
        )
        for number in range(1, most_told() + 1)
    )
    message = digest("Data", held)
    assert_sound(message)
    shown = " ".join(lines_of(message)).replace("*", " ").replace(",", " ").split()
    assert {f"INC-{number}" for number in range(1, most_told() + 1)} <= set(shown)


def test_an_update_is_told_whole_with_its_author() -> None:
    assert lines_of(update_posted("one\ntwo", by=ANA, at=NOW)) == [
        f":memo: *Update* by Ana, {TODAY}",
        "one",
        "two",
    ]


def test_resolved_names_what_the_close_still_needs() -> None:
    said = resolved("INC-12", by=ANA, at=NOW, owed=["a root cause", "a follow-up"])
    assert "Before it can be closed it needs a root cause and a follow-up." in said.text
    assert "can be closed" in resolved("INC-12", by=None, at=None, owed=[]).text


def test_trouble_says_what_failed_what_comes_next_and_whom_to_telephone() -> None:
    facts = TroubleFacts(
        what="ring", problem="No route.", incident="INC-12", unreached=(ANA,), call=(MIA,)
    )
    assert lines_of(trouble(facts)) == [
        ":rotating_light: *Baton has trouble with INC-12.* A page could not be sent by one "
        "contact method.",
        "No route.",
        "Next: The person's other methods and the next steps go on.",
        "Not reached this way: Ana.",
        "If nobody has it yet, please telephone Mia.",
    ]


@pytest.mark.parametrize("what", FAILED)
def test_every_kind_of_trouble_says_what_comes_next(what: str) -> None:
    message = trouble(TroubleFacts(what=what, problem="x"))
    assert_sound(message)
    assert "Next: " in message.text


def test_trouble_of_another_kind_is_told_in_its_own_words() -> None:
    message = trouble(TroubleFacts(what="The clock jumped by an hour."))
    assert lines_of(message) == [
        ":rotating_light: *Baton has trouble.* The clock jumped by an hour."
    ]
