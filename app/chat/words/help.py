"""The help, short enough for one screen."""

from app.chat import actions
from app.chat.blocks import button, compose
from app.chat.message import Message
from app.chat.words.escape import bold
from app.rules.incident import Incident

INC = (
    "*When something is wrong*",
    "`/inc new what is wrong` declare it · `/inc ack` take it · `/inc join` help",
    "*While it lasts*",
    "`/inc update text` · `/inc note text` · `/inc page @somebody why` · `/inc escalate why`",
    "*When it is over*",
    "`/inc resolve` · `/inc rootcause text` · `/inc followup [@team] text` · "
    "`/inc followup none because …` · `/inc close`",
    "`/inc cancel why` for a false alarm · `/inc reopen` when it is back",
    "*To look*",
    "`/inc list` · `/inc status [service]` · `/inc timeline`",
)
INC_SMALL = (
    "In an incident's channel the incident is understood; elsewhere put its number first: "
    "`/inc ack INC-12`. `/inc` alone opens the panel or the form. `/oncall help` for the rota."
)
ONCALL = (
    "`/oncall` who is on call now, until when, and who is awake",
    "`/oncall next` the coming shifts · `/oncall me` my shifts, and am I ready for them",
    "`/oncall cover me [when] [why]` ask the others to take a shift of mine, or a part of it",
    "`/oncall swap [@somebody]` one of my shifts for one of theirs",
    "`/oncall take [when]` the running shift is mine from now on, or that of a day or a time",
    "`/oncall volunteer [from 2026-12-04] [weeks 26]` join the out-of-hours rota",
    "`/oncall tour` my tour, its shifts, one more · `/oncall leave` leave, without a reason",
    "`/oncall handover` the last one · `… edit` a note for it · `… accept` I have the pager",
    "`/oncall away [from] [until]` somebody else serves while I am away; shown before it is saved",
    "`/oncall calendar [rota]` a private address for my shifts; for a manager also a rota's",
    "`/oncall load [team]` the pages of 30 days · `/oncall pay [2026-10]` my shifts' worth",
    "`/oncall contact` add, verify or remove a way to reach me",
    "`/oncall propose [n] [rota]` managers: a fair filling of the next shifts",
    "`/oncall test` a test page on everything I have verified",
)


def inc(here: Incident | None) -> Message:
    """The incident commands; in an incident's channel with a way to join it."""
    buttons = []
    lines = list(INC)
    if here is not None:
        lines.insert(0, f"This is the channel of *{here.key}* {bold(here.title, 100)}.")
        buttons.append(button(f"Join {here.key}", actions.JOIN, str(here.id)))
    return compose(lines, small=[INC_SMALL], buttons=buttons)


def oncall() -> Message:
    return compose(ONCALL)


def mentioned() -> Message:
    """What the bot answers where somebody calls it by name."""
    return compose(
        [
            "Something wrong? `/inc new what is wrong`. Who is on call? `/oncall`. "
            "Everything else: `/inc help`."
        ]
    )
