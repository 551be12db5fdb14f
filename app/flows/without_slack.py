"""Without Slack: what would be said there ends with a reason. It is asked for again where somebody
still wants it once there is a Slack.

A Slack that is away is another matter: what waits for that one waits as long as it takes.
"""

from datetime import timedelta

from app.flows.hand_over import handover_key
from app.flows.hold import digest_key
from app.flows.work import Work
from storage import effects, handovers, held
from storage.effects import Lane

NOT_CONNECTED = "Slack is not connected"
PATIENCE = timedelta(minutes=15)
"""A token that was forgotten at a start is given at the next; nothing is called off before."""
LANES = (Lane.CHAT, Lane.ROOM)
"""A page by Slack ends by itself, with its own word on the timeline."""
NEWS = timedelta(days=7)
"""So long a handover is worth telling."""
AT_ONCE = 500


def is_slack_missed(work: Work) -> bool:
    """Whether something has waited for Slack in vain; only reads."""
    return effects.is_overdue(work.tx, LANES, before=work.now - PATIENCE)


def call_off_slack(work: Work) -> int:
    """End it, a part at a time; returns how much. No Slack is set up in this process."""
    return effects.call_off(
        work.tx,
        LANES,
        before=work.now - PATIENCE,
        now=work.now,
        why=NOT_CONNECTED,
        limit=AT_ONCE,
    )


def slack_is_connected(work: Work) -> int:
    """There is a Slack: what was called off for want of one is said, where it is still wanted."""
    told = handovers.list_since(work.tx, work.now - NEWS)
    keys = {handover_key(each.id) for each in told}
    keys |= {digest_key(each.team, each.until) for each in held.list_all_waiting(work.tx)}
    count = effects.take_back(work.tx, why=NOT_CONNECTED, keys=sorted(keys), now=work.now)
    for lane in LANES if count else ():
        work.asked[lane] = work.now
    return count
