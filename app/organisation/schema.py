"""The form of the organisation file: its tables and keys, each with what it means.

Only the form of single values is judged here; what one entry says about another is judged in
`check`. The committed JSON Schema is made from these models: `python3 -m app.organisation.schema`.
"""

import json
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core.core_schema import NullableSchema, WithDefaultSchema

from app.organisation.choices import (
    Amount,
    Budget,
    Currency,
    Flag,
    Holidays,
    Kind,
    LowSeverity,
    PoolSize,
    Slots,
    Source,
    Weeks,
)
from app.organisation.names import (
    Channel,
    Email,
    FieldPaths,
    Handle,
    Id,
    Key,
    Link,
    Name,
    PersonName,
    Sentence,
    SlackId,
)
from app.organisation.times import Clock, Day, Duration, Moment, Start, Weekday, Zone

SCHEMA_FILE = Path(__file__).with_name("baton.schema.json")


class Entry(BaseModel):
    """A table of the file; keys it does not know are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class OrganisationEntry(Entry):
    """The organisation as a whole."""

    name: Name
    timezone: Zone
    engineering_channel: Channel
    """Every P1 is announced here, once."""
    oncall_channel: Channel
    """Handovers are posted here."""
    out_of_hours_rota: Id
    """The one volunteer rota, paged out of hours for every service."""
    manager_rota: Id
    """The second tier."""
    oncall_handle: Handle | None = None
    """A Slack user group to keep in step, without the @."""
    oncall_topic: bool = True
    """Whether the on-call channel's topic says who is on call, beside what people wrote there."""
    page_budget: Budget = 10
    """Out-of-hours pages a month."""


class EscalationEntry(Entry):
    """How long each tier has to answer."""

    primary_wait: Duration | None = None
    """Tier 1 has this long; 5m if left out."""
    manager_wait: Duration | None = None
    """Then tier 2, again and again; 5m if left out."""
    acknowledgement_expires: Duration | None = None
    """An acknowledgement without progress pages again after this long; 60m if left out."""


class PersonEntry(Entry):
    """Somebody named in this file, by e-mail address, by Slack id, or by both."""

    email: Email | None = None
    slack_id: SlackId | None = None
    name: Name | None = None
    timezone: Zone
    manager: Flag = False
    """Only managers may stand on the manager rota."""


class WorkingHoursEntry(Entry):
    """A team's calendar. An end before the start runs overnight."""

    timezone: Zone
    days: list[Weekday]
    start: Clock = Field(alias="from")
    end: Clock = Field(alias="to")
    holidays: Holidays = []
    """Dates, or a country such as "IE" (or "DE-BY"), which needs the package holidays."""


class TeamEntry(Entry):
    """Owners of services."""

    id: Id
    name: Name
    channel: Channel
    members: list[PersonName]
    rota: Id | None = None
    """Who is paged in working hours; without one, the manager tier is."""
    working_hours: WorkingHoursEntry


class SlaEntry(Entry):
    """A promise of a service."""

    id: Id
    text: Sentence
    core: Flag = False
    """Threatening it is always a P1."""


class ServiceEntry(Entry):
    """Something a team runs."""

    id: Id
    name: Name
    team: Id
    dashboard: Link | None = None
    sla: list[SlaEntry] = []


class AlarmEntry(Entry):
    """The reviewed definition of something that may fire."""

    key: Key
    """What the alert calls itself."""
    service: Id
    threatens: Id | None = None
    """The SLA of that service; the severity follows from it."""
    severity: LowSeverity | None = None
    """Only where no SLA is threatened."""
    runbook: Link | None = None
    dashboard: Link | None = None
    action: Sentence | None = None
    """What a human does."""
    proposed_by: PersonName | None = None
    approved_by: PersonName | None = None
    """Never the proposer."""


class DueEntry(Entry):
    """Every so often, or at a time of day."""

    every: Duration
    at: Clock | None = None
    timezone: Zone | None = None
    """The zone of `at`; the organisation's if left out."""


class HeartbeatEntry(Entry):
    """A sign of life that is expected."""

    key: Id
    service: Id
    threatens: Id | None = None
    due: DueEntry
    grace: Duration


class RotationEntry(Entry):
    """When the turn passes on, on the clock of its zone."""

    every: Duration
    time: Clock
    timezone: Zone
    start: Start = Field(alias="from")
    """The first member serves from here on."""
    day: Weekday | None = None
    """The weekday on which a rotation of whole weeks turns."""
    days: list[Weekday] | None = None
    """Only these weekdays are turns."""
    turns: list[Weekday] | None = None
    """Of a weekly rotation, the weekdays on which a turn begins: mon and fri make 4 + 3 days."""
    until: Clock | None = None
    """Each day of duty ends at this time; the rest of it is nobody's."""


class TourEntry(Entry):
    """A volunteer's weeks."""

    person: PersonName
    start: Day = Field(alias="from")
    weeks: Weeks
    accepted_on: Day | None = None
    """Their own consent; without it they are invited, not on the rota."""
    office: Name | None = None
    """Where they serve, on a rota with offices."""


class OverrideEntry(Entry):
    """Somebody else serves from one instant to another."""

    person: PersonName
    start: Moment = Field(alias="from")
    end: Moment = Field(alias="to")
    why: Sentence | None = None


class PoolEntry(Entry):
    """How many volunteers there should be."""

    min: PoolSize
    max: PoolSize


class PayEntry(Entry):
    """What one whole shift is worth."""

    amount: Amount
    currency: Currency


class OfficeEntry(Entry):
    """One place of a rota that follows the sun: it serves from its time on until the next one's."""

    name: Name
    rotation: RotationEntry
    members: list[PersonName] = []


class RotaEntry(Entry):
    """Whose turn it is."""

    id: Id
    kind: Kind
    rotation: RotationEntry | None = None
    """Left out only where offices have their own."""
    members: list[PersonName] = []
    office: list[OfficeEntry] = []
    slots: Slots = 1
    """How many serve at once."""
    tour: list[TourEntry] = []
    override: list[OverrideEntry] = []
    pool: PoolEntry | None = None
    pay_per_shift: PayEntry | None = None


class IntakeEntry(Entry):
    """Where alerts of one source, or of one of its tokens, say which alarm they are."""

    source: Source
    token: Name | None = None
    """The name of the intake token; left out: every token of the source."""
    alarm: FieldPaths
    """A path into the body, or several of which the first one found counts."""


class OrganisationFile(Entry):
    """The whole file."""

    organisation: OrganisationEntry
    escalation: EscalationEntry | None = None
    person: list[PersonEntry] = []
    team: list[TeamEntry] = []
    service: list[ServiceEntry] = []
    alarm: list[AlarmEntry] = []
    heartbeat: list[HeartbeatEntry] = []
    rota: list[RotaEntry] = []
    intake: list[IntakeEntry] = []


class TomlSchema(GenerateJsonSchema):
    """TOML has no null: a key that may be left out is not one that may be null."""

    def nullable_schema(self, schema: NullableSchema) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])

    def default_schema(self, schema: WithDefaultSchema) -> JsonSchemaValue:
        if schema.get("default") is None:
            return self.generate_inner(schema["schema"])
        return super().default_schema(schema)


def schema_text() -> str:
    """The JSON Schema of the file, for editors and for review, as it is committed."""
    schema: dict[str, Any] = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **OrganisationFile.model_json_schema(schema_generator=TomlSchema),
        "title": "Baton organisation file",
    }
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    SCHEMA_FILE.write_text(schema_text(), encoding="utf-8")
