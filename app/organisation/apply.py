"""Put an organisation file in force: a new version, and from when each changed rota serves."""

import hashlib
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from app.chat.words.moved import Cause
from app.flows.standing import StandingOrders
from app.flows.tell_moved import telling_moved
from app.flows.work import Work
from app.organisation.in_force import parse_applied
from app.organisation.read import read
from app.rules import rota as rota_rules
from app.rules.organisation import Organisation, Rota
from app.rules.rota import RotaVersion
from storage import audit, organisations


def apply(tx: Connection, text: str, *, now: datetime, by: str) -> int | None:
    """The new version's number, or None when this very text is in force already.

    The caller has read `text` without problems before. A changed rota takes effect at the next
    boundary of the one in force; its running shift is never touched (product.md 21 and 26).
    Whoever's shifts it moves is told.
    """
    digest = hashlib.sha256(text.encode()).hexdigest()
    newest = organisations.newest_id(tx)
    if newest is not None and organisations.get(tx, newest).digest == digest:
        return None
    if newest is None:
        return _put_in_force(tx, text, digest, now=now, by=by)
    orders = StandingOrders(parse_applied)
    org, schedule = orders.in_force(tx)
    work = Work(tx=tx, now=now, org=org, schedule=schedule, orders=orders)
    with telling_moved(work, cause=Cause.FILE, by=by):
        return _put_in_force(tx, text, digest, now=now, by=by)


def _put_in_force(tx: Connection, text: str, digest: str, *, now: datetime, by: str) -> int:
    new = _parsed(text)
    version = organisations.add(tx, at=now, by=by, digest=digest, source=text)
    versions = _versions(tx)
    for rota in new.rotas.values():
        before = versions.get(rota.id, [])
        if before and _same(before[-1].rota, rota):
            continue
        effective = rota_rules.next_boundary(before, now) if before else None
        organisations.mark_rota(tx, rota.id, effective=effective, organisation=version)
    audit.add(tx, at=now, by=by, act="apply", subject="organisation", version=version)
    return version


def _versions(tx: Connection) -> dict[str, list[RotaVersion]]:
    parsed: dict[int, Organisation] = {}
    found: dict[str, list[RotaVersion]] = {}
    for mark in organisations.list_marks(tx):
        if mark.organisation not in parsed:
            parsed[mark.organisation] = _parsed(organisations.get(tx, mark.organisation).source)
        rota = parsed[mark.organisation].rotas.get(mark.rota)
        if rota is not None:
            found.setdefault(mark.rota, []).append(RotaVersion(rota=rota, effective=mark.effective))
    return found


def _same(one: Rota, other: Rota) -> bool:
    """Overrides are not part of a version: they serve from when they say."""
    return replace(one, overrides=()) == replace(other, overrides=())


def _parsed(text: str) -> Organisation:
    reading = read(text, source="baton.toml")
    if reading.organisation is None:
        raise ValueError("an organisation with problems was given to be applied")
    return reading.organisation
