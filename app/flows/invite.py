"""Invite: a manager asks somebody to volunteer, and they alone decide (product.md 22)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.flows import correspond
from app.flows.admit import Act, Caller, Operator, admit, is_manager, may_answer
from app.flows.invitations import BY_FILE, send_invitation, waiting_invitation
from app.flows.own_tours import tours_of, volunteers_rota
from app.flows.volunteer import Joined, Wish, join, known_tour, wanted_tour
from app.flows.volunteers import tour_of
from app.flows.work import Refused, Work
from app.rules.organisation import PersonId, Rota, RotaKind
from app.rules.volunteering import rotation_of
from storage import people, tours
from storage.people import Standing
from storage.tours import StoredTour, TourState

NOT_AGAIN = timedelta(weeks=26)
"""So long whoever declined is not asked again."""
NO_MEMBER: Mapping[Standing, str] = {
    Standing.DEACTIVATED: "The account of {} is deactivated",
    Standing.BOT: "{} is a bot",
    Standing.GUEST: "{} is a guest here, and only full members serve",
    Standing.EXTERNAL: "{} is of another workspace",
}


@dataclass(frozen=True, kw_only=True)
class Invitation:
    """`asked_at` is when they were asked; `new`: by this very act."""

    person: PersonId
    asked_at: datetime
    new: bool


def invite(work: Work, person: PersonId, wish: Wish, *, by: Caller) -> Invitation:
    """Ask somebody in private. Asked again while it waits, it is still the one invitation."""
    rota = volunteers_rota(work)
    subject = f"rota:{rota.id}"
    who = admit(work, by, Act.ROTA, subject=subject)
    if not isinstance(by, Operator) and not is_manager(work, who):
        raise Refused(
            "Only a manager invites. Anybody may join by their own act: tell them of `/oncall "
            "volunteer`. Nothing was changed.",
            act=Act.ROTA,
            subject=subject,
            by=who,
        )
    _expect_member(work, person)
    people.hold(work.tx, person)
    mine = tours_of(work, rota, person)
    if mine:
        raise Refused(
            f"{person} has a tour with {rota.id} already, until {mine[-1].ends}. Nothing was "
            "changed."
        )
    waits = waiting_invitation(work, rota, person)
    if waits is not None:
        return Invitation(person=person, asked_at=waits.made_at, new=False)
    tour = wanted_tour(work, rota, person, wish)
    row = _ask(work, rota, person, Wish(starts=tour.starts, weeks=tour.weeks, office=tour.office),
               by=who)  # fmt: skip
    work.audit("tour_invited", f"tour:{row.id}", by=who, person=person)
    return Invitation(person=person, asked_at=row.made_at, new=True)


def accept_invitation(work: Work, tour_id: int, *, by: Caller, shadowing: bool = False) -> Joined:
    """Their own act, and the only one that puts them on the rota; from the next boundary where
    the day of the invitation has passed."""
    who, row = _theirs(work, tour_id, by)
    rota = volunteers_rota(work)
    people.hold(work.tx, who)
    if row.state is TourState.ACCEPTED:
        return Joined(prospect=known_tour(work, rota, tour_of(row)), new=False)
    mine = tours_of(work, rota, who)
    if row.state is TourState.WITHDRAWN and mine:
        return Joined(prospect=known_tour(work, rota, mine[0]), new=False)
    if row.state is TourState.WITHDRAWN:
        raise Refused(
            "That invitation has ended. `/oncall volunteer` is open to you at any time; nothing "
            "was changed."
        )
    today = work.now.astimezone(rotation_of(rota, row.office).timezone).date()
    wish = Wish(starts=max(row.starts, today), weeks=row.weeks, office=row.office)
    return Joined(prospect=join(work, rota, who, wish, shadowing=shadowing), new=True)


def decline_invitation(work: Work, tour_id: int, *, by: Caller) -> None:
    """Nobody learns of it: not whoever invited them, no post, and no name in the audit log."""
    who, row = _theirs(work, tour_id, by)
    if row.state is TourState.ACCEPTED:
        raise Refused("You have accepted it. `/oncall leave` shows what leaving would do.")
    if tours.answer(work.tx, row.id, TourState.DECLINED, at=work.now):
        work.audit("invitation_answered", f"rota:{row.rota}", by="baton")
        correspond.rewrite(work, who, "tour_invitation", about=str(row.id), tour=row.id)


def invite_the_files(work: Work) -> None:
    """The tours of the organisation file that nobody has accepted are invitations: each is
    written about once."""
    rota = work.org.rotas[work.org.out_of_hours_rota]
    if rota.kind is not RotaKind.VOLUNTEERS:
        return
    today = work.now.astimezone(rota.rotation.timezone).date()
    for tour in rota.tours:
        if tour.accepted_on is not None or tour.ends <= today:
            continue
        known = tours.find(work.tx, rota.id, tour.person, tour.starts) is not None
        account = people.get(work.tx, tour.person)
        if known or account is None or not may_answer(account):
            continue
        if not tours_of(work, rota, tour.person):
            wish = Wish(starts=tour.starts, weeks=tour.weeks, office=tour.office)
            _ask(work, rota, tour.person, wish, by=BY_FILE)


def _ask(work: Work, rota: Rota, person: PersonId, wish: Wish, *, by: PersonId) -> StoredTour:
    """The row, and the letter; whoever declined not long ago is left in peace."""
    declined = [
        each.answered_at
        for each in tours.list_of(work.tx, person)
        if each.rota == rota.id
        and each.state is TourState.DECLINED
        and each.answered_at is not None
        and work.now < each.answered_at + NOT_AGAIN
    ]
    row = tours.invite(
        work.tx,
        rota=rota.id,
        person=person,
        starts=wish.starts,
        weeks=wish.weeks,
        office=wish.office,
        state=TourState.DECLINED if declined else TourState.INVITED,
        made_at=work.now,
        made_by=by,
        answered_at=declined[-1] if declined else None,
    )
    send_invitation(work, row)
    return row


def _theirs(work: Work, tour_id: int, by: Caller) -> tuple[PersonId, StoredTour]:
    who = admit(work, by, Act.ROTA, subject=f"tour:{tour_id}")
    row = tours.get(work.tx, tour_id)
    if row is None or row.person != who:
        raise Refused("That invitation is not yours to answer. Nothing was changed.")
    return who, row


def _expect_member(work: Work, person: PersonId) -> None:
    account = people.get(work.tx, person)
    if account is None or account.slack_id is None:
        raise Refused(
            f"I know no Slack account of {person}, so they cannot be asked. Nothing was changed."
        )
    if account.standing in NO_MEMBER:
        raise Refused(
            f"{NO_MEMBER[account.standing].format(person)}, so they cannot be asked. Nothing was "
            "changed."
        )
