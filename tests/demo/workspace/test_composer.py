"""What becomes of the words people type."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.demo.workspace.company import acme
from app.demo.workspace.composer import compose, compose_command
from app.demo.workspace.manifest import Manifest
from app.demo.workspace.state import State
from app.demo.workspace.values import Usergroup


@pytest.fixture(scope="module")
def state() -> State:
    state = acme(Manifest(), 1_790_000_000)
    state.usergroups.clear()
    state.usergroups["S1"] = Usergroup(id="S1", handle="oncall", name="On call")
    return state


def test_people_channels_groups_and_links_become_slacks_own_form(state: State) -> None:
    ana, random = state.user_called("ana"), state.channel_called("#random")
    assert ana is not None
    assert random is not None
    assert compose(state, "@ana, @oncall: #random.") == (
        f"<@{ana.id}>, <!subteam^S1|@oncall>: <#{random.id}|random>."
    )
    assert compose(state, "@channel see https://x.test") == "<!channel> see <https://x.test>"


def test_what_is_no_name_stays_text(state: State) -> None:
    for text in ("@nobody", "#nowhere", "ana@acme.test", "#", "@"):
        assert compose(state, text) == text


def test_ids_already_in_slacks_form_are_kept(state: State) -> None:
    assert compose(state, "<@U123> <#C1|x> <https://x.test|y>") == (
        "<@U123> <#C1|x> <https://x.test|y>"
    )


def test_commands_get_names_beside_ids_only_where_asked(state: State) -> None:
    ana = state.user_called("ana")
    assert ana is not None
    escaped = compose_command(state, "page @ana <b>", should_escape=True)
    assert escaped == f"page <@{ana.id}|ana> &lt;b&gt;"
    assert compose_command(state, "page @ana <b>", should_escape=False) == "page @ana <b>"


@settings(deadline=None)  # machines are busy at times
@given(st.text(alphabet="<>&ab @#!|", max_size=30))
def test_no_angle_bracket_survives_but_slacks_own(state: State, text: str) -> None:
    composed = compose(state, text)
    assert composed.count("<") == composed.count(">")
