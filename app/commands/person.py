"""`person`: what is kept about one person, given out or erased."""

import argparse
import json
from collections.abc import Sequence

from app.commands.memory import opened_kit, settings_now
from app.commands.sentences import say, told
from app.flows.admit import Operator
from app.flows.person import erase_person, export_person

OPERATOR = Operator()


@told
def main(arguments: Sequence[str]) -> int:
    options = _parser().parse_args(arguments)
    person = options.person.lower() if "@" in options.person else options.person
    with opened_kit(settings_now()) as kit:
        if options.act == "export":
            found = kit.do_now(export_person, None, person, by=OPERATOR)
            print(json.dumps(found, indent=2))
            return 0
        erased = kit.do_now(erase_person, None, person, by=OPERATOR)
    say(
        f"{erased.rows} rows were changed: {erased.instead} stands where they were named. Kept are "
        "the audit log, texts that people wrote, earlier organisation files, backups, and what "
        "stands in Slack; while Slack lists the account, its name is read again."
    )
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python3 -m app person",
        description="What is kept about one person. Phone numbers and other addresses are never "
        "printed, only how they are shown elsewhere.",
    )
    acts = parser.add_subparsers(dest="act", required=True, metavar="export|erase")
    export = acts.add_parser("export", help="every row that names them, as JSON")
    erase = acts.add_parser("erase", help="for good; refused while they are on a rota")
    for each in (export, erase):
        each.add_argument("person", metavar="PERSON", help="e-mail address or Slack id")
    return parser
