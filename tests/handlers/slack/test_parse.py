"""A command's text is understood however people write it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.slack.parse import (
    INC,
    ONCALL,
    Line,
    Target,
    nearest,
    one_line,
    read_line,
    readable,
    take_target,
    take_team,
)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", Line(verb="panel")),
        ("   ", Line(verb="panel")),
        ("INC-12", Line(verb="panel", incident=12)),
        ("ack", Line(verb="ack", word="ack")),
        ("ACK", Line(verb="ack", word="ACK")),
        ("ack INC-12", Line(verb="ack", word="ack", incident=12)),
        ("ack inc-12", Line(verb="ack", word="ack", incident=12)),
        ("ack #12", Line(verb="ack", word="ack", incident=12)),
        ("INC-12 ack", Line(verb="ack", word="ack", incident=12)),
        ("ack <#C012345|inc-12-load>", Line(verb="ack", word="ack", channel="C012345")),
        ("ack <#C012345>", Line(verb="ack", word="ack", channel="C012345")),
        (
            "update INC-7 two\nlines",
            Line(verb="update", word="update", incident=7, rest="two\nlines"),
        ),
        ("update\nINC-7 x", Line(verb="update", word="update", incident=7, rest="x")),
        ("note  spaced   text", Line(verb="note", word="note", rest="spaced   text")),
        ("mitigate", Line(verb="resolve", word="mitigate")),
        ("note INC-7a is no number", Line(verb="note", word="note", rest="INC-7a is no number")),
        ("note about INC-7", Line(verb="note", word="note", rest="about INC-7")),
        ("INC-1234567890 ack", Line(verb=None, word="INC-1234567890", rest="ack")),
        ("frobnicate INC-1 x", Line(verb=None, word="frobnicate", rest="INC-1 x")),
    ],
)
def test_a_line_is_understood(text: str, line: Line) -> None:
    assert read_line(text, INC) == line


@pytest.mark.parametrize(
    ("synonym", "verb"),
    [
        ("declare", "new"),
        ("create", "new"),
        ("open", "new"),
        ("trigger", "new"),
        ("post", "update"),
        ("mitigate", "resolve"),
        ("decline", "cancel"),
    ],
)
def test_the_synonyms_of_the_specification_are_known(synonym: str, verb: str) -> None:
    assert read_line(synonym, INC).verb == verb


def test_the_rota_command_without_a_word_says_who() -> None:
    assert read_line("", ONCALL, blank="who").verb == "who"
    assert read_line("now", ONCALL, blank="who").verb == "who"


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("resolvve", "resolve"),
        ("akc", "ack"),
        ("udpate", "update"),
        ("mitigte", "resolve"),
        ("clsoe", "close"),
        ("xyzzy", None),
        ("", None),
    ],
)
def test_a_mistyped_word_gets_its_nearest(typed: str, meant: str | None) -> None:
    assert nearest(typed, INC) == meant


def test_no_word_means_two_things() -> None:
    for verbs in (INC, ONCALL):
        words = [each for verb, others in verbs.items() for each in (verb, *others)]
        assert len(words) == len(set(words))


@pytest.mark.parametrize(
    ("text", "target", "why"),
    [
        ("<@U012AB|ana> come", Target(slack_id="U012AB"), "come"),
        ("<@W012AB> come", Target(slack_id="W012AB"), "come"),
        ("<@U012AB|ana>come", Target(slack_id="U012AB"), "come"),
        ("@ana come", Target(word="ana"), "come"),
        ("<mailto:ana@acme.test|ana@acme.test> x y", Target(word="ana@acme.test"), "x y"),
        ("nightly-elt it is late", Target(word="nightly-elt"), "it is late"),
        ("ana", Target(word="ana"), ""),
        ("", None, ""),
    ],
)
def test_whom_a_page_is_for(text: str, target: Target | None, why: str) -> None:
    assert take_target(text) == (target, why)


def test_only_a_leading_team_is_taken() -> None:
    teams = {"data-infra": "data-infra", "oncall": "volunteers"}
    assert take_team("@data-infra do it", teams) == ("data-infra", "do it")
    assert take_team("<!subteam^S012|@oncall> do it", teams) == ("volunteers", "do it")
    assert take_team("do it @data-infra", teams) == (None, "do it @data-infra")
    assert take_team("@nobody do it", teams) == (None, "@nobody do it")


@pytest.mark.parametrize(
    ("escaped", "plain"),
    [
        ("a &lt;b&gt; &amp;amp;", "a <b> &amp;"),
        ("<@U012AB|ana> and <#C1|general>", "@ana and #general"),
        ("<!here> <!subteam^S1|@oncall> <!date^1^{time}|noon>", "@here @oncall noon"),
        ("<https://a.test|click> <https://a.test>", "click (https://a.test) https://a.test"),
        ("nul\0 and \ud800", "nul and ?"),
    ],
)
def test_escaped_text_is_stored_as_people_read_it(escaped: str, plain: str) -> None:
    assert readable(escaped) == plain


@given(st.text(max_size=300))
def test_any_text_is_understood_without_an_error(text: str) -> None:
    line = read_line(text, INC)
    take_target(line.rest)
    take_team(line.rest, {})
    one_line(text).encode("utf-8")
    readable(text).encode("utf-8")
