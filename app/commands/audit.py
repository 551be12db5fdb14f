"""`audit`: who did what, when and why, refusals included; and whether the log is still whole."""

import argparse
import json
from collections.abc import Sequence
from typing import Any

from app.commands.memory import look, opened_kit, settings_now
from app.commands.moments import duration
from app.commands.sentences import Failed, say, told
from app.flows.seal_audit import count_unsealed, verify
from app.flows.work import Work
from app.paging.words import tame
from app.rules.chain import Record, Seal
from storage import audit

MOST = 10_000


@told
def main(arguments: Sequence[str]) -> int:
    """Exit code 1 when a row or a seal was changed, removed or put in."""
    options = _parser().parse_args(arguments)
    with opened_kit(settings_now()) as kit:
        if options.act == "verify":
            seal, unsealed = look(kit, lambda work: _verified(work, options.expect))
            _tell(seal, unsealed)
            return 0
        for record in look(kit, lambda work: _found(work, options)):
            print(_as_json(record) if options.json else _line(record))
    return 0


def _verified(work: Work, expected: tuple[int, str] | None) -> tuple[Seal | None, int]:
    """The newest seal and how many rows wait for one; Failed at the first thing that is wrong."""
    last, met = None, expected is None
    for seal, wrong in verify(work):
        if wrong is not None:
            raise Failed(f"The audit log is not whole. {wrong}")
        last, met = seal, met or (seal.number, seal.digest) == expected
    if not met and expected is not None:
        raise Failed(
            f"The audit log is not whole. Seal {expected[0]} is not there with the digest that "
            "was noted: it was removed or made anew."
        )
    return last, count_unsealed(work)


def _tell(seal: Seal | None, unsealed: int) -> None:
    if seal is None:
        say(f"No seal is made yet; {unsealed} rows wait for the first. `run` makes them.")
        return
    print(f"{seal.number}:{seal.digest}")
    say(
        f"The audit log is whole up to row {seal.last_id}, in {seal.number} seals; {unsealed} "
        "newer rows wait for theirs. Note the line above elsewhere: `audit verify --expect` holds "
        "a later log against it."
    )


def _found(work: Work, options: argparse.Namespace) -> list[Record]:
    return audit.search(
        work.tx,
        subject=options.subject,
        person=options.person,
        act=options.what,
        refused=options.refused,
        since=work.now - options.since if options.since else None,
        limit=min(options.limit, MOST),
    )


def _line(record: Record) -> str:
    """What people wrote cannot steer the terminal, nor add a line."""
    told = {name: value for name, value in record.facts.items() if value not in (None, "")}
    facts = " ".join(f"{name}={value}" for name, value in told.items())
    parts = (
        f"{record.id:>6}  {record.at:%Y-%m-%d %H:%M:%S}Z",
        "REFUSED" if record.refused else "       ",
        f"{tame(record.by, 60):<24}  {tame(record.act, 40):<18}  {tame(record.subject, 80):<10}",
        tame(" ".join(filter(None, (record.why, facts))), 400),
    )
    return "  ".join(parts).rstrip()


def _as_json(record: Record) -> str:
    told: dict[str, Any] = {**vars(record), "at": record.at.isoformat()}
    return json.dumps(told, sort_keys=True)


def _seal(text: str) -> tuple[int, str]:
    number, _, digest = text.partition(":")
    if not number.isdecimal() or len(digest) != 64:
        raise argparse.ArgumentTypeError("as `audit verify` prints it: NUMBER:DIGEST")
    return int(number), digest.lower()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python3 -m app audit",
        description="The log of every act: who, when, what, why, refusals included. Rows are only "
        "ever added, and a running Baton seals them in numbered batches, each over the one before.",
    )
    acts = parser.add_subparsers(dest="act", required=True, metavar="show|verify")
    show = acts.add_parser("show", help="the newest entries, oldest of them first")
    show.add_argument("--subject", help="about one thing: INC-12, contact:3, token:1, an address")
    show.add_argument("--person", help="what somebody did, and what was done to them")
    show.add_argument("--act", dest="what", help="one kind of act: resolved, cancel, code_sent …")
    show.add_argument("--refused", action="store_true", help="only what was refused")
    show.add_argument("--since", type=duration, metavar="7d", help="not older than this")
    show.add_argument("--limit", type=int, default=100, help="so many at most; default: 100")
    show.add_argument("--json", action="store_true", help="a JSON object a line")
    check = acts.add_parser("verify", help="whether every seal and row is as it was made")
    check.add_argument("--expect", type=_seal, metavar="NUMBER:DIGEST", help="a seal noted earlier")
    return parser
