"""A Baton that kills itself at a named point: `python -m tests.crash.child POINT[#N] LEASE MARK…`.

The point `never` kills it nowhere. Any other is `before:NAME` or `after:NAME`, where NAME is a
flow (before or after its commit), a call to Slack (`slack.conversations.create`: before it is
sent, or after Slack did it and before anybody here knows) or `ring` (a message to a phone). `N` is
which passing of it. `by_slack` is whatever a command, button or form of Slack's does.
`before:hand_over` and `within:hand_over` stand around a handover, before
its commit. The settings come from the environment, as for any Baton.

The mark `mutant` makes the mistake that the tests must find: a page is recorded as sent before it
is sent. `unhurried` asks no patience of Slack's rates, so that many incidents fit in a minute.
`freezes` stops the process at the point (SIGSTOP) instead of killing it.
`watchful` reads a SQLite file through twice a second instead of once an hour. `clock=FILE` sets
the clock of its machine: it is ahead by as many seconds as the file says from moment to moment.
`zones=FOLDER` reads the rules of time zones from there first.
"""

import contextlib
import functools
import os
import signal
import sys
import threading
import time
import zoneinfo
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import time_machine

from app import serve
from app.chat.client import Chat
from app.chat.limits import Limits
from app.delivery import lanes, outcome, waits
from app.delivery.lanes import LaneLoop, Speak
from app.delivery.outcome import Spoken
from app.flows.kinds import Kind
from app.flows.kit import Kit
from app.flows.work import Work
from app.logs import start_logging
from app.paging.gateway import Gateway
from app.settings import Settings
from handlers import file_watch
from handlers.slack.desk import Desk
from storage.effects import Effect, Lane

LOOKS = frozenset({"answer_next", "take_rings", "claim"})
"""Flows that look whether there is something to do; a look that finds nothing is no step."""

ALSO = {"_end_and_take": "ended"}
"""A flow that does a named one's work and more."""

passed: Counter[str] = Counter()
deed = [signal.SIGKILL]
"""What is done at the point."""


def reach(point: str, wanted: str, number: int) -> None:
    """Die here, when this is the point and the passing that was asked for."""
    passed[point] += 1
    if point == wanted and passed[point] == number:
        os.kill(os.getpid(), deed[0])


def name_of(flow: Any) -> str:
    while isinstance(flow, functools.partial):
        flow = flow.func
    name = str(getattr(flow, "__name__", "flow"))
    return ALSO.get(name, name)


def arm(wanted: str, number: int) -> None:
    """Put the point where it belongs."""
    here = functools.partial(reach, wanted=wanted, number=number)
    do_now = Kit.do_now

    def dying_do(self: Kit, flow: Any, asked: Any = None, /, *args: Any, **kwargs: Any) -> Any:
        name = name_of(flow)

        @functools.wraps(flow)
        def watched(work: Any, *inner: Any, **named: Any) -> Any:
            result = flow(work, *inner, **named)
            if result or name not in LOOKS:
                here(f"before:{name}" + kind)
            return result

        kind = f":{args[0].kind}" if name in ("ended", "failed") else ""
        result = do_now(self, watched, asked, *args, **kwargs)
        if result or name not in LOOKS:
            here(f"after:{name}" + kind)
        return result

    def around(name: str, call: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        async def dying_call(self: Any, *args: Any, **kwargs: Any) -> Any:
            point = f"slack.{args[0]}" if name == "slack" else name
            here(f"before:{point}")
            result = await call(self, *args, **kwargs)
            here(f"after:{point}")
            return result

        return dying_call

    decide = Desk.decide

    async def dying_decide(self: Desk, body: Any, deed: Any, **more: Any) -> Any:
        def by_slack(work: Work) -> Any:
            return deed(work)

        return await decide(self, body, by_slack, **more)

    hand_over = waits.ANSWERS[Kind.HANDOVER_DUE]

    def dying_handover(work: Work, effect: Effect) -> object:
        here("before:hand_over")
        made = hand_over(work, effect)
        here("within:hand_over")
        return made

    waits.ANSWERS = {**waits.ANSWERS, Kind.HANDOVER_DUE: dying_handover}
    Desk.decide = dying_decide  # type: ignore[method-assign]
    Kit.do_now = dying_do  # type: ignore[method-assign]
    Chat._call = around("slack", Chat._call)  # type: ignore[method-assign,assignment]
    Gateway.ring = around("ring", Gateway.ring)  # type: ignore[method-assign,assignment]


def record_before_sending() -> None:
    """The mutant: a kill between the two loses the page, and nothing remembers that it is owed."""
    handle = LaneLoop._handle

    async def wrongly(self: LaneLoop, effect: Effect, speak: Speak) -> None:
        if effect.lane is not Lane.PAGE:
            return await handle(self, effect, speak)
        await self._record(outcome.ended, effect, Spoken())
        with contextlib.suppress(Exception):
            await speak(effect)

    LaneLoop._handle = wrongly  # type: ignore[method-assign]


def ask_no_patience() -> None:
    async def at_once(self: Limits, method: str, **_: Any) -> None:
        """It is everybody's turn."""

    Limits.turn = at_once  # type: ignore[method-assign]


def freeze() -> None:
    deed[0] = signal.SIGSTOP


def look_often() -> None:
    file_watch.EVERY = file_watch.GLANCE = file_watch.WHILE_DAMAGED = 0.5


def go_by(file: str) -> None:
    """What cannot be set stays as it is, as on a machine whose clock somebody sets."""
    real, ahead = time_machine.escape_hatch.datetime.datetime.now, float(Path(file).read_text())
    clock = time_machine.travel(datetime.now(UTC) + timedelta(seconds=ahead)).start()

    def look(known: float) -> None:
        while True:
            told = Path(file).read_text()
            if told and (ahead := float(told)) != known:
                known = ahead
                clock.move_to(real(UTC) + timedelta(seconds=ahead))
            time.sleep(0.02)

    threading.Thread(target=look, args=(ahead,), daemon=True).start()


def take_zones_from(folder: str) -> None:
    zoneinfo.reset_tzpath(to=[folder, *zoneinfo.TZPATH])
    ZoneInfo.clear_cache()


MARKS: Mapping[str, Callable[..., None]] = {
    "clock": go_by,
    "mutant": record_before_sending,
    "watchful": look_often,
    "unhurried": ask_no_patience,
    "freezes": freeze,
    "zones": take_zones_from,
}


def main(arguments: Sequence[str]) -> int:
    point, lease, *marks = arguments
    for mark in marks:
        name, _, value = mark.partition("=")
        MARKS[name](*([value] if value else []))
    if point != "never":
        where, _, number = point.partition("#")
        arm(where, int(number or 1))
    # A shorter lease, so that a test does not wait ten seconds for a takeover on PostgreSQL.
    outcome.LEASE = timedelta(seconds=float(lease))
    lanes.RENEW = float(lease) / 3
    settings = Settings.read(os.environ)
    start_logging(settings.log, secrets=settings.secrets())
    return serve.run(settings)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
