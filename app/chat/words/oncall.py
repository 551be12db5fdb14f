"""Who is on call, what comes next, what is mine: answers of the rota command."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.chat import actions
from app.chat.blocks import button, compose
from app.chat.message import Message
from app.chat.words.dates import moment
from app.chat.words.escape import escape
from app.chat.words.methods import way as named_way
from app.chat.words.people import Who, all_named, named

NAME = 60
MOST = 8


@dataclass(frozen=True, kw_only=True)
class Duty:
    """Somebody's stretch on a rota; `who` is None where nobody serves. `covering`: an override.
    `looks_on` look over their shoulder, and are rung by nothing."""

    rota: str
    who: Who | None
    start: datetime
    end: datetime | None
    covering: bool = False
    looks_on: Sequence[Who] = ()


@dataclass(frozen=True, kw_only=True)
class Now:
    """Who is on call at this instant. `owners` are the teams inside their working hours."""

    volunteers: Duty
    owners: Sequence[Duty]
    managers: Sequence[Who]
    managers_until: datetime | None
    awake: Sequence[Who]
    amiss: Sequence[str] = ()
    """Lines about what should follow the rota and does not."""


@dataclass(frozen=True, kw_only=True)
class Way:
    """One way to reach a person, as it may be shown."""

    method: str
    hint: str
    verified: bool
    wakes: bool


def who_now(now: Now) -> Message:
    """Who is rung now and until when, the managers behind them, and who can be asked freely."""
    lines = [f"*Out of hours*: {_serves(now.volunteers)}"]
    lines += [f"*{escape(each.rota, NAME)}*, in hours now: {_serves(each)}" for each in now.owners]
    lines.append(f"*Managers*: {_managers(now)}")
    if now.awake:
        lines.append(f"*Awake now*: {all_named(now.awake, most=MOST)}")
    lines += now.amiss
    owners = "rings its own rota" if now.owners else "would ring its own rota"
    return compose(
        lines,
        small=[
            f"A P1 of a team in its working hours {owners}; any other P1 rings "
            f"{_whom(now.volunteers)}. If nobody answers, the managers are next."
        ],
    )


def coming(duties: Sequence[Duty]) -> Message:
    """The coming shifts, rota by rota, in the reader's own time."""
    if not duties:
        return compose(["No shift is planned. `baton.toml` has the rotas."])
    lines: list[str] = []
    rota = None
    for duty in duties:
        if duty.rota != rota:
            rota = duty.rota
            lines.append(f"*{escape(rota, NAME)}*")
        lines.append(_shift(duty))
    return compose(lines)


def mine(duties: Sequence[Duty], ways: Sequence[Way], ready: Sequence[str] = ()) -> Message:
    """My shifts, how I am reached while I have one, and whether I am ready for it."""
    lines = ["*Your shifts*"]
    lines += [f"{_span(duty)} · {escape(duty.rota, NAME)}{_covering(duty)}" for duty in duties]
    if not duties:
        lines.append("None in the next eight weeks.")
    lines += ["*How you are reached*", *ways_lines(ways)]
    lines += ["*Ready for a shift?*", *ready] if ready else []
    return compose(lines, buttons=[button("Calendar link", actions.CALENDAR_LINK)])


def ways_lines(ways: Sequence[Way]) -> list[str]:
    """Every way with whether it rings; last, what is missing to be woken at night."""
    lines = [
        f"{named_way(each.method, each.hint)}: "
        f"{'rings' if each.verified else 'not verified yet, so it does not ring'}"
        for each in ways
    ]
    if not any(each.verified and each.wakes for each in ways):
        lines.append(
            ":warning: Nothing here can wake you: Slack is silent in do-not-disturb. "
            "`/oncall contact` adds a push to your phone."
        )
    return lines


def tested(hints: Sequence[tuple[str, str]], *, answerable: bool) -> Message:
    """A test page is on its way: (method, hint) of everything that rings. `answerable`: something
    of it wakes, so that its coming proves that a night's page comes."""
    told = ", ".join(named_way(method, hint) for method, hint in hints)
    missing = "Nothing came? `/oncall contact` shows what is set up; sound must be allowed there."
    return compose(
        [f"A test page goes out now by {told}."],
        small=[("Press when your phone has rung. " if answerable else "") + missing],
        buttons=[button("I got it", actions.GOT_TEST_PAGE, style="primary")] if answerable else [],
    )


def test_was_asked(by: Who) -> Message:
    """To somebody whose pager another person tests."""
    return compose(
        [f":telephone_receiver: {named(by)} has sent a test page to your phone. Did it ring?"],
        small=["Nothing is wrong. Nothing came? `/oncall contact` shows what is set up."],
        buttons=[button("I got it", actions.GOT_TEST_PAGE, style="primary")],
    )


def got_test_page() -> Message:
    return compose(["Noted: your pager works. It counts for your shifts of the next 30 days."])


def _serves(duty: Duty) -> str:
    if duty.who is None:
        return "nobody; the managers are rung at once"
    looks_on = f" · looking on: {all_named(duty.looks_on)}" if duty.looks_on else ""
    return f"{named(duty.who)}{_until(duty.end)}{looks_on}"


def _managers(now: Now) -> str:
    if not now.managers:
        return "nobody"
    first, *others = now.managers
    then = f", then {all_named(others)}" if others else ""
    return f"{named(first)}{_until(now.managers_until)}{then}"


def _whom(duty: Duty) -> str:
    return named(duty.who) if duty.who else "the managers"


def _until(end: datetime | None) -> str:
    return f" until {moment(end)}" if end else ""


def _shift(duty: Duty) -> str:
    who = named(duty.who) if duty.who else "nobody"
    return f"{_span(duty)} · {who}{_covering(duty)}"


def _span(duty: Duty) -> str:
    end = moment(duty.end) if duty.end else "further notice"
    return f"{moment(duty.start)} to {end}"


def _covering(duty: Duty) -> str:
    return " · by an override" if duty.covering else ""
