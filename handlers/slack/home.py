"""The Home tab, made anew whenever somebody opens it."""

import logging
from collections.abc import Iterator
from datetime import date

from app.chat.client import Chat
from app.chat.errors import ChatError
from app.chat.words import readiness
from app.chat.words.cover import CoverFacts
from app.chat.words.handover import Owed
from app.chat.words.home import Call, HomeFacts, home
from app.chat.words.inputs import View
from app.chat.words.swap import SwapFacts
from app.flows.admit import Act, SlackCaller, admit
from app.flows.kit import Kit
from app.flows.readiness import readiness_of
from app.flows.serving import pool_of
from app.flows.standing import NoOrganisation
from app.flows.tell import covers as covers_told
from app.flows.tell.handover import owed_line
from app.flows.tell.rings import pages_for
from app.flows.tell.swaps import swap_facts
from app.flows.work import Refused, Work
from app.rules.organisation import PersonId
from handlers.slack import looks, oncall
from storage import covers, follow_ups, incidents, participants, swaps
from storage.escalations import Page

log = logging.getLogger(__name__)
MOST = 100
MOST_OWED = 500


class Home:
    """Reads and publishes; nothing waits for it."""

    def __init__(self, kit: Kit, chat: Chat) -> None:
        self._kit = kit
        self._chat = chat

    async def publish(self, caller: SlackCaller) -> None:
        """Show somebody their Home; a Slack that fails now is asked again at the next opening."""
        try:
            view = await self._kit.read(home_of, caller)
        except NoOrganisation as missing:
            view = home(HomeFacts(now=self._kit.clock(), refused=str(missing)))
        try:
            await self._chat.publish_home(caller.slack_id, view)
        except ChatError as error:
            log.warning("A Home tab was not published.", extra={"why": error.code})


def home_of(work: Work, caller: SlackCaller) -> View:
    """One person's Home, or why there is none."""
    try:
        person = admit(work, caller, Act.LOOK)
    except Refused as refusal:
        return home(HomeFacts(now=work.now, refused=refusal.sentence))
    mine = [
        looks.row(work, each)
        for each in incidents.list_not_closed(work.tx, limit=MOST)
        if person in {one.person for one in participants.list_of(work.tx, each.id)}
    ]
    return home(
        HomeFacts(
            now=work.now,
            ringing=[_ringing(work, page) for page in pages_for(work, person)],
            duties=oncall.duties_of(work, person),
            tour_ends=_tour_ends(work, person),
            cover=list(_to_answer(work, person)),
            swaps=list(_proposed_to(work, person)),
            owed=_owed(work, person),
            incidents=mine,
            ways=oncall.ways_of(work, person),
            ready=readiness.lines(readiness_of(work, person)),
        )
    )


def _ringing(work: Work, page: Page) -> Call:
    incident = work.incident(page.incident)
    return Call(page=page.id, row=looks.row(work, incident), because=page.reason)


def _tour_ends(work: Work, person: PersonId) -> date | None:
    """When the last of their accepted tours of today and later ends; None for no volunteer."""
    rota = work.org.rotas[work.org.out_of_hours_rota]
    today = work.now.astimezone(rota.rotation.timezone).date()
    ends = [
        each.ends for each in rota.tours if each.person == person and each.accepted_on is not None
    ]
    return max((each for each in ends if each > today), default=None)


def _to_answer(work: Work, person: PersonId) -> Iterator[CoverFacts]:
    """Open requests for cover of somebody else, as long as they have not said that they can't."""
    for request in covers.list_open(work.tx):
        rota = work.org.rotas.get(request.rota)
        if request.person == person or rota is None:
            continue
        if person in pool_of(work, rota, request.start_at):
            found = covers_told.told(work, request.id, reader=person)
            if found and found.is_open and not found.cannot:
                yield found


def _proposed_to(work: Work, person: PersonId) -> Iterator[SwapFacts]:
    """Swaps that wait for their answer."""
    for swap in swaps.list_proposed(work.tx):
        if swap.with_person == person and (found := swap_facts(work, swap.id)):
            yield found


def _owed(work: Work, person: PersonId) -> list[Owed]:
    """What their teams owe, and what belongs to no team and they said would be done."""
    teams = {team.id for team in work.org.teams.values() if person in team.members}
    return [
        owed_line(work, each)
        for each in follow_ups.list_owed(work.tx, limit=MOST_OWED)
        if (each.team in teams if each.team else each.by == person)
    ]
