"""The laws that hold between two tellings of one story (reliability.md I17 and I18)."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from unittest import mock

from app.delivery import outcome
from app.flows import admit
from tests.campaign.machine import story
from tests.campaign.machine.ledger import Ledger
from tests.campaign.machine.tale import Event, Tale, retell
from tests.campaign.machine.town import A_YEAR, EVERYBODY, disguised
from tests.campaign.machine.wire import Mode
from tests.campaign.machine.world import Broken, Place

NAMES = dict(zip(EVERYBODY, ("zia", "yun", "xel", "wim", "val", "uma", "tea", "sol"), strict=True))
"""They sort the other way round."""
WITHIN = timedelta(seconds=2)
"""So much earlier or later a page may come without Slack."""


def in_disguise(tale: Tale) -> Tale:
    """I18: a year later and with other names everything is the same but for that."""
    if tale.broken is not None:
        return tale
    with disguised(A_YEAR, NAMES), _place():
        other = retell(tale.events)
    return _beside(tale, other, lambda one, two: _broken("I18: not the same", one.same(two)))


def without_slack(tale: Tale) -> Tale:
    """I17: no page comes at another time because Slack is there or is not; for stories in which
    everybody keeps a phone. Whose account nobody could look up for a week may not do everything
    (product.md 36), so here they may for longer: without Slack nobody would press its buttons."""
    if tale.broken is not None:
        return tale
    first, *rest = tale.events
    known = mock.patch.object(admit, "STALE", A_YEAR)
    with known, mock.patch.object(outcome, "random", _Steady()):
        slack = retell([replace(first, chosen={**first.chosen, "slack": True}), *rest])
        none = retell([replace(first, chosen={**first.chosen, "slack": False}), *rest])
    return _beside(slack, none, lambda one, two: _broken("I17", one.as_soon(two, WITHIN)))


def takes_phones(event: Event) -> bool:
    """Whoever has nothing but Slack is passed over where there is none, and that is right."""
    dead = event.chosen.get("mode") is Mode.DEAD and event.step.name == "phones"
    return dead or event.step.name == "remove_contact"


class _Steady:
    """Waits without jitter: with Slack some more of it is drawn than without."""

    def uniform(self, least: float, most: float) -> float:
        return (least + most) / 2


def _beside(one: Tale, two: Tale, law: Callable[[Ledger, Ledger], Exception | None]) -> Tale:
    broken = one.broken or two.broken
    if broken is None and one.ledger is not None and two.ledger is not None:
        broken = law(one.ledger, two.ledger)
    return replace(one, broken=broken)


def _broken(law: str, difference: str) -> Broken | None:
    return Broken(f"{law}: {difference}") if difference else None


@contextmanager
def _place() -> Iterator[None]:
    """Another place, which only ever knew the names and times of the disguise."""
    place = Place()
    story.place.insert(0, place)
    try:
        yield
    finally:
        story.place.remove(place)
        place.close()
