"""One number that rises with every act that may change who is on duty."""

from sqlalchemy import Connection

from storage import tallies

NAME = "schedule"


def rise(tx: Connection) -> None:
    """To be called by whatever changes overrides, tours, leaves or shadows: every process reads
    the schedule anew with its next transaction."""
    tallies.add(tx, {NAME: 1})
