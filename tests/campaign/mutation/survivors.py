"""Mistakes that no test notices, and why. They count as survivors all the same."""

from collections.abc import Sequence
from dataclasses import dataclass

from tests.campaign.mutation.mistakes import Mistake


@dataclass(frozen=True)
class Reason:
    """`text` is the line without its indentation, `what` the mistake as the campaign tells it, or
    the beginning of it. `equivalent`: with it Baton does the same."""

    path: str
    text: str
    what: str
    why: str
    equivalent: bool = True


_CALENDAR, _ROTA, _CHAIN = "app/rules/calendar.py", "app/rules/rota.py", "app/rules/chain.py"
_SUCCESSION, _LADDER, _TURNS = (
    *("app/rules/succession.py", "app/rules/ladder.py", "app/rules/turns.py"),
)
_LANES, _EFFECTS, _ADMIT = "app/delivery/lanes.py", "storage/effects.py", "app/flows/admit.py"
_RINGS, _ROUTING, _SUN = "app/delivery/rings.py", "app/rules/routing.py", "app/rules/sun.py"
_LIMIT = "a limit that was chosen, far beyond whatever happens"
REASONS: Sequence[Reason] = (
    *(
        Reason(_ADMIT, text, "'' → ", "the sentence is read only where nobody is known")
        for text in (
            'return caller.name, Who.OPERATOR, ""',
            'return (named, Who.UNSURE, "") if named else (caller.slack_id, None, UNKNOWN)',
            'return caller.person, Who.LINK, ""',
            'return account.id, Who.UNSURE if stale else Who.MEMBER, ""',
            'return account.id, Who.GUEST, ""',
        )
    ),
    Reason(
        _LANES,
        "task = asyncio.create_task(",
        "name is not given",
        "a task's name is for whoever debugs it",
    ),
    Reason(
        _LANES,
        'self._handle(effect, speak), name=f"{self.lane}:{effect.key}", context=context',
        "':' → ",
        "a task's name is for whoever debugs it",
    ),
    Reason(
        _LANES,
        "self._calm: Callable[[], bool] = lambda: True",
        "True → False",
        "it is asked only of lanes that stand beside others, and these are told anew",
    ),
    Reason(
        _LANES,
        "if self.next_due is None or due < self.next_due:",
        "Lt → LtE",
        "an instant replaces itself",
    ),
    Reason(
        _LANES,
        "return self._is_hinted() and self.free > 0",
        "Gt → GtE",
        "a lane without a free place is asked for nothing",
    ),
    Reason(
        _RINGS,
        'return "", None, None',
        "'' → ",
        "where nobody is rung no name is read",
    ),
    Reason(
        _SUN,
        "if begin >= stop:",
        "GtE → Gt",
        "a reign of no time has no turn",
    ),
    Reason(
        _SUN,
        "ahead = turns_between(versions, at, at + 2 * DAY)",
        "2 → 3",
        "in two days every office has its hours, and a turn names all of its office",
    ),
    Reason(_SUN, "while day <= last:", "LtE → Lt", "one day more is looked through than is needed"),
    Reason(
        _SUN,
        "if at < following and at < end and start < following:",
        "Lt → LtE",
        "a watch of no time has no turn in it",
    ),
    *(
        Reason(_SUN, text, what, "before its people begin an office has no turn to be cut in two")
        for text, what in (
            ("if effective is None or running.since > effective:", "Or → And"),
            ("if effective is None or running.since > effective:", "Gt → GtE"),
            ("return effective", "returns None"),
        )
    ),
    Reason(
        _LANES,
        "lanes = [lane for lane in self._beside if lane.free > 0]",
        "Gt → GtE",
        "a lane without a free place is asked for nothing",
    ),
    Reason(
        _LANES,
        "for lane, claimed in zip(lanes, taken, strict=True):",
        "strict is not given",
        "the two lists have always the same length: `strict` guards against a mistake to come",
    ),
    Reason(
        _EFFECTS,
        '_FREE_BUT = _FREE.where(effects.c.id.not_in(bindparam("here", expanding=True)))',
        "expanding is not given",
        "`not_in` makes it so by itself",
    ),
    Reason(
        _ROUTING,
        'instead = gap or "next on the manager rota"',
        "'next on the manager ' → ",
        "where nothing is missing the manager on duty comes first, and nobody stands in",
    ),
    Reason(_ROTA, "REACH = timedelta(days=120)", "", _LIMIT, equivalent=False),
    Reason(_TURNS, "LAST_YEAR = 2200", "", _LIMIT, equivalent=False),
    Reason(
        _TURNS,
        "while self._first_slot[-1] < slot and self._day.year <= LAST_YEAR:",
        "LtE → Lt",
        _LIMIT,
        equivalent=False,
    ),
    Reason(
        _ROTA,
        "if each.start < shift.end and shift.start < each.end and each.holds(turn.span.start)",
        "Lt → LtE",
        "a leave that only touches the shift holds at none of its instants",
    ),
    Reason(
        _CALENDAR,
        "for ahead in range(-2, days):",
        "2 → 3",
        "one day more is looked through than is needed",
    ),
    *(
        Reason(_SUN, text, "0 → 1", "a turn that is nobody's has no number that anybody reads")
        for text in (
            "yield Turn(Interval(at, begin), watch.span, (), reign.number, None, 0)",
            "yield Turn(Interval(at, stop), watch.span, (), reign.number, None, 0)",
        )
    ),
    Reason(
        _SUN,
        "day, last = start.astimezone(zone).date() - 2 * DAY,"
        " end.astimezone(zone).date() + 2 * DAY",
        "2 → 3",
        "one day more is looked through than is needed",
    ),
    Reason(
        _SUN,
        "rota = replace(version.rota, offices=(), members=members, tours=tours)",
        "offices is not given",
        "the succession of a rota asks for no offices",
    ),
    Reason(
        _CALENDAR,
        "seconds = range(2 * 24 * 60 * 60)",
        "",
        "the change of the clocks lies in the first day; a longer search finds the same second",
    ),
    Reason(
        _CALENDAR,
        "days = 7 * (len(hours.holidays) + 3)  # even when each holiday costs a week, one is left",
        "",
        "more days are looked through than are needed",
    ),
    Reason(
        _CALENDAR,
        "def _around(hours: WorkingHours, at: datetime, days: int = 2) -> Iterator[Interval]:",
        "2 → 3",
        "no working time that begins three days later holds the instant",
    ),
    Reason(
        _CHAIN,
        "return [[each.id, digest[:MARK]] for each, digest in zip(records, digests, strict=True)]",
        "",
        "the two lists have always the same length: `strict` guards against a mistake to come",
    ),
    Reason(
        _LADDER,
        "scale = 1.0 if longest <= limit else limit / longest",
        "LtE → Lt",
        "where both are equal the quotient is 1.0",
    ),
    Reason(
        _ROTA,
        "if at < end:",
        "Lt → LtE",
        "an empty shift at the window's end is taken out two lines later",
    ),
    Reason(
        _ROTA,
        "yield _cut(shift, at, shift.end) if shift.start < at else shift",
        "Lt → LtE",
        "a shift that is cut at its own start is equal to it",
    ),
    Reason(
        _SUCCESSION,
        "if reign.span.start < end and start < reign.span.end:",
        "Lt → LtE",
        "a reign that begins where the window ends has no turn in it",
    ),
    Reason(
        _SUCCESSION,
        "while begin < min(end, self.span.end):",
        "Lt → LtE",
        "a turn that begins where the window ends is cut off by whoever asked",
    ),
    Reason(
        _SUCCESSION,
        "if following > self.span.end:",
        "Gt → GtE",
        "cut at its own end a turn is what it was",
    ),
    Reason(
        _SUCCESSION, "return -1", "1 → 2", "every place comes after it, as it does after minus one"
    ),
    Reason(
        _SUCCESSION,
        "last = _last_of(found[-1:]) or last",
        "1 → 2",
        "where the last stretch has nobody, the one before it is what `last` says already",
    ),
    Reason(
        _TURNS,
        "turn = max(self._turn_on(tomorrow), 0)",
        "0 → 1",
        "the search begins one turn later and walks back",
    ),
)


def reason_for(mistake: Mistake) -> Reason | None:
    return next(
        (
            each
            for each in REASONS
            if (each.path, each.text) == (mistake.path, mistake.text)
            and mistake.what.startswith(each.what)
        ),
        None,
    )
