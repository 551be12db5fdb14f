"""`contact`: how people are reached. What the operator adds counts as verified."""

import argparse
import asyncio
from collections.abc import Sequence
from datetime import timedelta

from app.build import Parts
from app.commands.memory import look, opened_kit, settings_now
from app.commands.moments import duration
from app.commands.parts import open_parts
from app.commands.sentences import Failed, say, told
from app.commands.try_page import send_test_page
from app.flows.admit import Operator
from app.flows.contact import add_contact, remove_contact
from app.flows.verify_contact import begin_verification, verify_contact
from app.flows.work import Work
from app.organisation.moments import length
from app.paging.targets import BadTarget, read_target
from app.rules.ladder import Method
from app.settings import Settings
from storage import contacts
from storage.contacts import Contact

ADDABLE = [method.value for method in Method if method is not Method.SLACK]
OPERATOR = Operator()


@told
def main(arguments: Sequence[str]) -> int:
    """Exit code 1 also when a test page rang nothing."""
    options = _parser().parse_args(arguments)
    settings = settings_now()
    if options.act == "list":
        return _list(settings, options.person)
    return asyncio.run(_act(options, settings))


async def _act(options: argparse.Namespace, settings: Settings) -> int:
    async with open_parts(settings) as parts:
        match options.act:
            case "add":
                await _add(parts, options.person, Method(options.method), options)
            case "remove":
                await _remove(parts, options.id)
            case "verify":
                await _verify(parts, options.id, options.code)
            case "test":
                return await _test(parts, options.person)
    return 0


async def _add(parts: Parts, person: str, method: Method, options: argparse.Namespace) -> None:
    missing = parts.gateway.supports(method)
    if missing:
        raise Failed(missing)
    try:
        target = read_target(method, options.target, trusted=True)
    except BadTarget as wrong:
        raise Failed(wrong.sentence) from wrong
    added = await parts.kit.do(
        add_contact,
        person.lower() if "@" in person else person,
        method=method,
        target=target,
        seal=parts.seal,
        by=OPERATOR,
        delay=options.after,
    )
    print(_line(added))
    say(f"Pages ring it from now on. `python3 -m app contact test {added.person}` tries it.")


async def _remove(parts: Parts, contact_id: int) -> None:
    removed = await parts.kit.do(remove_contact, contact_id, by=OPERATOR)
    if removed is None:
        raise Failed(
            f"There is no contact method {contact_id}. `python3 -m app contact list` shows all."
        )
    say(f"Pages no longer ring {removed.method} {removed.hint} of {removed.person}.")


async def _verify(parts: Parts, contact_id: int, code: str | None) -> None:
    if code is None:
        sent = await parts.kit.do(begin_verification, contact_id, by=OPERATOR, seal=parts.seal)
        say(
            f"The running Baton sends a code to {sent.method} {sent.hint}; it lasts 10 minutes. "
            f"Enter it with `python3 -m app contact verify {contact_id} --code CODE`."
        )
        return
    verified = await parts.kit.do(verify_contact, contact_id, code, by=OPERATOR, seal=parts.seal)
    if not verified.done:
        raise Failed(verified.sentence)
    say(verified.sentence)


async def _test(parts: Parts, person: str) -> int:
    """Really rings, and says what became of each try."""
    tried = await send_test_page(parts, person)
    for each in tried:
        print(f"{'rang' if each.rang else 'FAILED':<7} {each.name}: {each.sentence}")
    return 0 if all(each.rang for each in tried) else 1


def _list(settings: Settings, person: str | None) -> int:
    with opened_kit(settings) as kit:
        found = look(kit, _all) if person is None else look(kit, lambda work: _of(work, person))
    for each in found:
        print(_line(each))
    if not found:
        say("None yet. `python3 -m app contact add PERSON --method push --target …` adds one.")
    return 0


def _all(work: Work) -> list[Contact]:
    return contacts.list_all(work.tx)


def _of(work: Work, person: str) -> list[Contact]:
    return contacts.list_of(work.tx, person)


def _line(contact: Contact) -> str:
    delay = timedelta(seconds=contact.delay_seconds)
    when = f"after {length(delay)}" if delay else "at once"
    state = "verified" if contact.verified_at else "not verified"
    named = f"{contact.method} {contact.hint}"
    return f"{contact.id:>3}  {contact.person:<24}  {named:<32}  {when:<10}  {state}"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python3 -m app contact",
        description="How people are reached besides Slack. What is added here counts as verified "
        "and may lie in a private network; what people add with /oncall contact must be verified.",
    )
    acts = parser.add_subparsers(dest="act", required=True, metavar="add|list|remove|verify|test")
    add = acts.add_parser("add", help="a way to reach somebody")
    add.add_argument("person", metavar="PERSON", help="e-mail address or Slack id")
    add.add_argument("--method", required=True, choices=ADDABLE)
    add.add_argument(
        "--target", required=True, help="ntfys://ntfy.sh/topic, ana@example.com, +353…"
    )
    add.add_argument(
        "--after", type=duration, metavar="1m", help="default: at once, voice after 1m"
    )
    listing = acts.add_parser("list", help="what is known, addresses left out")
    listing.add_argument("person", nargs="?", metavar="PERSON")
    remove = acts.add_parser("remove", help="stop ringing it")
    remove.add_argument("id", type=int, metavar="ID", help="its number in the list")
    verify = acts.add_parser("verify", help="send a code, then enter it")
    verify.add_argument("id", type=int, metavar="ID")
    verify.add_argument("--code", help="the code that arrived")
    test = acts.add_parser("test", help="send a test page now, and say what became of it")
    test.add_argument("person", metavar="PERSON")
    return parser
