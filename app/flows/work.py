"""What a flow works with: the open transaction, the time, and the organisation in force."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

from sqlalchemy import Connection

from app.rules.incident import Incident, IncidentId
from app.rules.organisation import Organisation, PersonId
from app.rules.routing import Schedule
from storage import audit, effects, incidents, timeline
from storage.columns import dump_json
from storage.contacts import Contact
from storage.effects import Effect, Lane
from storage.escalations import Escalation, Page


class Refused(Exception):
    """The act is not done; the message is a sentence for the person who tried.

    Whoever runs the flow rolls back and writes the refusal to the audit log, by default as of
    the act that was admitted last. `unsure`: the account should be looked up.
    """

    def __init__(
        self,
        sentence: str,
        *,
        act: str = "",
        subject: str = "",
        by: str = "",
        unsure: bool = False,
    ) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.act = act
        self.subject = subject
        self.by = by
        self.unsure = unsure


@dataclass(frozen=True)
class Admission:
    """Who asked to be let in for what; whether they were is another matter."""

    act: str = "refused"
    subject: str = ""
    by: str = "unknown"


@dataclass(frozen=True, slots=True)
class Note:
    """What happened to an incident."""

    incident: IncidentId
    kind: str
    by: PersonId | None
    why: str
    facts: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class AtHand:
    """What whoever asks for a ring has read already, in the same transaction."""

    page: Page
    incident: Incident
    escalation: Escalation
    contact: Contact


class Live(Protocol):
    """Delivery, where it runs in this process: what is due at once need not be looked for."""

    @property
    def lease(self) -> timedelta:
        """For how long a claim is held."""

    @property
    def places(self) -> int:
        """So many more rings it can speak at once."""

    def prepare(self, work: "Work", effect: Effect, at_hand: AtHand) -> object:
        """Read in this transaction what else speaking the effect needs."""

    def begin(self, claimed: list[tuple[Effect, object]]) -> None:
        """Speak what a commit claimed and `prepare` read; called from the writer's thread."""


class Orders(Protocol):
    """Where the organisation and the schedule in force are read from."""

    def look(self, tx: Connection) -> tuple[Organisation, Schedule]:
        """As this transaction sees them, its own changes included."""


@dataclass
class Work:
    """One flow's reach. Everything it changes commits together or not at all."""

    tx: Connection
    now: datetime
    org: Organisation
    schedule: Schedule
    writes: bool = True
    orders: Orders | None = None
    asked: dict[Lane, datetime] = field(default_factory=dict)
    admission: Admission = Admission()
    live: Live | None = None
    claimed: list[tuple[Effect, AtHand]] = field(default_factory=list)
    last: list[Callable[["Work"], object]] = field(default_factory=list)
    """Run when the flow has returned, in its transaction and before its commit."""
    notes: list[Note] = field(default_factory=list)

    def ask(
        self,
        kind: str,
        key: str,
        *,
        lane: Lane,
        due: datetime | None = None,
        facts: Mapping[str, Any] | None = None,
        incident: IncidentId | None = None,
        escalation: int | None = None,
        page: int | None = None,
    ) -> bool:
        """Ask for an effect once, ever; False when `key` was asked before."""
        due = due or self.now
        self._hint(lane, due)
        return effects.ask(
            self.tx,
            kind=kind,
            lane=lane,
            key=key,
            due=due,
            now=self.now,
            facts=facts,
            incident=incident,
            escalation=escalation,
            page=page,
        )

    def ask_and_claim(
        self,
        kind: str,
        key: str,
        *,
        lane: Lane,
        facts: Mapping[str, Any],
        at_hand: AtHand,
    ) -> None:
        """Ask for an effect that is due now; where delivery runs in this process, it is claimed
        in the same breath, and spoken right after the commit."""
        told: dict[str, Any] = {
            "kind": kind,
            "lane": lane,
            "key": key,
            "facts": facts,
            "incident": at_hand.page.incident,
            "escalation": at_hand.page.escalation,
            "page": at_hand.page.id,
        }
        if self.live is None or self.live.places <= len(self.claimed):
            self._hint(lane, self.now)
            effects.ask(self.tx, due=self.now, now=self.now, **told)
            return
        lease = self.live.lease
        claimed = effects.ask_and_claim(self.tx, now=self.now, lease=lease, **told)
        if claimed is not None:
            self.claimed.append((claimed, at_hand))

    def ask_again(
        self,
        kind: str,
        key: str,
        *,
        lane: Lane,
        due: datetime | None = None,
        facts: Mapping[str, Any] | None = None,
        incident: IncidentId | None = None,
        escalation: int | None = None,
    ) -> None:
        """Ask for an effect whose last telling wins."""
        due = due or self.now
        self._hint(lane, due)
        effects.ask_again(
            self.tx,
            kind=kind,
            lane=lane,
            key=key,
            due=due,
            now=self.now,
            facts=facts,
            incident=incident,
            escalation=escalation,
        )

    def ask_again_all(
        self,
        kind: str,
        incidents: Sequence[IncidentId],
        *,
        lane: Lane,
        due: datetime,
        facts: Mapping[str, Any],
    ) -> None:
        """Ask anew for what stands once for each of these incidents."""
        self._hint(lane, due)
        effects.ask_again_all(
            self.tx,
            kind=kind,
            lane=lane,
            incidents=incidents,
            due=due,
            now=self.now,
            facts=facts,
        )

    def renew(self) -> None:
        """Let `org` and `schedule` be what this flow has made of them."""
        assert self.orders is not None, "this work was made without orders"
        self.org, self.schedule = self.orders.look(self.tx)

    def hasten(self, lane: Lane, key: str) -> bool:
        """Make a waiting effect due now."""
        self._hint(lane, self.now)
        return effects.hasten(self.tx, key, now=self.now)

    def incident(self, incident_id: IncidentId) -> Incident:
        """The incident as it stands now, which in a flow stays so until the flow ends.

        Refuses a number that does not exist.
        """
        found = incidents.get(self.tx, incident_id, hold=self.writes)
        if found is None:
            raise Refused(f"There is no INC-{incident_id}. `/inc list` shows the open ones.")
        return found

    def note(
        self,
        incident_id: IncidentId,
        kind: str,
        *,
        by: PersonId | None = None,
        why: str = "",
        **facts: Any,
    ) -> None:
        """Write what happened into the timeline and the audit log, at the end of the flow."""
        self.notes.append(Note(incident_id, kind, by, why, facts))

    def write_notes(self) -> None:
        """All that were taken, in few statements."""
        notes, self.notes = self.notes, []
        told, acts = [], []
        for each in notes:
            facts = dump_json(each.facts)
            more = dump_json({**each.facts, "why": each.why}) if each.why else facts
            told.append((each.incident, each.kind, each.by, more))
            acts.append((each.by or "baton", each.kind, f"INC-{each.incident}", each.why, facts))
        timeline.add_all(self.tx, told, at=self.now)
        audit.add_all(self.tx, acts, at=self.now)

    def audit(self, act: str, subject: str, *, by: str, why: str = "", **facts: Any) -> None:
        audit.add(self.tx, at=self.now, by=by, act=act, subject=subject, why=why, **facts)

    def admitting(self, *, act: str, subject: str, by: str) -> None:
        """From now on, what is refused in this flow is written down as this act of theirs."""
        self.admission = Admission(act=act, subject=subject, by=by)

    def _hint(self, lane: Lane, due: datetime) -> None:
        self.asked[lane] = min(due, self.asked.get(lane, due))
