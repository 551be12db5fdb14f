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
