"""Intake tokens: made once, shown once, kept as a hash; two of one source may be valid at once."""

import hashlib
import secrets

from app.flows.admit import Act, Caller, Operator, admit
from app.flows.work import Refused, Work
from storage import tokens
from storage.tokens import Token

SOURCES = (
    "alertmanager", "grafana", "cloudwatch", "datadog", "sentry", "generic", "pagerduty",
    "opsgenie", "heartbeat",
)  # fmt: skip
OPERATOR = Operator()


def new_token(work: Work, source: str, *, name: str = "", by: Caller = OPERATOR) -> str:
    """Make a token for one source; the answer is the only time it can be read."""
    who = admit(work, by, Act.TOKEN, subject=f"source:{source}")
    if source not in SOURCES:
        raise Refused(f"There is no source called {source}. Known: {', '.join(SOURCES)}.")
    # 32 letters and digits: PagerDuty's senders want a routing key of exactly this form.
    secret = secrets.token_hex(16)
    added = tokens.add(
        work.tx,
        source=source,
        name=name or source,
        hash=hash_of(secret),
        created_at=work.now,
        created_by=who,
    )
    work.audit("token_new", f"token:{added.id}", by=who, source=source)
    return secret


def revoke_token(work: Work, token_id: int, *, by: Caller = OPERATOR) -> None:
    """From the commit on, senders with it are refused."""
    who = admit(work, by, Act.TOKEN, subject=f"token:{token_id}")
    if not tokens.revoke(work.tx, token_id, at=work.now):
        raise Refused(f"Token {token_id} is not there, or revoked already. `token list` shows all.")
    work.audit("token_revoke", f"token:{token_id}", by=who)


def find_token(work: Work, secret: str, *, source: str) -> Token | None:
    """The valid token of this source, or None."""
    found = tokens.find(work.tx, hash_of(secret))
    return found if found is not None and found.source == source else None


def list_tokens(work: Work) -> list[Token]:
    return tokens.list_all(work.tx)


def hash_of(secret: str) -> str:
    """A token is 128 random bits, so a plain hash is enough and lookups stay fast."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()
