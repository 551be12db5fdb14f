"""Contact methods and their seals: is everything under the newest key, and does all of it open?"""

from pathlib import Path

from app.build import key_file
from app.commands.doctor.finding import Finding, fail, ok, warn
from app.commands.memory import kit_on, look, opened
from app.flows.reseal import count_sealed
from app.paging.keys import KeyUnusable, made_key
from app.paging.seal import Seal
from app.settings import Settings


def look_at_seals(settings: Settings) -> list[Finding]:
    """Of a database that has an organisation in force. No key file is made by looking."""
    with opened(settings) as database, kit_on(database) as kit:
        try:
            key = _key(settings, key_file(settings))
        except KeyUnusable as error:
            return [fail("seals", str(error))]
        if key is None:
            return []
        found = look(kit, lambda work: count_sealed(work, Seal(key)))
    if found.lost:
        what = f"{found.lost} contact methods are sealed with a key that Baton does not have"
        fix = "Put that key back after a comma, or let these people add them again."
        return [fail("seals", what, fix)]
    if found.older:
        what = f"{found.older} contact methods are still sealed with an older key"
        return [warn("seals", what, "`python3 -m app key rotate` seals them with the newest.")]
    return [ok("seals", f"all {found.newest} contact methods are sealed with the newest key")]


def _key(settings: Settings, path: Path) -> str | None:
    if settings.secret_key is not None:
        return settings.secret_key.reveal()
    return made_key(path) if path.exists() else None
