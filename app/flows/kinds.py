"""The kinds of effects: what may be due. Their names are stored, so they are never renamed."""

from enum import StrEnum


class Kind(StrEnum):
    # page lane
    RING = "ring"  # one attempt to reach one person by one contact method
    TEST_RING = "test_ring"
    TELL = "tell"  # what need not wake: by push or e-mail, such as Baton's own trouble
    CANARY_RING = "canary_ring"  # reaches nobody
    # wait lane: an end of waiting that a flow answers
    STEP = "step"
    EXPIRE = "expire"
    HANDOVER_DUE = "handover_due"
    CANARY_STEP = "canary_step"
    REMINDER = "reminder"
    # chat lane: what is said in Slack
    CHANNEL = "channel"
    CARD = "card"
    PIN = "pin"
    ANNOUNCEMENT = "announcement"
    TOPIC = "topic"
    BOOKMARK = "bookmark"
    HANDLE = "handle"  # the user group of whoever is on call
    ONCALL_TOPIC = "oncall_topic"  # the part of the on-call channel's topic that is ours
    INVITE = "invite"
    NOBODY_ANSWERED = "nobody_answered"
    CALL = "call"  # a P1 to the channel of its team, which has no rota
    NOTICE = "notice"  # a non-P1 to its owner's channel
    DIGEST = "digest"
    EVENING = "evening"  # what a team leaves open when it closes
    SAY = "say"  # one message, once, in an incident's channel or thread
    GAP = "gap"
    ALARM = "alarm"  # Baton's own trouble, to the engineering channel
    HANDOVER = "handover"
    PAGE_MESSAGE = "page_message"  # a Slack page edited once it is answered
    LETTER = "letter"  # one direct message to one person, edited when what it says has changed
    BOARD = "board"  # a post in the on-call channel, edited likewise
    DIRECTORY = "directory"
