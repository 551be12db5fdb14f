"""The waits of an escalation stay what they were when it began (product.md 12)."""

from datetime import timedelta

from app.rules.escalation import Policy
from app.rules.organisation import Waits

WAITS = Waits(
    primary_wait=timedelta(minutes=5),
    manager_wait=timedelta(minutes=7),
    acknowledgement_expires=timedelta(minutes=60),
)
FACTS = {
    "v": 1,
    "primary_wait": 300.0,
    "manager_wait": 420.0,
    "acknowledgement_expires": 3600.0,
}
"""As they stand in databases that are in use: older rows are read for ever."""


def test_the_policy_is_that_of_the_organisation_file() -> None:
    assert Policy.of(WAITS) == Policy(
        primary_wait=WAITS.primary_wait,
        manager_wait=WAITS.manager_wait,
        acknowledgement_expires=WAITS.acknowledgement_expires,
    )


def test_it_is_kept_in_seconds_and_read_back_as_it_was() -> None:
    assert Policy.of(WAITS).to_facts() == FACTS
    assert Policy.from_facts(FACTS) == Policy.of(WAITS)
