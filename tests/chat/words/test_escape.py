"""No text from outside becomes a mention, a link, a code block or a line of its own."""

import html
import re
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.chat.words.escape import (
    LONGEST_LINK,
    bold,
    clean,
    escape,
    is_web_address,
    link,
    paragraph,
    plain,
)

ENTITY = re.compile("&(?:amp|lt|gt);")
FORBIDDEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}
MARKUP = st.sampled_from(
    ["<!here>", "<!channel>", "<@U012AB3CD>", "<#C024BE7LR>", "<!subteam^S1>", "<http://x|y>",
     "&lt;!here&gt;", "&", "<", ">", "|", "```", "`", "\u202e", "\u200b", "\r\n", "\x00",
     "\ud800", "😀", "\u2028", "<!date^1^{date}|x>", "@here"]
)  # fmt: skip
ANYTHING = st.text(st.characters(codec=None, exclude_categories=()))
HOSTILE = st.lists(ANYTHING | MARKUP, max_size=30).map("".join)
LIMITS = st.integers(min_value=8, max_value=300)


def is_inert(text: str) -> bool:
    """Nothing in it opens a mention or a link, and every ampersand is an entity's."""
    return not re.search("[<>`]", text) and "&" not in ENTITY.sub("", text)


@given(HOSTILE, LIMITS)
@example("<" * 300, 8)
@example("&lt;!channel&gt;", 100)
def test_escaped_text_is_inert_visible_one_line_and_within_its_limit(text: str, limit: int) -> None:
    safe = escape(text, limit)
    assert is_inert(safe)
    assert len(safe) <= limit
    assert not {unicodedata.category(sign) for sign in safe} & FORBIDDEN
    safe.encode()


@given(HOSTILE)
def test_what_fits_is_kept_whole(text: str) -> None:
    shown = html.unescape(escape(text, 100_000))
    assert shown == clean(text).replace("`", "'")


@given(HOSTILE, LIMITS)
def test_what_does_not_fit_is_cut_between_characters_never_inside_an_entity(
    text: str, limit: int
) -> None:
    safe, whole = escape(text, limit), escape(text, 100_000)
    if safe == whole:
        return
    assert safe.endswith("…")
    kept = safe.removesuffix("…")
    assert whole.startswith(kept)
    assert is_inert(kept)


@given(HOSTILE, LIMITS)
def test_a_paragraph_keeps_lines_and_is_as_inert(text: str, limit: int) -> None:
    safe = paragraph(text, limit)
    assert is_inert(safe)
    assert len(safe) <= limit
    assert "" not in safe.split("\n") or safe == ""


def test_a_paragraph_keeps_its_line_breaks() -> None:
    assert paragraph("one\n\n  two <3\r\nthree", 100) == "one\ntwo &lt;3\nthree"


@given(HOSTILE, LIMITS)
def test_plain_text_is_cut_and_cleaned_but_not_escaped(text: str, limit: int) -> None:
    assert len(plain(text, limit)) <= limit
    assert plain(text, 100_000) == clean(text)


@given(HOSTILE)
def test_nothing_foreign_ends_our_bold(text: str) -> None:
    assert "*" not in bold(text, 200)


@given(HOSTILE, HOSTILE)
def test_a_link_is_one_link_or_none(url: str, label: str) -> None:
    assert link(url, label) == link(None, label), "no noise is a web address"
    made = link("https://runbooks.acme.test/a?b=1&c=2", label)
    assert re.fullmatch(r"<https://runbooks\.acme\.test/a\?b=1&amp;c=2\|([^<>|]*)>", made)
    assert is_inert(made[1:-1])


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "ftp://files.acme.test",
        "//acme.test",
        "https://",
        "https://acme.test|evil",
        "https://acme.test/<!here>",
        "https://acme.test/a b",
        "https://acme.test/\u202egpj",
        "https://[bad",
        "slack://channel",
        "",
    ],
)
def test_only_a_web_address_becomes_a_link(url: str) -> None:
    assert not is_web_address(url)
    assert link(url, "Runbook") == "Runbook"


def test_a_very_long_address_is_left_out_of_the_text() -> None:
    assert link("https://acme.test/" + "a" * LONGEST_LINK, "Runbook") == "Runbook"


def test_a_mention_in_a_title_is_shown_and_calls_nobody() -> None:
    assert escape("<!channel> and <@U012AB3CD>", 100) == "&lt;!channel&gt; and &lt;@U012AB3CD&gt;"


@pytest.mark.parametrize(
    ("case", "foreign", "shown"),
    [
        ("controls part words", "a\x00b\x1bc\x7fd", "a b c d"),
        ("so do line breaks of every kind", "a\r\nb\u2028c\u2029d\u0085e", "a b c d e"),
        ("spaces are single, and none at the ends", " \t a \u00a0 b\u3000", "a b"),
        ("directions are gone", "a\u202eb\u2066c\u200fd", "abcd"),
        ("zero width is gone", "a\u200bb\u200dc\ufeffd", "abcd"),
        ("half of a pair is shown as one that is lost", "a\ud800b\udfff", "a\ufffdb\ufffd"),
        *(
            (f"a letter without a shape, U+{ord(sign):04X}", f"a{sign}b", "ab")
            for sign in "\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0"
        ),
        ("what people write stays", "Zürich – „ja“ 日本 😀 é", "Zürich – „ja“ 日本 😀 é"),
    ],
)
def test_what_cannot_be_seen_is_taken_out(case: str, foreign: str, shown: str) -> None:
    assert clean(foreign) == shown, case


@pytest.mark.parametrize(
    ("foreign", "limit", "shown"),
    [
        ("abcd", 4, "abcd"),
        ("abcde", 4, "abc…"),
        ("ab cd", 4, "ab…"),
        ("<bcd", 7, "&lt;bcd"),
        ("<bcd", 6, "&lt;b…"),
        ("a<bc", 6, "a&lt;…"),
        ("a<bc", 5, "a…"),
        ("a<<<<", 10, "a&lt;&lt;…"),
        ("&<>`", 20, "&amp;&lt;&gt;'"),
    ],
)
def test_a_text_is_cut_where_its_room_ends(foreign: str, limit: int, shown: str) -> None:
    assert escape(foreign, limit) == shown


@pytest.mark.parametrize(
    ("foreign", "limit", "shown"),
    [("<bcd", 4, "<bcd"), ("<bcde", 4, "<bc…"), ("ab cd", 4, "ab…")],
)
def test_plain_text_is_cut_where_its_room_ends(foreign: str, limit: int, shown: str) -> None:
    assert plain(foreign, limit) == shown


def test_an_asterisk_of_theirs_is_shown_as_another() -> None:
    assert bold("2 * 3 <4>", 100) == "2 ∗ 3 &lt;4&gt;"


@pytest.mark.parametrize(
    "url",
    [
        "https://acme.test",
        "http://acme.test:8080/a?b=c#d",
        "https://user@acme.test/",
        "https://10.0.0.1/%20",
    ],
)
def test_a_web_address_becomes_a_link(url: str) -> None:
    assert is_web_address(url) is True
    assert link(url, "Runbook") == f"<{url}|Runbook>"


@pytest.mark.parametrize("sign", [*' \t\x00\x1f\x7f<>|"`', "\u2028", "\u200b", "\u3164"])
def test_no_sign_of_slacks_stands_in_an_address(sign: str) -> None:
    assert is_web_address(f"https://acme.test/a{sign}b") is False


def test_a_label_is_short_and_an_address_not_too_long() -> None:
    longest = "https://acme.test/" + "a" * 282
    assert len(longest) == LONGEST_LINK == 300
    assert link(longest, "Runbook") == f"<{longest}|Runbook>"
    assert link(longest + "a", "Runbook") == "Runbook"
    assert link(None, "x" * 100) == "x" * 100
    assert link(None, "x" * 101) == "x" * 99 + "…"
    assert link("https://acme.test", "a|<b>c") == "<https://acme.test|abc>"
