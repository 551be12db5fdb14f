"""What a web page says in words, and what of it is worth a line on a phone."""

import pytest

from app.demo.workspace.web_words import conclusion_of, lines_of

PAGE = """<!doctype html><html><head><title>INC-7</title><style>main { color: red }</style></head>
<body><main><p class="what"><span>P1</span> INC-7</p><h1>The load &amp; the lock</h1>
<p>You have it.</p><p>Nobody else
is being paged.</p></main><script>alert("x < y")</script></body></html>"""


def test_styles_and_scripts_are_not_read_out() -> None:
    assert lines_of(PAGE) == [
        "P1 INC-7",
        "The load & the lock",
        "You have it.",
        "Nobody else is being paged.",
    ]


@pytest.mark.parametrize(
    ("html", "said"),
    [
        (PAGE, "You have it. Nobody else is being paged."),
        ("<p role=status>Noted.</p><h1>INC-7</h1><p>One.</p><p>Two.</p>", "Noted."),
        ("<div role=alert><p>Too late.</p></div><p>One.</p><p>Two.</p>", "Too late."),
        (
            "<h1>This link is old</h1><p>Ask for a new one.</p>",
            "This link is old. Ask for a new one.",
        ),
        ("<h1>You have INC-12.</h1>", "You have INC-12."),
        ("<p>One.<br>Two.</p></div><p>Three.", "Two. Three."),
        ("plain <b>words</b> only", "plain words only"),
        ("<style>p { color: red }", ""),
    ],
)
def test_a_page_says_what_it_announces_or_concludes(html: str, said: str) -> None:
    assert conclusion_of(html) == said
