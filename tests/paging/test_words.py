"""What a phone shows is short and clean, whatever an alert says."""

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from app.paging import words
from app.paging.words import PageFacts, page_text, tame

FACTS = PageFacts(
    key="INC-12",
    severity="P1",
    title="Nightly ELT is late",
    reason='P1: threatens SLA "daily ELT fresh by 07:00"',
    service="Nightly ELT",
    why_you="on the out-of-hours rota until Friday 18:00",
    others=("Ben",),
    alerts=3,
    runbook="https://wiki.example.com/elt",
    link="https://baton.example.com/acknowledge/abc",
)
HOSTILE = st.text(
    alphabet=st.one_of(
        st.characters(),
        st.sampled_from("\r\n\t\x00\x1b\u202e\u2066\u200b\u2028\ud800<>&@:/"),
    ),
    max_size=400,
)


def test_a_page_says_what_matters_in_few_lines() -> None:
    text = page_text(FACTS)
    assert text.title == "P1 INC-12 Nightly ELT is late"
    assert text.body.split("\n") == [
        'P1: threatens SLA "daily ELT fresh by 07:00"',
        "Service: Nightly ELT, 3 alerts",
        "You: on the out-of-hours rota until Friday 18:00",
        "Also rung: Ben",
        "Runbook: https://wiki.example.com/elt",
    ]
    assert text.link == FACTS.link
    assert text.urgent


def test_what_somebody_asked_is_read_out_first() -> None:
    text = page_text(
        PageFacts(key="INC-1", severity="P1", title="T", asked_by="Mia", asked="DB expert needed")
    )
    assert text.body.split("\n")[0] == "Mia asks: DB expert needed"


def test_a_repeat_says_so() -> None:
    text = page_text(PageFacts(key="INC-1", severity="P1", title="T", repeat=True))
    assert text.body.startswith("Repeat")
    assert text.repeat


@given(title=HOSTILE, reason=HOSTILE, asked=HOSTILE, person=HOSTILE, service=HOSTILE)
def test_no_foreign_text_adds_a_line_or_an_address(
    title: str, reason: str, asked: str, person: str, service: str
) -> None:
    text = page_text(
        PageFacts(
            key="INC-1",
            severity="P1",
            title=title,
            reason=reason,
            asked=asked,
            asked_by=person,
            service=service,
            why_you=reason,
            others=(person, person),
            runbook=title,
        )
    )
    assert len(text.title) <= words.TITLE
    assert "\n" not in text.title
    assert len(text.body) <= words.BODY
    assert text.body.count("\n") <= 5
    assert "://" not in text.title + text.body.replace("Runbook: http", "")
    assert text.link is None
    shown = text.title + text.body.replace("\n", "")
    assert not [char for char in shown if unicodedata.category(char) in words.DROPPED]
    shown.encode()


def test_direction_marks_and_line_breaks_are_taken_out() -> None:
    assert tame("a\r\nBcc: x\u202egnp\u2066\u200b") == "a Bcc: xgnp"


def test_an_address_in_an_alert_is_broken_apart() -> None:
    assert tame("see https://evil.test/login") == "see https: //evil.test/login"


def test_a_runbook_that_is_no_web_address_is_left_out() -> None:
    for runbook in ("javascript:alert(1)", "https://x.test/a b", "https://x.test/\n", "ftp://x"):
        text = page_text(PageFacts(key="INC-1", severity="P1", title="T", runbook=runbook))
        assert "Runbook" not in text.body


def test_long_texts_are_cut_never_refused() -> None:
    text = page_text(PageFacts(key="INC-1", severity="P1", title="x" * 1_000_000))
    assert len(text.title) == words.TITLE
    assert text.title.endswith("…")


def test_a_code_stands_on_the_lock_screen() -> None:
    assert "042137" in words.code_text("042137").title


def test_a_test_page_says_that_nothing_is_wrong() -> None:
    assert "Nothing is wrong" in words.test_text().body
    assert words.test_text().urgent
