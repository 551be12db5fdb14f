"""Health, readiness and metrics, on a bind of their own (BATON_ADMIN_BIND)."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from datetime import timedelta

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from app.flows.figures import Figures, count_everything
from app.flows.kit import Kit, NoOrganisation

TICK_LIMIT = 5.0
"""Ready means ticking: a tick completed less than this many seconds ago."""

Age = Callable[[], float | None]
SlackState = Callable[[], dict[str, object]]
WatchState = Callable[[], Mapping[str, float]]


def routes(kit: Kit, *, tick_age: Age, slack: SlackState, watch: WatchState = dict) -> list[Route]:
    """`/healthz` answers while the process runs; `/readyz` while it does its work; never Slack."""
    ready = _ready(kit, tick_age)
    return [
        Route("/healthz", _healthy),
        Route("/readyz", ready),
        Route("/metrics", _metrics(kit, tick_age, slack, watch)),
    ]


async def _healthy(request: Request) -> Response:
    return PlainTextResponse("alive\n")


def _ready(kit: Kit, tick_age: Age) -> Callable[[Request], Awaitable[Response]]:
    async def ready(request: Request) -> Response:
        checks = {"database": True, "organisation": True, "tick": False}
        try:
            await kit.read(lambda work: work.org.version)
        except NoOrganisation:
            checks["organisation"] = False
        except Exception:
            checks["database"] = checks["organisation"] = False
        if kit.writing.is_damaged:
            checks["database"] = False
        age = tick_age()
        checks["tick"] = age is not None and age < TICK_LIMIT
        return JSONResponse(checks, 200 if all(checks.values()) else 503)

    return ready


def _metrics(
    kit: Kit, tick_age: Age, slack: SlackState, watch: WatchState
) -> Callable[[Request], Awaitable[Response]]:
    async def metrics(request: Request) -> Response:
        figures = await kit.read(count_everything)
        registry = CollectorRegistry()
        registry.register(_Told(figures, tick_age(), slack()))
        registry.register(_Watched(figures, watch()))
        registry.register(_Clock(kit))
        return Response(generate_latest(registry), media_type="text/plain; version=0.0.4")

    return metrics


class _Clock(Collector):
    """What this process alone knows: its machine's clock and the database, as it finds them."""

    def __init__(self, kit: Kit) -> None:
        self._kit = kit

    def collect(self) -> Iterable[Metric]:
        skew = getattr(self._kit.clock, "skew", timedelta(0)).total_seconds()
        what = "How far this machine's clock is ahead of the one that Baton goes by"
        yield GaugeMetricFamily("baton_clock_skew_seconds", what, value=skew)
        away = self._kit.writing.seconds or 0.0
        what = "Since when the database cannot be written, 0 while it can"
        yield GaugeMetricFamily("baton_database_away_seconds", what, value=away)


class _Told(Collector):
    """One scrape's figures, read from the database so that every replica tells the same."""

    def __init__(self, figures: Figures, tick_age: float | None, slack: dict[str, object]) -> None:
        self._figures = figures
        self._tick_age = tick_age
        self._slack = slack

    def collect(self) -> Iterable[Metric]:
        figures = self._figures
        lanes, severities = ("lane", "outcome"), ("severity", "state")
        what = "Effects that wait, are being spoken, were given up or left"
        yield _gauge("baton_effects", what, lanes, figures.effects.items())
        bodies = [((state,), number) for state, number in figures.inbox.items()]
        yield _gauge("baton_inbox", "Bodies not read yet, or never", ("state",), bodies)
        what = "Incidents that are not closed"
        yield _gauge("baton_incidents", what, severities, figures.incidents.items())
        age = self._tick_age if self._tick_age is not None else float("nan")
        yield GaugeMetricFamily("baton_tick_age_seconds", "Since the last tick", value=age)
        yield from _slack_metrics(self._slack)


def _gauge(
    name: str, meaning: str, labels: Sequence[str], numbers: Iterable[tuple[Sequence[str], int]]
) -> Metric:
    family = GaugeMetricFamily(name, meaning, labels=labels)
    for values, number in sorted(numbers):
        family.add_metric(values, number)
    return family


WATCH = {
    "findings": ("baton_audit_findings", "What the last audit found"),
    "content": ("baton_audit_content", "1 while the auditor finds that everything holds"),
    "age": ("baton_audit_age_seconds", "Since the last audit"),
    "seconds": ("baton_audit_seconds", "How long the last audit took"),
    "signs": ("baton_watchdog_signs", "Signs of life that the outside checker took"),
}


class _Watched(Collector):
    """How Baton watches itself: sums that reconcile, the auditor, the canary."""

    def __init__(self, figures: Figures, watch: Mapping[str, float]) -> None:
        self._figures = figures
        self._watch = watch

    def collect(self) -> Iterable[Metric]:
        figures = self._figures
        yield _sums("baton_alerts", "Alerts by what became of them", "fate", figures.alerts)
        yield _sums("baton_pages", "Rings by what became of them", "fate", figures.pages)
        yield _sums("baton_audit_found", "Findings ever, by invariant", "rule", figures.found)
        for name, (metric, meaning) in WATCH.items():
            if name in self._watch:
                yield GaugeMetricFamily(metric, meaning, self._watch[name])
        if figures.canary_seconds is not None and figures.canary_at is not None:
            what = "The last canary's way, from the intake to a phone that is nobody's"
            yield GaugeMetricFamily("baton_canary_seconds", what, figures.canary_seconds)
            yield GaugeMetricFamily("baton_canary_sent", "When it was sent", figures.canary_at)


def _sums(name: str, meaning: str, label: str, sums: Mapping[str, int]) -> Metric:
    numbers = [((value,), number) for value, number in sums.items()]
    return _gauge(name, meaning, (label,), numbers)


SLACK = {
    "connections": ("baton_slack_connections", "Connections to Slack that are alive"),
    "since": ("baton_slack_connected_since", "When the last turn between none and some was"),
    "last_envelope": ("baton_slack_last_envelope", "When Slack last sent us something"),
}
"""What is told of Slack beside whether it is reached; times in seconds since 1970."""


def _slack_metrics(slack: Mapping[str, object]) -> Iterable[Metric]:
    reached = 1.0 if slack.get("connected") else 0.0
    yield GaugeMetricFamily("baton_slack_connected", "1 while Slack is reached", reached)
    for name, (metric, meaning) in SLACK.items():
        if isinstance(value := slack.get(name), int | float):
            yield GaugeMetricFamily(metric, meaning, value)
