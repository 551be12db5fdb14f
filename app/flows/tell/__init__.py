"""Tell: read fresh state and make the message of it. Nothing here writes."""

from app.chat.words.topic import channel_name, purpose
from app.flows.tell.boards import board, board_channel
from app.flows.tell.channel import announcement, called, card, nobody_answered, say, topic
from app.flows.tell.handover import handover
from app.flows.tell.letters import letter
from app.flows.tell.on_call import handle, oncall_topic
from app.flows.tell.owner import digest, digest_channel, evening, notice, owner_channel
from app.flows.tell.pages import page_message
from app.flows.tell.troubles import alarm, gap

__all__ = [
    "alarm",
    "announcement",
    "board",
    "board_channel",
    "called",
    "card",
    "channel_name",
    "digest",
    "digest_channel",
    "evening",
    "gap",
    "handle",
    "handover",
    "letter",
    "nobody_answered",
    "notice",
    "oncall_topic",
    "owner_channel",
    "page_message",
    "purpose",
    "say",
    "topic",
]
