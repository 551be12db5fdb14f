"""What a channel may be called."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.demo.workspace.errors import SlackError
from app.demo.workspace.names import LONGEST, check_name, tidy_name


@pytest.mark.parametrize("name", ["inc-12-elt-late", "équipe", "日本", "a_b", "9", "x" * 80])
def test_good_names_stay_as_they_are(name: str) -> None:
    assert check_name(name) == name
    assert tidy_name(name) == name


@pytest.mark.parametrize(
    "name", ["Big", "two words", "a.b", "a/b", "a#b", "a&b", "a\nb", "<!here>"]
)
def test_names_with_anything_else_are_refused(name: str) -> None:
    with pytest.raises(SlackError, match="invalid_name_specials"):
        check_name(name)


@settings(deadline=None)  # machines are busy at times
@given(st.text(max_size=200))
def test_whatever_rename_makes_of_a_name_create_would_take(name: str) -> None:
    try:
        mended = tidy_name(name)
    except SlackError:
        return
    assert check_name(mended) == mended
    assert len(mended) <= LONGEST
