"""The address of a database, also the form with several hosts that PostgreSQL's own tools take."""

import re

from sqlalchemy.engine import URL, make_url

SEVERAL_HOSTS = re.compile(
    r"(?P<kind>postgres[\w+]*)://(?:(?P<who>[^@/?]*)@)?(?P<hosts>[^/?]*,[^/?]*)"
    r"(?:/(?P<name>[^?]*))?(?:\?(?P<query>.*))?"
)


def read_address(text: str) -> URL:
    """Raises SQLAlchemy's ArgumentError. `postgresql://me@one:5432,two:5432/baton` is understood:
    of several hosts the one that takes writes is used."""
    found = SEVERAL_HOSTS.fullmatch(text)
    if found is None:
        return make_url(text)
    who = f"{found['who']}@" if found["who"] else ""
    hosts = [f"host={host}" for host in found["hosts"].split(",")]
    query = "&".join([*hosts, *([found["query"]] if found["query"] else [])])
    return make_url(f"{found['kind']}://{who}/{found['name'] or ''}?{query}")
