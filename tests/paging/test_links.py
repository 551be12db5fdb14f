"""A link is good for one person and one incident, and for nobody who alters it."""

import string

from hypothesis import given
from hypothesis import strategies as st

from app.paging.links import Claim, Links

OLD, NEW = "o" * 40, "n" * 40
LINKS = Links("https://baton.example.com", NEW)
URL_SAFE = set(string.ascii_letters + string.digits + "-_")
people = st.one_of(st.emails(), st.from_regex(r"U[A-Z0-9]{8,10}", fullmatch=True))
numbers = st.integers(min_value=0, max_value=2**40)


@given(incident=numbers, escalation=numbers, person=people)
def test_a_link_says_what_it_was_made_of(incident: int, escalation: int, person: str) -> None:
    token = LINKS.token(incident, escalation, person)
    assert set(token) <= URL_SAFE
    assert LINKS.read(token) == Claim(incident=incident, escalation=escalation, person=person)


@given(
    incident=numbers,
    person=people,
    at=st.integers(min_value=0),
    other=st.sampled_from(sorted(URL_SAFE)),
)
def test_one_altered_character_spoils_it(incident: int, person: str, at: int, other: str) -> None:
    token = LINKS.token(incident, 1, person)
    at %= len(token)
    altered = token[:at] + other + token[at + 1 :]
    assert altered == token or LINKS.read(altered) is None


@given(st.text(max_size=500))
def test_no_text_is_a_link_by_chance(text: str) -> None:
    assert LINKS.read(text) is None


@given(st.binary(max_size=60))
def test_cut_or_prolonged_links_are_none(tail: bytes) -> None:
    token = LINKS.token(12, 3, "ana@acme.test")
    assert LINKS.read(token + tail.hex()) is None or not tail
    assert LINKS.read(token[: -1 - len(tail) % len(token)]) is None


def test_another_key_reads_nothing_and_an_old_one_still_reads() -> None:
    before = Links(None, OLD).token(12, 3, "ana@acme.test")
    assert LINKS.read(before) is None
    assert Links(None, f"{NEW},{OLD}").read(before) is not None


def test_it_fits_a_text_message_and_names_nobody() -> None:
    link = LINKS.acknowledge(1234, 56, "ana.long-name@engineering.acme.test")
    assert link is not None
    assert link.startswith("https://baton.example.com/acknowledge/")
    assert len(link) < 120
    assert "ana" not in link.rpartition("/")[2]


def test_the_same_page_rung_again_has_the_same_link() -> None:
    assert LINKS.acknowledge(1, 2, "a@b.test") == LINKS.acknowledge(1, 2, "a@b.test")


def test_without_a_public_address_there_is_no_link() -> None:
    assert Links(None, NEW).acknowledge(1, 2, "ana@acme.test") is None
    assert NEW not in repr(LINKS)
