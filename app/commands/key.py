"""`key`: the secret key that seals contact methods and signs links, and how it is changed."""

import argparse
import asyncio
from collections.abc import Sequence

from app.build import Parts, key_file
from app.commands.memory import settings_now
from app.commands.parts import open_parts
from app.commands.sentences import Failed, say, told
from app.flows.admit import Operator
from app.flows.reseal import count_sealed, reseal
from app.paging.keys import add_key, new_key
from app.settings import Settings

OPERATOR = Operator()


@told
def main(arguments: Sequence[str]) -> int:
    """Exit code 1 also when a contact method is sealed with a key that is gone."""
    options = _parser().parse_args(arguments)
    return asyncio.run(_act(options.act, settings_now()))


async def _act(act: str, settings: Settings) -> int:
    async with open_parts(settings) as parts:
        if act == "new":
            _new(parts)
            return 0
        if act == "rotate":
            await _rotate(parts)
        return await _status(parts)


def _new(parts: Parts) -> None:
    """The key stands alone on stdout where it is for the setting; a file is changed at once."""
    given = parts.settings.secret_key
    if given is None:
        path = key_file(parts.settings)
        add_key(path)
        say(f"A new key stands first in {path}, the old one after it.")
    else:
        print(new_key())
        say("Put it first in BATON_SECRET_KEY, a comma after it, and what stands there now.")
    say("Start every running Baton anew, then run `python3 -m app key rotate`.")


async def _rotate(parts: Parts) -> None:
    """In small transactions, so that pages go on; after a break it finds what is left."""
    after: int | None = 0
    sealed = 0
    while after is not None:
        batch = await parts.kit.do(reseal, after, seal=parts.seal, by=OPERATOR)
        after, sealed = batch.last, sealed + batch.sealed
    say(f"{sealed} contact methods were sealed anew.")


async def _status(parts: Parts) -> int:
    found = await parts.kit.read(count_sealed, parts.seal)
    say(f"{found.newest} are sealed with the newest key, {found.older} with an older one.")
    if found.lost:
        raise Failed(
            f"{found.lost} are sealed with a key that Baton does not have. Put that key back after "
            "a comma, or let the people add their contact methods again."
        )
    if not found.older and len(parts.seal.names) > 1:
        say(
            "The old key is needed only for links in pages of incidents that are open now. When "
            "they are closed, take it out and start Baton anew."
        )
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python3 -m app key",
        description="The secret key seals contact methods and signs links. To change it: `new`, "
        "start every running Baton anew, `rotate`; later take the old key out.",
    )
    acts = parser.add_subparsers(dest="act", required=True, metavar="new|rotate|status")
    acts.add_parser("new", help="a new key; the old one is kept beside it")
    acts.add_parser("rotate", help="seal everything with the newest key, beside a running Baton")
    acts.add_parser("status", help="how many are sealed with which key")
    return parser
