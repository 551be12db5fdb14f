"""What a person is told when a request could not simply be followed: what to do instead."""

from collections.abc import Sequence

from app.chat import actions
from app.chat.blocks import button, compose
from app.chat.message import Message
from app.chat.words.escape import escape, plain
from app.rules.incident import Incident

LONGEST_COMMAND = 1900
"""A button's value may hold 2,000 characters."""
OFFERED = 20
MARKS = dict.fromkeys(map(ord, "<>&"))
"""Nothing is parsed in a button's label; without these signs nobody has to wonder."""

AGAIN = Message(text="That is done already; it was not done a second time.")
TROUBLE = Message(
    text="Something went wrong on my side. Nothing was changed. Try again in a moment; if it "
    "stays, tell whoever runs Baton, whose log says more."
)


def unknown_word(word: str, *, meant: str | None, line: str, command: str) -> Message:
    """`line` is the whole command as it should run; `command` is inc or oncall."""
    head = f"I do not know `/{command} {escape(word, 40)}`."
    if meant is None:
        return compose([f"{head} `/{command} help` shows what I do."])
    offer = (
        button("Run", actions.RUN_COMMAND, f"{command} {line}")
        if len(line) < LONGEST_COMMAND
        else None
    )
    return compose(
        [f"{head} Did you mean `/{command} {escape(meant, 40)}`?"],
        buttons=[offer] if offer else [],
    )


def which(open_ones: Sequence[Incident], *, verb: str, rest: str) -> Message:
    """Nothing says which incident is meant: the open ones to choose from."""
    if not open_ones:
        return compose(
            [
                "No incident is open. `/inc new what is wrong` declares one; "
                f"`/inc {verb} INC-12` reaches an ended one."
            ]
        )
    if len(rest) > LONGEST_COMMAND - 100:
        return compose([f"Say which incident: `/inc {verb} {open_ones[0].key} …`."])
    offered = open_ones[:OFFERED]
    more = len(open_ones) - len(offered)
    return compose(
        [f"Which incident? You can also type it: `/inc {verb} {open_ones[0].key} …`."],
        small=[f"{more} more: `/inc list`."] if more else [],
        buttons=[
            button(
                plain(f"{each.key} {each.title.translate(MARKS)}", 70),
                f"{actions.RUN_COMMAND}:{each.id}",
                f"inc {verb} {each.key} {rest}".rstrip(),
            )
            for each in offered
        ],
    )


def form_failed(sentence: str) -> Message:
    return Message(
        text=f"The form could not be opened: {sentence} Nothing was changed. Type it instead; "
        "`/inc help` shows how."
    )
