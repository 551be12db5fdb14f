"""Who is rung when: the policy of an escalation and its turns (product.md 8 to 12)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from app.rules.organisation import Waits


@dataclass(frozen=True, kw_only=True)
class Policy:
    """The waits in force when an escalation began; they stay with it (product.md 12)."""

    primary_wait: timedelta
    manager_wait: timedelta
    acknowledgement_expires: timedelta

    @classmethod
    def of(cls, waits: Waits) -> "Policy":
        return cls(
            primary_wait=waits.primary_wait,
            manager_wait=waits.manager_wait,
            acknowledgement_expires=waits.acknowledgement_expires,
        )

    @classmethod
    def from_facts(cls, facts: Mapping[str, Any]) -> "Policy":
        """From what `to_facts` made."""
        return cls(
            primary_wait=timedelta(seconds=facts["primary_wait"]),
            manager_wait=timedelta(seconds=facts["manager_wait"]),
            acknowledgement_expires=timedelta(seconds=facts["acknowledgement_expires"]),
        )

    def to_facts(self) -> dict[str, Any]:
        """Seconds, as they are stored with the escalation."""
        return {
            "v": 1,
            "primary_wait": self.primary_wait.total_seconds(),
            "manager_wait": self.manager_wait.total_seconds(),
            "acknowledgement_expires": self.acknowledgement_expires.total_seconds(),
        }
