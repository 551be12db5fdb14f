"""A private address under which a calendar shows somebody's shifts, or a rota's."""

import hashlib
import secrets

from app.flows.admit import Act, Caller, is_manager
from app.flows.serving import acting_for, rota_of
from app.flows.work import Refused, Work
from app.rules.organisation import PersonId, RotaId
from storage import feeds
from storage.feeds import Feed, Of


def make_calendar_link(work: Work, *, by: Caller, rota: RotaId | None = None) -> str:
    """The secret of a new address for one's own shifts, or as a manager for a rota's; it can be
    read this once. The one that this person had before shows nothing any more."""
    who, kind, subject = _whose(work, by, rota)
    feeds.revoke(work.tx, kind, subject, by=who, at=work.now)
    secret = secrets.token_urlsafe(24)
    feeds.add(work.tx, kind, subject, hash=hash_of(secret), at=work.now, by=who)
    work.audit("calendar_new", f"{kind}:{subject}", by=who)
    return secret


def revoke_calendar_link(work: Work, *, by: Caller, rota: RotaId | None = None) -> bool:
    """From the commit on it shows nothing; False when there was none."""
    who, kind, subject = _whose(work, by, rota)
    revoked = feeds.revoke(work.tx, kind, subject, by=who, at=work.now) > 0
    if revoked:
        work.audit("calendar_revoke", f"{kind}:{subject}", by=who)
    return revoked


def find_calendar_link(work: Work, *, by: Caller, rota: RotaId | None = None) -> Feed | None:
    """The one that this person has of it."""
    who, kind, subject = _whose(work, by, rota)
    return feeds.standing(work.tx, kind, subject, by=who)


def hash_of(secret: str) -> str:
    """192 random bits, so a plain hash is enough, and to find it says nothing of its neighbours."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def _whose(work: Work, by: Caller, rota: RotaId | None) -> tuple[PersonId, Of, str]:
    who, _ = acting_for(work, by, None, subject=f"rota:{rota}" if rota else "calendar")
    if rota is None:
        return who, Of.PERSON, who
    rota_of(work, rota, by=who)
    if not is_manager(work, who):
        raise Refused(
            "Only a manager makes the calendar of a whole rota. `/oncall calendar` makes yours.",
            act=Act.ROTA,
            subject=f"rota:{rota}",
            by=who,
        )
    return who, Of.ROTA, rota
