"""What stands in a calendar of shifts: plain text, names and no reasons."""

from app.chat.words.escape import plain
from app.chat.words.people import Who

LIMIT = 120
NAME = 60


def mine(rota: str, *, instead_of: Who | None) -> str:
    """A shift of the reader's own."""
    return f"On call: {plain(rota, NAME)}{_for(instead_of)}"


def shadow(rota: str) -> str:
    return f"Shadow: {plain(rota, NAME)}"


def theirs(rota: str, person: Who | None, *, instead_of: Who | None) -> str:
    """A shift in a rota's calendar; nobody's is a hole."""
    who = plain(person.name, NAME) if person else "Nobody"
    return f"{who}{_for(instead_of)} · {plain(rota, NAME)}"


def shadowed(rota: str, person: Who) -> str:
    return f"Shadow: {plain(person.name, NAME)} · {plain(rota, NAME)}"


def about_mine() -> str:
    return "Nothing here changes the rota: /oncall cover me and /oncall away do, in Slack."


def about_shadow() -> str:
    return "You look over the shoulder of whoever serves. Nothing rings you."


def about_hole() -> str:
    return "Nobody serves then, so the managers are rung at once."


def name_of_mine(organisation: str) -> str:
    return f"On call · {plain(organisation, NAME)}"


def name_of_rota(rota: str, organisation: str) -> str:
    return f"{plain(rota, NAME)} · {plain(organisation, NAME)}"


def _for(instead_of: Who | None) -> str:
    return f" (for {plain(instead_of.name, NAME)})" if instead_of else ""
