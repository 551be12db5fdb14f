"""`token`: what senders of alerts prove themselves with. Shown once; only a hash is kept."""

import argparse
from collections.abc import Sequence

from app.commands.memory import look, opened_kit, settings_now
from app.commands.sentences import say, told
from app.flows import intake_token
from app.flows.kit import Kit
from app.settings import Settings
from storage.tokens import Token


@told
def main(arguments: Sequence[str]) -> int:
    options = _parser().parse_args(arguments)
    settings = settings_now()
    with opened_kit(settings) as kit:
        match options.act:
            case "new":
                _new(kit, settings, options.source, options.name or "")
            case "list":
                _list(kit)
            case "revoke":
                kit.do_now(intake_token.revoke_token, None, options.id)
                say(f"Token {options.id} is revoked; senders with it are refused from now on.")
    return 0


def _new(kit: Kit, settings: Settings, source: str, name: str) -> None:
    """The token stands alone on stdout, so that a script can keep it."""
    secret = kit.do_now(intake_token.new_token, None, source, name=name)
    print(secret)
    base = settings.public_url or f"http://{settings.bind}"
    say(f"This is the only time it is shown. {_where(source, base)}")


def _where(source: str, base: str) -> str:
    """How a sender of this source is told to use its token."""
    match source:
        case "pagerduty":
            return f"Use it as the routing key of Events API v2 requests to {base}/v2/enqueue."
        case "opsgenie":
            return f"Send it as `Authorization: GenieKey …` to {base}/v2/alerts."
        case "heartbeat":
            return f"Send it as `Authorization: Bearer …` to {base}/v1/heartbeats/KEY."
    return f"Send it as `Authorization: Bearer …` to {base}/v1/alerts/{source}."


def _list(kit: Kit) -> None:
    tokens = look(kit, intake_token.list_tokens)
    if not tokens:
        say("There is no token yet. `python3 -m app token new --source alertmanager` makes one.")
    for token in tokens:
        print(_line(token))


def _line(token: Token) -> str:
    state = "valid"
    if token.revoked_at is not None:
        state = f"revoked {token.revoked_at:%Y-%m-%d}"
    made = f"made {token.created_at:%Y-%m-%d} by {token.created_by}"
    return f"{token.id:>3}  {token.source:<12}  {token.name:<20}  {made}  {state}"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python3 -m app token",
        description="Tokens for senders of alerts. Two of one source may be valid at once, so "
        "that a sender can be changed over without a gap.",
    )
    acts = parser.add_subparsers(dest="act", required=True, metavar="new|list|revoke")
    new = acts.add_parser("new", help="make one and print it, once")
    new.add_argument("--source", required=True, choices=intake_token.SOURCES)
    new.add_argument("--name", help="who uses it, for the list; default: the source")
    acts.add_parser("list", help="all of them, without their secrets")
    revoke = acts.add_parser("revoke", help="refuse senders with it from now on")
    revoke.add_argument("id", type=int, metavar="ID", help="its number in the list")
    return parser
