"""The machine: what the world may do to Baton, in any order, with the laws held after each step."""

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from hypothesis.stateful import RuleBasedStateMachine, invariant

from app.flows.acknowledge import acknowledge
from app.flows.admit import LinkCaller, Operator, SlackCaller
from app.flows.beat import beat
from app.flows.cancel import cancel
from app.flows.close import add_follow_up, close, set_root_cause
from app.flows.contact import add_contact, remove_contact
from app.flows.declare import declare
from app.flows.escalate import escalate, page
from app.flows.hand_over import accept
from app.flows.join import join
from app.flows.kit import AGAIN
from app.flows.know_people import know_people
from app.flows.not_actionable import not_actionable
from app.flows.pass_on import pass_on
from app.flows.progress import still_on_it
from app.flows.quarantine import quarantine
from app.flows.read_again import give_up_or_wait, keep_for_later, read_again
from app.flows.receive_together import Told, receive_together
from app.flows.reopen import reopen
from app.flows.resolve import resolve
from app.flows.slack_is_back import slack_is_back
from app.flows.take_shift import take_shift
from app.flows.update import note, update
from app.flows.work import Refused
from app.organisation.apply import apply
from app.paging.targets import Target
from app.rules.alert import Alert, AlertState, Delivery
from app.rules.ladder import Method
from storage.effects import Lane
from tests.campaign.machine.choice import EITHER, OneOf, Some, first, step
from tests.campaign.machine.laws import Laws
from tests.campaign.machine.replica import PHONES, SEAL, SLACK, Replica, read_once
from tests.campaign.machine.town import (
    EVERYBODY,
    MEMBERS_EVER,
    ORDERS,
    ROTAS,
    START,
    Cover,
    alias,
    guise,
    mail,
    name_of,
)
from tests.campaign.machine.wire import Mode, Wire
from tests.campaign.machine.world import LEASE, Place, World, hold
from tests.kit import account

ALARMS = ("EltLate", "EltOdd", "EltSlow", "ShopDown", "Unheard")
HOSTILE = "<!channel> <@UEVIL> <http://evil.test|look> <#CEVIL>"
COVERS = tuple(
    Cover(rota, person, START + timedelta(hours=start), START + timedelta(hours=end))
    for rota, person, start, end in (
        ("volunteers", "eve", 0, 3),
        ("volunteers", "mia", 5, 30),
        ("data-infra", "ben", 14, 20),
        ("managers", "omar", 1, 40),
        ("managers", "chi", 44, 60),
    )
)
SPANS = (0.2, 1, 5, 10, 61, 301, 1800, 3601, 86400)
PEOPLE = OneOf(EVERYBODY)
FEW = OneOf(range(4))
SIDES = OneOf(range(2))
ANSWERS = OneOf((Mode.UP, Mode.LOST, Mode.VANISHED, Mode.REFUSED))
STRANGERS = ("UGUS", "UDOT", "UNOBODY", "UELSEWHERE")
steps: Counter[str] = Counter()
"""How often each rule ran, over all examples of the process."""
NOTHING = "found nothing to do"
figures: Counter[str] = Counter()
place: list[Place] = []
"""The one database of the process, set by whoever runs the machine."""


def by(name: str) -> SlackCaller:
    return SlackCaller(slack_id=f"U{alias(name).upper()}")


class Story(RuleBasedStateMachine):
    """One example. Every rule is a step."""

    def __init__(self) -> None:
        super().__init__()
        self.world = World(place[0])
        self.laws = Laws(self.world)
        self.sound = True
        self.begun = False
        self.told: list[Told] = []
        self.requests: list[tuple[datetime, str, Callable[..., Any], tuple[Any, ...], str]] = []

    @first(slack=OneOf((False, True, False)), jitter=OneOf(range(10)))
    def begin(self, slack: bool, jitter: int) -> None:
        random.seed(jitter)
        if not slack:
            self.world = World(place[0], slack=False)
            self.laws = Laws(self.world)

    # ── alerts ────────────────────────────────────────────────────────────────────────────────
    @step(side=SIDES, alarm=OneOf(ALARMS), number=OneOf(range(3)),
          again=EITHER, hostile=EITHER, dies=EITHER)  # fmt: skip
    def alert(
        self, side: int, alarm: str, number: int, again: bool, hostile: bool, dies: bool
    ) -> None:
        """An alert fires, for the first time or again."""
        replica = self._serving(side)
        if replica is None:
            return
        self._step("alert")
        title = HOSTILE if hostile else f"{alarm} fires"
        one = _alert(alarm, number, title)
        told = self._tell([one, _alert(alarm, number + 9, title)] if again else [one])
        self._receive(replica, [told], dies=dies and again)

    @step(side=SIDES, alarms=Some(ALARMS, 2, 4))
    def storm(self, side: int, alarms: list[str]) -> None:
        """Several senders at once: one transaction takes them all in."""
        replica = self._serving(side)
        if replica is not None:
            self._step("storm")
            self._receive(replica, [self._tell([_alert(each, 0, each)]) for each in alarms])

    @step(side=SIDES, alarm=OneOf(ALARMS), number=OneOf(range(3)))
    def clear(self, side: int, alarm: str, number: int) -> None:
        """The sender says it is over, which ends nothing."""
        replica = self._serving(side)
        if replica is not None:
            self._step("clear")
            before = self._states()
            done = replace(_alert(alarm, number, alarm), state=AlertState.RESOLVED)
            self._receive(replica, [self._tell([done])])
            hold(before == self._states(), "rule 9: a sender's word moved an incident")

    @step(when=lambda self: bool(self.told), side=SIDES, n=FEW)
    def deliver_again(self, side: int, n: int) -> None:
        """I11: the same delivery once more changes nothing."""
        replica = self._serving(side)
        if replica is not None:
            self._step("deliver_again")
            before = self._picture()
            [received] = replica.do(receive_together, [self.told[-1 - n % len(self.told)]])
            hold(received.duplicate, "I11: a delivery counted twice")
            hold(before == self._picture(), "I11: a repeated delivery did something")

    @step(side=SIDES, source=OneOf(("am", "generic")), later=EITHER)
    def unreadable(self, side: int, source: str, later: bool) -> None:
        replica = self._serving(side)
        if replica is None:
            return
        self._step("unreadable")
        delivery = Delivery(source=source, body=b"\x00{")
        self.laws.bodies += 1
        if later:
            row = replica.do(keep_for_later, delivery, problem="its flow failed")
            replica.do(give_up_or_wait, row, problem="nobody can read it", unreadable=True)
        else:
            replica.do(quarantine, delivery, problem="not JSON")
        about = self.world.eye.one(
            f"SELECT count(*) AS n FROM incidents WHERE trouble = 'unreadable:{source}'"
        )
        hold(about >= 1, "I1: quarantined without an alarm")

    @step(side=SIDES, alarm=OneOf(ALARMS))
    def read_late(self, side: int, alarm: str) -> None:
        """A body whose flow failed is taken in by the sweep."""
        replica = self._serving(side)
        if replica is not None:
            self._step("read_late")
            row = replica.do(keep_for_later, Delivery(source="am", body=b"{}"), problem="locked")
            self.laws.bodies += 1
            found = [_alert(alarm, 1, alarm)]
            hold(replica.do(read_again, row, found), "I1: a kept body was not taken in")
            hold(not replica.do(read_again, row, found), "I11: a kept body was taken in twice")
            self.laws.tellings += 1

    @step(side=SIDES)
    def heartbeat(self, side: int) -> None:
        replica = self._serving(side)
        if replica is not None:
            self._step("heartbeat")
            replica.do(beat, "elt-done")
            self.world.last_beat = replica.now()

    # ── people ────────────────────────────────────────────────────────────────────────────────
    @step(side=SIDES, who=PEOPLE, n=FEW, link=EITHER)
    def acknowledge(self, side: int, who: str, n: int, link: bool) -> None:
        number = self._incident(n)
        caller = LinkCaller(person=mail(who), incident=number or 0) if link else by(who)
        self._act("acknowledge", side, acknowledge, number, by=caller)

    @step(side=SIDES, who=PEOPLE, n=FEW)
    def take_no_action(self, side: int, who: str, n: int) -> None:
        self._act("not_actionable", side, not_actionable, self._incident(n), by=by(who))

    @step(side=SIDES, n=OneOf(range(6)))
    def pass_on(self, side: int, n: int) -> None:
        """The person of one of the newest pages cannot."""
        rows = self.world.eye.rows("SELECT id, person FROM pages ORDER BY id DESC LIMIT 6")
        if rows:
            chosen = rows[n % len(rows)]
            who = name_of(chosen["person"])
            self._act("pass_on", side, pass_on, chosen["id"], by=by(who))

    @step(side=SIDES, who=PEOPLE, n=FEW)
    def resolve(self, side: int, who: str, n: int) -> None:
        self._act("resolve", side, resolve, self._incident(n), by=by(who))

    @step(side=SIDES, who=PEOPLE, n=FEW)
    def cancel(self, side: int, who: str, n: int) -> None:
        self._act("cancel", side, cancel, self._incident(n), "a test", by=by(who))

    @step(side=SIDES, who=PEOPLE, n=FEW)
    def close(self, side: int, who: str, n: int) -> None:
        number = self._incident(n)
        self._act("close", side, set_root_cause, number, "a full disk", by=by(who))
        self._act("close", side, add_follow_up, number, "look at it", by=by(who))
        self._act("close", side, close, number, by=by(who))

    @step(side=SIDES, who=PEOPLE, n=FEW)
    def reopen(self, side: int, who: str, n: int) -> None:
        self._act("reopen", side, reopen, self._incident(n), by=by(who))

    @step(side=SIDES, who=PEOPLE, n=FEW)
    def escalate(self, side: int, who: str, n: int) -> None:
        self._act("escalate", side, escalate, self._incident(n), HOSTILE, by=by(who))

    @step(side=SIDES, who=PEOPLE, whom=PEOPLE, n=FEW)
    def page_by_hand(self, side: int, who: str, whom: str, n: int) -> None:
        number = self._incident(n)
        self._act("page_by_hand", side, page, number, mail(whom), "a second pair", by=by(who))

    @step(side=SIDES, who=PEOPLE, service=OneOf(("nightly-elt", "shop", None)))
    def declare(self, side: int, who: str, service: str | None) -> None:
        self._act("declare", side, declare, HOSTILE, by=by(who), service=service)

    @step(side=SIDES, who=PEOPLE, n=FEW, what=OneOf(range(4)))
    def go_on(self, side: int, who: str, n: int, what: int) -> None:
        """Signs of progress."""
        number = self._incident(n)
        flow, more = ((update, (HOSTILE,)), (note, ("seen",)), (still_on_it, ()), (join, ()))[what]
        self._act("go_on", side, flow, number, *more, by=by(who))

    @step(side=SIDES, who=OneOf(STRANGERS), n=FEW, what=OneOf(range(5)))
    def stranger(self, side: int, who: str, n: int, what: int) -> None:
        """I15: whoever may not act is refused, and nothing moves."""
        replica, number = self._serving(side), self._incident(n)
        if replica is None or number is None:
            return
        self._step("stranger")
        elsewhere = who == "UELSEWHERE"
        known = by("chi").slack_id if elsewhere else who
        caller = SlackCaller(slack_id=known, team="T9", external=elsewhere)
        flow, more = (
            (acknowledge, ()), (resolve, ()), (cancel, ("why",)), (escalate, ("why",)), (reopen, ())
        )[what]  # fmt: skip
        before = self._states()
        try:
            replica.do(flow, number, *more, by=caller)
        except Refused:
            hold(before == self._states(), "I15: refused, and it moved")
        else:
            hold(False, "I15: a stranger was let in", who, flow.__name__)

    @step(when=lambda self: bool(self.requests), side=SIDES, n=FEW)
    def press_again(self, side: int, n: int) -> None:
        """I11: Slack delivers a press once more, perhaps to another replica."""
        replica = self._serving(side)
        if replica is None:
            return
        self._step("press_again")
        since, key, flow, args, who = self.requests[-1 - n % len(self.requests)]
        if self.world.latest - since > timedelta(days=1):
            return  # nobody delivers again for so long
        before = self._picture()
        again = replica.run(replica.kit.once(key, flow, *args, by=by(who)))
        hold(again is AGAIN, "I11: a request counted twice", key)
        hold(before == self._picture(), "I11: a repeated request did something")

    @step(side=SIDES, who=PEOPLE, n=FEW)
    def press(self, side: int, who: str, n: int) -> None:
        """A button, with the request's own mark in the flow's transaction."""
        replica, number = self._serving(side), self._incident(n)
        if replica is None or number is None:
            return
        self._step("press")
        key = f"press:{self.world.step}"
        try:
            replica.run(replica.kit.once(key, acknowledge, number, by=by(who)))
        except Refused:
            return
        replica.run(replica._leave())
        self.requests.append((self.world.now, key, acknowledge, (number,), who))

    @step(side=SIDES, n=FEW)
    def have_the_pager(self, side: int, n: int) -> None:
        rows = self.world.eye.rows("SELECT id, incoming FROM handovers ORDER BY id DESC LIMIT 2")
        if rows and rows[0]["incoming"]:
            who = name_of(rows[0]["incoming"])
            self._act("have_the_pager", side, accept, rows[0]["id"], by=by(who))

    # ── delivery ──────────────────────────────────────────────────────────────────────────────
    @step(side=SIDES)
    def ring(self, side: int) -> None:
        """The phones' lanes look for what is due."""
        self._duty("ring", side, lambda replica: (replica.take(Lane.PAGE),
                                                  replica.take(Lane.DIRECT)))  # fmt: skip

    @step(side=SIDES)
    def speak(self, side: int) -> None:
        """Slack's lanes do."""
        if self.world.with_slack:
            self._duty("speak", side, lambda replica: (replica.take(Lane.ROOM),
                                                       replica.take(Lane.CHAT)))  # fmt: skip

    @step(side=SIDES)
    def wait_ends(self, side: int) -> None:
        self._duty("wait_ends", side, lambda replica: replica.answer_waits())

    @step(side=SIDES)
    def time_goes_on(self, side: int) -> None:
        """To what is due next, Slack apart, and all of it is done."""
        replica, due = self._serving(side), self.world.next_due(Lane.WAIT, Lane.PAGE)
        if replica is None or due is None:
            return
        self._step("time_goes_on")
        self.world.forward(max(due, self.world.now))
        replica.answer_waits()
        while any([replica.take(lane) for lane in PHONES]):
            pass

    @step(side=SIDES)
    def tick(self, side: int) -> None:
        self._duty("tick", side, lambda replica: replica.tick())

    @step(side=SIDES)
    def renew(self, side: int) -> None:
        self._duty("renew", side, lambda replica: replica.renew())

    @step(when=lambda self: bool(self.world.phones.hanging), n=FEW, mode=ANSWERS)
    def answer(self, n: int, mode: Mode) -> None:
        """A call that hung is answered; one of a frozen replica is heard when it wakes."""
        self._answer(self.world.phones, n, mode)

    @step(when=lambda self: bool(self.world.slack.hanging), n=FEW, mode=ANSWERS)
    def slack_answers(self, n: int, mode: Mode) -> None:
        self._answer(self.world.slack, n, mode)

    @step(mode=OneOf(tuple(Mode)))
    def phones(self, mode: Mode) -> None:
        self._step("phones")
        self.world.phones.mode = mode

    @step(mode=OneOf(tuple(Mode)), side=SIDES)
    def slack(self, mode: Mode, side: int) -> None:
        self._step("slack")
        self.world.slack.mode = mode
        replica = self._serving(side)
        if mode is Mode.UP and replica is not None and self.world.with_slack:
            replica.do(slack_is_back)

    @step(side=SIDES, mode=OneOf((Mode.LOST, Mode.VANISHED)))
    def lose_the_answers(self, side: int, mode: Mode) -> None:
        """Slack does what it is asked, or does not, and nobody hears of it; then it is well."""
        replica = self._serving(side)
        if replica is None:
            return
        self._step("lose_the_answers")
        for now in (mode, Mode.UP):
            self.world.slack.mode = now
            for lane in SLACK:
                replica.take(lane)
            self.world.forward(self.world.now + timedelta(seconds=2))

    # ── replicas ──────────────────────────────────────────────────────────────────────────────
    @step(side=SIDES, again=OneOf(range(4)))
    def crash(self, side: int, again: int) -> None:
        """Mostly it is started again at once."""
        self._step("crash")
        replica = self.world.replicas[side]
        replica.crash()
        if again or not self.world.awake:
            self.world.start(replica)

    @step(side=SIDES)
    def start(self, side: int) -> None:
        replica = self.world.replicas[side]
        if not replica.alive:
            self._step("start")
            self.world.start(replica)

    @step(side=SIDES)
    def freeze(self, side: int) -> None:
        if self.world.replicas[1 - side].awake and self.world.replicas[side].awake:
            self._step("freeze")
            self.world.replicas[side].frozen = True

    @step(side=SIDES, mode=OneOf((Mode.UP, Mode.LOST)))
    def thaw(self, side: int, mode: Mode) -> None:
        """It goes on where it stood, hours later perhaps, and its writes meet the fence."""
        replica = self.world.replicas[side]
        if not (replica.alive and replica.frozen):
            return
        self._step("thaw")
        self.world.thaw(replica, mode)

    @step(side=SIDES, mode=OneOf((Mode.UP, Mode.LOST)),
          meanwhile=OneOf((Mode.UP, Mode.REFUSED, Mode.HANGING)))  # fmt: skip
    def wake_late(self, side: int, mode: Mode, meanwhile: Mode) -> None:
        """Frozen while it rings and until its lease is over: another one takes its rings, with
        whatever luck, and only then it hears what became of its own."""
        replica, other = self.world.replicas[side], self.world.replicas[1 - side]
        if not (replica.awake and other.awake):
            return
        self._step("wake_late")
        self.world.phones.mode = Mode.HANGING
        for lane in PHONES:
            replica.take(lane)
        replica.frozen = True
        self.world.phones.mode = meanwhile
        self.world.forward(self.world.now + LEASE + timedelta(seconds=1))
        for lane in PHONES:
            other.take(lane)
        self.world.thaw(replica, mode)

    # ── time ──────────────────────────────────────────────────────────────────────────────────
    @step(span=OneOf(SPANS))
    def forward(self, span: float) -> None:
        self._step("forward")
        self.world.forward(self.world.now + timedelta(seconds=span))

    @step(n=OneOf(range(3)), before=EITHER)
    def to_an_edge(self, n: int, before: bool) -> None:
        """To the very instant at which somebody else becomes responsible, or just before."""
        self._step("to_an_edge")
        edge = self.world.town.edges(self.world.now)[n]
        self.world.forward(edge - timedelta(microseconds=before))

    @step(span=OneOf((0.5, 3, 40)))
    def back(self, span: float) -> None:
        if self.world.now - timedelta(seconds=span) > START:
            self._step("back")
            self.world.back(timedelta(seconds=span))

    # ── edits ─────────────────────────────────────────────────────────────────────────────────
    @step(rota=OneOf(ROTAS), n=FEW, marked=EITHER, side=SIDES)
    def edit_members(self, rota: str, n: int, marked: bool, side: int) -> None:
        """Somebody leaves a rota, or comes back to it, or all do; a manager who leaves may stay
        marked."""
        file, ever = self.world.town.file, MEMBERS_EVER[rota]
        if not self.world.town.may_edit(rota, self.world.now):
            return
        changed = [*([name] for name in ever), ever][n % (len(ever) + 1)]
        there = [each for each in ever if (each in file.of(rota)) != (each in changed)]
        edited = file.with_members(rota, there)
        if rota == "managers":
            kept = file.managers if marked else ()
            managers = tuple(each for each in ever if each in there or each in kept)
            edited = replace(edited, managers=managers)
        self._apply("edit_members", edited, side)

    @step(order=OneOf(ORDERS), side=SIDES)
    def edit_order(self, order: tuple[str, ...], side: int) -> None:
        """Others stand first in the file: whoever is asked in its order is asked in that one."""
        self._apply("edit_order", replace(self.world.town.file, order=order), side)

    @step(n=OneOf(range(len(COVERS))), side=SIDES)
    def edit_covers(self, n: int, side: int) -> None:
        file, cover = self.world.town.file, COVERS[n]
        covers = tuple(each for each in COVERS if (each in file.covers) != (each == cover))
        self._apply("edit_covers", replace(file, covers=covers), side)

    @step(day=OneOf((None, date(2026, 11, 24))), side=SIDES)
    def edit_holiday(self, day: date | None, side: int) -> None:
        self._apply("edit_holiday", replace(self.world.town.file, holiday=day), side)

    @step(waits=OneOf(((300, 300, 3600), (60, 120, 900), (600, 60, 3600))), side=SIDES)
    def edit_waits(self, waits: tuple[int, int, int], side: int) -> None:
        self._apply("edit_waits", replace(self.world.town.file, waits=waits), side)

    @step(rota=OneOf(ROTAS), who=PEOPLE, side=SIDES)
    def take_a_shift(self, rota: str, who: str, side: int) -> None:
        """Somebody has the pager from now on, whatever the file says."""
        replica, town = self._serving(side), self.world.town
        if replica is None:
            return
        self._step("take_a_shift")
        now, before = replica.now(), town.on_duty(rota, replica.now())
        try:
            taken = replica.do(take_shift, rota, by=by(who))
        except Refused as refusal:
            hold(bool(refusal.sentence), "a refusal without a sentence", take_shift)
            return
        hold(who in town.file.of(rota), "I15: taken by somebody who is not on the rota", rota, who)
        hold(who != before, "I11: taken by whoever has it", rota, who)
        start, end = taken.span.start - guise.shift, taken.span.end - guise.shift
        hold(start == now < end <= town.turn_ends(rota, now), "I6: more than is left", rota, end)
        town.taken.append(Cover(rota, who, start, end))

    @step(who=PEOPLE, side=SIDES, method=OneOf((Method.SMS, Method.EMAIL, Method.PUSH)))
    def add_contact(self, who: str, side: int, method: Method) -> None:
        target = Target(url=f"phone:{mail(who)}:{method}:2", hint="…02")
        self._act("add_contact", side, add_contact, mail(who), method=method, target=target,
                  seal=SEAL, by=Operator())  # fmt: skip

    @step(n=OneOf(range(1, 21)), side=SIDES)
    def remove_contact(self, n: int, side: int) -> None:
        self._act("remove_contact", side, remove_contact, n, by=Operator())

    @step(who=PEOPLE, side=SIDES)
    def account(self, who: str, side: int) -> None:
        """Somebody's account is deactivated, or active again."""
        replica = self._serving(side)
        if replica is not None:
            self._step("account")
            # What is read of Slack's directory is as old as its reading, by some replica's clock.
            self.world.forward(self.world.now + timedelta(seconds=1))
            self.world.away ^= {who}
            replica.do(know_people, [account(alias(who), deactivated=who in self.world.away)])

    @step(side=SIDES)
    def look_at_rotas(self, side: int) -> None:
        self._duty(
            "look_at_rotas",
            side,
            lambda replica: replica.do(lambda work: self.laws.one_on_duty(work.schedule)),
        )

    # ── the laws ──────────────────────────────────────────────────────────────────────────────
    @invariant()
    def the_laws_hold(self) -> None:
        if self.sound:
            steps[NOTHING] += self.begun  # nobody was there to do it, or nothing to do it to
        self.begun = True
        self.laws.check()
        self.sound = True

    def teardown(self) -> None:
        if self.sound:  # no step broke
            self.end()

    def end(self) -> None:
        """I16: with all faults gone everything is quiet within a minute, and the laws hold."""
        self.world.mend()
        begun, rounds = self.world.now, 0
        while True:
            while self.world.serve():
                self.laws.check()
                rounds += 1
                hold(rounds < 3000, "I16: it never ends")
            due = self.world.next_due()
            # What was due before the clock was set back is due that much later.
            last = begun + timedelta(minutes=1) + self.world.drift
            if due is None or max(due, self.world.now) > last:
                break
            self.world.forward(max(due, self.world.now + timedelta(milliseconds=250)))
        self.laws.check_quiet(begun)
        figures["people paged"] += self.laws.paged
        figures["tries to ring"] += len(self.world.heard)

    def _answer(self, wire: Wire, n: int, mode: Mode) -> None:
        call = wire.hanging[n % len(wire.hanging)]
        if isinstance(call.replica, Replica) and call.replica.awake:
            self._step("answer")
            if not call.answered.done():
                call.answered.set_result(mode)
            call.replica.settle()

    # ── how ───────────────────────────────────────────────────────────────────────────────────
    def _step(self, name: str) -> None:
        steps[name] += 1
        self.sound = False
        self.world.step += 1

    def _serving(self, side: int) -> Replica | None:
        """The replica that a request reaches: the wanted one, or another that is awake."""
        awake = self.world.awake
        wanted = self.world.replicas[side]
        return wanted if wanted.awake else next(iter(awake), None)

    def _duty(self, name: str, side: int, duty: Callable[[Replica], object]) -> None:
        replica = self.world.replicas[side]
        if replica.awake:
            self._step(name)
            duty(replica)

    def _act(self, name: str, side: int, flow: Any, number: int | str | None, *args: Any,
             **more: Any) -> None:  # fmt: skip
        """An act of somebody who may; a refusal is an answer like any other."""
        replica = self._serving(side)
        if replica is None or number is None:
            return
        self._step(name)
        try:
            replica.do(flow, number, *args, **more)
        except Refused as refusal:
            hold(bool(refusal.sentence), "a refusal without a sentence", flow)

    def _incident(self, n: int) -> int | None:
        rows = self.world.eye.rows("SELECT id FROM incidents ORDER BY id DESC LIMIT 4")
        return rows[n % len(rows)]["id"] if rows else None

    def _tell(self, alerts: list[Alert]) -> Told:
        mark = f"d{self.world.step}-{len(self.told)}"
        told = Told(delivery=Delivery(source="am", body=b"{}", delivery_id=mark), alerts=alerts)
        self.told.append(told)
        return told

    def _receive(self, replica: Replica, told: list[Told], *, dies: bool = False) -> None:
        at = replica.now()
        run = replica.do_and_die if dies else replica.do
        received = run(receive_together, told)
        self.laws.bodies += len(told)
        for each, answer in zip(told, received, strict=True):
            firing = [one for one in each.alerts if one.state is AlertState.FIRING]
            self.laws.tellings += len(firing)
            hold(len(answer.attached) == len(firing), "I1: accepted and not attached", answer)
            for one, incident in zip(firing, answer.attached, strict=True):
                severity = self.world.town.severity(one.alarm, at, self.world.last_beat)
                self.laws.attached(incident, severity)

    def _apply(self, name: str, edited: Any, side: int) -> None:
        replica = self._serving(side)
        if edited == self.world.town.file or replica is None:
            return
        text = edited.text()
        if read_once(text).organisation is None:
            return
        self._step(name)
        at = replica.now()
        replica.do(lambda work: apply(work.tx, text, now=work.now, by="machine"))
        self.world.town.apply(edited, at)

    def _states(self) -> list[tuple[int, str]]:
        rows = self.world.eye.rows("SELECT id, state FROM incidents ORDER BY id")
        return [(row["id"], row["state"]) for row in rows]

    def _picture(self) -> list[object]:
        counts = [
            self.world.eye.one(f"SELECT count(*) AS n FROM {table}")
            for table in ("inbox", "alerts", "timeline", "audit", "pages", "effects")
        ]
        told = self.world.eye.one("SELECT coalesce(sum(count), 0) AS n FROM alerts")
        return [*counts, told, *self._states()]


def _alert(alarm: str, number: int, title: str) -> Alert:
    return Alert(
        alarm=alarm,
        fingerprint=f"{alarm}-{number}",
        state=AlertState.FIRING,
        title=title,
        details=HOSTILE,
    )
