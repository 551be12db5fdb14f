"""Pages for people: templates, and the headers that keep them harmless."""

import base64
import hashlib
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse

TEMPLATES = Path(__file__).parent / "templates"
STYLE = (TEMPLATES / "phone.css").read_text(encoding="utf-8")
_STYLE_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()

HEADERS = {
    # No scripts, nothing from elsewhere, in nobody's frame; the one style is named by its hash.
    "Content-Security-Policy": (
        f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; img-src data:; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",  # the address itself is the key
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex",
}

_environment = Environment(
    loader=FileSystemLoader(TEMPLATES),
    autoescape=True,
    undefined=StrictUndefined,
    auto_reload=False,
    trim_blocks=True,
    lstrip_blocks=True,
)


def page(template: str, *, status: int = 200, **facts: Any) -> HTMLResponse:
    """A page in one response: it needs no second request, no script and no other host."""
    text = _environment.get_template(template).render(style=STYLE, **facts)
    return HTMLResponse(text, status_code=status, headers=HEADERS)


def sentence_page(title: str, sentence: str, *, status: int) -> HTMLResponse:
    """A page that says one thing."""
    return page("sentence.html", status=status, title=title, sentence=sentence)
