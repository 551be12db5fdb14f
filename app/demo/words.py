"""What the demo prints."""

from app.demo.stage import Stage
from app.demo.story import SLEEPER

CHANNEL = "engineering"


def welcome(stage: Stage, *, wait: str, kept: bool) -> str:
    """The address, three things to try, an alert of one's own, and how to stop."""
    page = stage.workspace.url
    clock = stage.now().astimezone(stage.company.night)
    hands = stage.hands
    wait = wait.removesuffix("s") + " seconds"
    end = f"what happened stays in {stage.folder}" if kept else "nothing is kept"
    return f"""\
Baton's demo is ready: {page}

It is {clock:%H:%M} where Seán is, on call and asleep. Open the page: the nightly load gets stuck.

  1. Be Seán, and press Acknowledge when his phone rings: {page}/?as={SLEEPER}&channel={CHANNEL}
  2. Or let it ring: after {wait} his manager is paged (5 minutes in real life): {page}/?as=mia
  3. In the incident's channel type /inc, and resolve and close it; /oncall shows who is next.

An alert of your own:
  curl -H "Authorization: Bearer {hands.token}" \
-d '{{"alarm": "PaymentErrors", "title": "Card payments fail"}}' {hands.intake}

Ctrl-C stops it; {end}."""


def goodbye(stage: Stage, *, kept: bool) -> str:
    """What was kept, and how to look at it again."""
    if not kept:
        return "\nStopped. Nothing was kept."
    folder = stage.folder
    return (
        f"\nStopped. {folder} holds baton.toml, baton.db and demo.log. The workspace opens again "
        f"with: python3 -m app workspace --company {folder / 'workspace.json'}"
    )
