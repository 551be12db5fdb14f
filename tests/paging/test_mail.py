"""A letter: what stands in its headers, and that nobody else writes into them."""

from dataclasses import replace
from email import message_from_bytes
from email.policy import default
from email.utils import parsedate_to_datetime

import pytest

from app.paging.mail import compose
from app.paging.words import PageText

LINK = "https://baton.example.com/acknowledge/abc_-123"
TEXT = PageText(title="P1 INC-12 Load is late", body="Service: Elt\nYou: on call", key="INC-12")


def headers(text: PageText, target: str = "ana@acme.test") -> dict[str, str]:
    """As they arrive; those that differ each time are left out."""
    letter = message_from_bytes(compose("baton@acme.test", target, text).as_bytes(), policy=default)
    return {
        name: str(value)
        for name, value in letter.items()
        if name not in ("Date", "Message-ID") and not name.startswith(("Content-", "MIME"))
    }


def test_a_page_is_marked_as_urgent_and_as_no_mans_letter() -> None:
    assert headers(TEXT) == {
        "From": "Baton <baton@acme.test>",
        "To": "ana@acme.test",
        "Subject": "P1 INC-12 Load is late",
        "Auto-Submitted": "auto-generated",
        "References": "<inc-12@acme.test>",
        "Importance": "high",
        "X-Priority": "1",
    }


def test_what_wakes_nobody_is_not_urgent_and_what_has_no_key_starts_no_thread() -> None:
    quiet = headers(replace(TEXT, urgent=False, key=""))
    assert set(quiet) == {"From", "To", "Subject", "Auto-Submitted"}


def test_each_letter_has_a_date_and_a_name_of_its_own() -> None:
    first, second = (compose("baton@acme.test", "ana@acme.test", TEXT) for _ in range(2))
    assert parsedate_to_datetime(first["Date"]).tzinfo is not None
    assert first["Message-ID"] != second["Message-ID"]
    assert first["Message-ID"].endswith("@acme.test>")


def test_the_link_and_what_it_does_stand_below_the_text() -> None:
    letter = compose("baton@acme.test", "ana@acme.test", replace(TEXT, link=LINK))
    assert letter.get_content() == (
        "Service: Elt\nYou: on call\n\nAcknowledge, or see how it stands:\n"
        f"{LINK}\n\nOpening the link changes nothing; the button on its page does.\n"
    )
    assert compose("baton@acme.test", "ana@acme.test", TEXT).get_content() == (
        "Service: Elt\nYou: on call\n"
    )


def test_an_encoded_word_is_shown_as_it_was_written() -> None:
    hostile = replace(TEXT, title="late =?utf-8?q?x=0d=0aBcc=3a_eve=40evil.test?= now")
    found = headers(hostile)
    assert found["Subject"] == "late = ?utf-8?q?x=0d=0aBcc=3a_eve=40evil.test?= now"
    assert set(found) == set(headers(TEXT))


@pytest.mark.parametrize(
    "broken",
    [
        replace(TEXT, title="late\nBcc: eve@evil.test"),
        replace(TEXT, title="late\rBcc: eve@evil.test"),
        replace(TEXT, key="INC-12\nBcc: eve@evil.test"),
    ],
    ids=["a line feed", "a carriage return", "the key"],
)
def test_no_line_break_gets_into_a_header(broken: PageText) -> None:
    with pytest.raises(ValueError, match="linefeed"):
        compose("baton@acme.test", "ana@acme.test", broken)


@pytest.mark.parametrize("target", ["a@b.test, eve@evil.test", "a@b.test\nBcc: eve@evil.test"])
def test_a_letter_has_one_recipient(target: str) -> None:
    with pytest.raises((ValueError, IndexError)):
        compose("baton@acme.test", target, TEXT)
