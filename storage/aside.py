"""Part of a transaction that may fail by itself."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from storage import bulk


@contextmanager
def aside(tx: Connection) -> Iterator[None]:
    """What raises inside is undone, and what the transaction did before it stands; none goes into
    another. An error of the database itself is about the whole transaction, which must end then.

    As SQLAlchemy's savepoints, which are compiled anew each time, at a tenth of their cost.
    """
    bulk.run(tx, "SAVEPOINT aside")
    try:
        yield
    except DBAPIError:
        raise
    except BaseException:
        bulk.run(tx, "ROLLBACK TO SAVEPOINT aside")
        bulk.run(tx, "RELEASE SAVEPOINT aside")
        raise
    bulk.run(tx, "RELEASE SAVEPOINT aside")
