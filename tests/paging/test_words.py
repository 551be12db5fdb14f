"""What a phone shows is short and clean, whatever an alert says."""

import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.paging import words
from app.paging.words import PageFacts, PageText, address, cut, page_text, tame

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


# ── word for word ─────────────────────────────────────────────────────────────────────────────
def body(**facts: Any) -> str:
    return page_text(PageFacts(key="INC-1", severity="P1", title="T", **facts)).body


@pytest.mark.parametrize(
    ("facts", "shown"),
    [
        ({}, "Acknowledge it in Slack."),
        ({"repeat": True}, "Repeat: you may have had this message already."),
        ({"asked": "look"}, "Somebody asks: look"),
        ({"asked": "look", "asked_by": "Mia"}, "Mia asks: look"),
        ({"asked_by": "Mia"}, "Acknowledge it in Slack."),
        ({"reason": "P1: an SLA"}, "P1: an SLA"),
        ({"service": "Elt"}, "Service: Elt"),
        ({"service": "Elt", "alerts": 1}, "Service: Elt"),
        ({"service": "Elt", "alerts": 2}, "Service: Elt, 2 alerts"),
        ({"alerts": 2}, "Acknowledge it in Slack."),
        ({"why_you": "on call"}, "You: on call"),
        ({"others": ["Ana"]}, "Also rung: Ana"),
        ({"others": ["Ana", "Ben", "Chi"]}, "Also rung: Ana, Ben, Chi"),
        ({"others": ["Ana", "Ben", "Chi", "Dan"]}, "Also rung: Ana, Ben, Chi and 1 more"),
        ({"runbook": "https://a.test"}, "Runbook: https://a.test"),
        ({"runbook": "https://a b"}, "Acknowledge it in Slack."),
    ],
)
def test_each_fact_has_its_line(facts: dict[str, Any], shown: str) -> None:
    assert body(**facts) == shown


def test_the_lines_stand_in_the_order_of_their_use() -> None:
    assert body(
        runbook="http://a.test", others=["Ana"], why_you="w", service="s", reason="r", asked="a",
        repeat=True,
    ).split("\n") == [
        "Repeat: you may have had this message already.",
        "Somebody asks: a",
        "r",
        "Service: s",
        "You: w",
        "Also rung: Ana",
        "Runbook: http://a.test",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("field", "longest", "line"),
    [
        ("reason", 160, "{}"),
        ("asked", 160, "Somebody asks: {}"),
        ("service", 60, "Service: {}"),
        ("why_you", 160, "You: {}"),
    ],
)
def test_each_foreign_text_has_its_room(field: str, longest: int, line: str) -> None:
    assert body(**{field: "x" * longest}) == line.format("x" * longest)
    assert body(**{field: "x" * (longest + 1)}) == line.format("x" * (longest - 1) + "…")


def test_a_name_has_its_room_too() -> None:
    assert body(asked="a", asked_by="x" * 60) == "x" * 60 + " asks: a"
    assert body(asked="a", asked_by="x" * 61) == "x" * 59 + "… asks: a"
    assert body(others=["x" * 40]) == "Also rung: " + "x" * 40
    assert body(others=["x" * 41]) == "Also rung: " + "x" * 39 + "…"


def test_a_page_is_loud_answered_by_its_link_and_grouped_by_its_incident() -> None:
    assert page_text(FACTS) == PageText(
        title="P1 INC-12 Nightly ELT is late",
        body=page_text(FACTS).body,
        link="https://baton.example.com/acknowledge/abc",
        key="INC-12",
        urgent=True,
        repeat=False,
    )


def test_a_title_and_a_body_fit_on_a_lock_screen() -> None:
    title = page_text(PageFacts(key="INC-1", severity="P1", title="x" * 160)).title
    assert title == "P1 INC-1 " + "x" * 70 + "…"
    others = {"others": ["x" * 40] * 4, "reason": "x" * 160, "asked": "x" * 160}
    full = body(**others, why_you="x" * 160, service="s" * 60, runbook="https://" + "a" * 400)
    assert len(full) == 900
    assert full.endswith("…")


def test_the_other_texts_say_what_they_are_about_and_what_to_do() -> None:
    assert words.test_text() == PageText(
        title="Baton test page",
        body="Nothing is wrong. A real page reaches you the same way.",
        key="baton-test",
    )
    assert words.code_text("042137") == PageText(
        title="Baton code: 042137",
        body="Enter 042137 where you added this contact method, within 10 minutes. If you did not "
        "add it, do nothing: Baton will not ring you.",
        key="baton-code",
    )


@pytest.mark.parametrize(
    ("damaged", "trouble", "remedy"),
    [
        (False, "has not reached its database for 61 s", "see to the database"),
        (
            True,
            "found its database damaged 61 s ago",
            "put back the newest backup with `restore`",
        ),
    ],
)
def test_a_baton_without_its_database_says_what_to_do(
    damaged: bool, trouble: str, remedy: str
) -> None:
    assert words.blind_text("host\n1" + "x" * 60, 61.4, damaged=damaged) == PageText(
        title="Baton is blind",
        body=f"Baton on host 1{'x' * 53}… {trouble}. Until it is well, no alert is taken in, and "
        f"nobody may be paged. Watch your systems by other means, and {remedy}. Alerts that "
        "senders repeat are taken in when it is back. You hear nothing more of this.",
        key="baton-blind",
    )
    assert words.blind_text("h", 1) == words.blind_text("h", 1, damaged=False)


def test_batons_own_trouble_wakes_nobody() -> None:
    told = words.trouble_text("x" * 901)
    assert told == PageText(
        title="Baton has trouble", body="x" * 899 + "…", key="baton-trouble", urgent=False
    )
    assert words.trouble_text("x" * 900).body == "x" * 900


def test_what_wakes_is_loud_unless_it_is_told_otherwise() -> None:
    text = PageText(title="t", body="b")
    assert (text.urgent, text.repeat, text.key, text.link) == (True, False, "", None)


# ── foreign text ──────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("case", "foreign", "shown"),
    [
        ("spaces are single", "  a   b ", "a b"),
        ("controls part words", "a\x00b\tc\x7fd", "a b c d"),
        ("so do all kinds of line breaks", "a\nb\u2028c\u2029d\u0085e", "a b c d e"),
        ("and foreign spaces", "a\u00a0b\u3000c", "a b c"),
        ("directions and zero width are gone", "a\u202eb\u200bc\u00add", "abcd"),
        ("half of a pair is gone", "a\ud800b", "ab"),
        ("so is what has no meaning yet", "a\ue000b\u0378c", "abc"),
        ("what people write stays", "Zürich – 日本 😀", "Zürich – 日本 😀"),
        ("every address is broken apart", "a://b http://c", "a: //b http: //c"),
        ("in any script", "ü https://c", "ü https: //c"),
    ],
)
def test_foreign_text_is_one_clean_line(case: str, foreign: str, shown: str) -> None:
    assert tame(foreign) == shown, case


def test_of_a_long_text_the_beginning_is_kept_however_much_of_it_is_nothing() -> None:
    assert tame("a" * 161) == "a" * 159 + "…"
    assert tame("ab", 1) == "…"
    assert tame(" " * 9 + "ab" + "c" * 99, 10) == "ab" + "c" * 7 + "…"
    assert tame("\u200b" * 79 + "ab", 10) == "a"
    assert tame(" " * 79 + "ab", 10) == "a"


@pytest.mark.parametrize(
    ("text", "longest", "shown"),
    [("abcd", 4, "abcd"), ("abcde", 4, "abc…"), ("ab cd", 4, "ab…"), ("", 4, "")],
)
def test_what_is_cut_says_so(text: str, longest: int, shown: str) -> None:
    assert cut(text, longest) == shown


@pytest.mark.parametrize(
    ("text", "is_shown"),
    [
        ("https://a.test/b", True),
        ("http://a.test", True),
        ("https://" + "a" * 492, True),
        ("https://" + "a" * 493, False),
        ("https:/a.test", False),
        ("ftp://a.test", False),
        (" https://a.test", False),
        ("https://ä.test", False),
        ("https://a.test/\x7f", False),
        ("https://a.test/ b", False),
        ("", False),
    ],
)
def test_only_a_plain_web_address_is_shown_as_one(text: str, is_shown: bool) -> None:
    assert address(text) == (text if is_shown else None)
