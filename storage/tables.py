"""Every table. The schema itself is made by the migrations; a test holds the two together."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from storage.columns import Json, UtcDateTime

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)
# SQLite gives AUTOINCREMENT-free rowids only to plain INTEGER keys.
Id = BigInteger().with_variant(Integer, "sqlite")
OPEN = text("state IN ('triggered', 'acknowledged')")
# What the auditor looks for has an index that holds nothing else, so that to look costs the same
# at any size. Its queries repeat these words, or the databases would not see that they fit.
WAKING = text("state IN ('triggered', 'acknowledged') AND severity IN ('P0', 'P1')")
ADRIFT = text("state = 'firing' AND incident IS NULL")
QUARANTINED = text("state = 'quarantined'")
RINGS = text("kind = 'ring'")
AWAY = text("answered_at IS NULL")
LASTING = text("ended_at IS NULL")
PARKED = text("outcome = 'parked'")

# ── the organisation ──────────────────────────────────────────────────────────────────────────
organisations = Table(
    "organisations",
    metadata,
    Column("id", Id, primary_key=True),
    Column("applied_at", UtcDateTime, nullable=False),
    Column("applied_by", Text, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("source", Text, nullable=False),
)
rota_versions = Table(
    # Old shifts never change when a rota is edited (product.md 26): a version serves from its
    # effective instant until the next one's.
    "rota_versions",
    metadata,
    Column("id", Id, primary_key=True),
    Column("rota", Text, nullable=False),
    Column("effective", UtcDateTime),
    Column("organisation", Id, ForeignKey("organisations.id"), nullable=False),
    Index("ix_rota_versions_rota", "rota", "id"),
)
overrides = Table(
    # What people do in Slack; the file's own overrides stay in the file (product.md 37).
    "overrides",
    metadata,
    Column("id", Id, primary_key=True),
    Column("rota", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("start_at", UtcDateTime, nullable=False),
    Column("end_at", UtcDateTime, nullable=False),
    Column("why", Text, nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("withdrawn_at", UtcDateTime),
    Column("withdrawn_by", Text),
    Column("slot", Integer, nullable=False, server_default="0"),
    # A swap follows the turn of this person that begins on this local date.
    Column("of_person", Text),
    Column("of_day", Date),
    # No keys: SQLite takes none on a column that is added to a table.
    Column("request", Id),
    Column("swap", Id),
    Index("ix_overrides_rota_end_at", "rota", "end_at"),
    Index("ix_overrides_request", "request"),
    Index("ix_overrides_swap", "swap"),
)
tours = Table(
    # Volunteers' tours as they came about in Slack; and one row for a tour of the file that its
    # volunteer left. Who declined is kept, so that they are not asked again, and shown to nobody.
    "tours",
    metadata,
    Column("id", Id, primary_key=True),
    Column("rota", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("starts", Date, nullable=False),
    Column("weeks", Integer, nullable=False),
    Column("office", Text),
    Column("state", Text, nullable=False),  # invited, accepted, declined, withdrawn
    Column("made_at", UtcDateTime, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("answered_at", UtcDateTime),
    Column("left_on", Date),
    Column("left_at", UtcDateTime),
    UniqueConstraint("rota", "person", "starts"),
    Index("ix_tours_person", "person"),
)
leaves = Table(
    # When people are away. Nobody has to say why.
    "leaves",
    metadata,
    Column("id", Id, primary_key=True),
    Column("person", Text, nullable=False),
    Column("start_at", UtcDateTime, nullable=False),
    Column("end_at", UtcDateTime, nullable=False),
    Column("kind", Text, nullable=False),  # leave, holiday, calendar
    Column("note", Text, nullable=False),
    Column("calendar", Id, ForeignKey("leave_calendars.id")),
    Column("uid", Text),
    Column("made_at", UtcDateTime, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("withdrawn_at", UtcDateTime),
    Column("withdrawn_by", Text),
    Index("ix_leaves_person", "person", "end_at"),
    Index("ix_leaves_calendar", "calendar"),
)
leave_calendars = Table(
    # A person's own calendar of absences, read again now and then. The address is encrypted: who
    # has it can read the calendar.
    "leave_calendars",
    metadata,
    Column("id", Id, primary_key=True),
    Column("person", Text, nullable=False),
    Column("address", LargeBinary, nullable=False),
    Column("hint", Text, nullable=False),
    Column("added_at", UtcDateTime, nullable=False),
    Column("added_by", Text, nullable=False),
    Column("read_at", UtcDateTime),
    Column("problem", Text),
    Column("removed_at", UtcDateTime),
    Column("due_at", UtcDateTime, nullable=False),  # when it is read next
    Column("found", Json),  # what is to be confirmed first
    Column("confirmed_at", UtcDateTime),
    Index("ix_leave_calendars_person", "person"),
)
cover_requests = Table(
    # Somebody asks the pool to take a shift, or a part of it (product.md 24).
    "cover_requests",
    metadata,
    Column("id", Id, primary_key=True),
    Column("rota", Text, nullable=False),
    Column("slot", Integer, nullable=False, server_default="0"),
    Column("person", Text, nullable=False),
    Column("start_at", UtcDateTime, nullable=False),
    Column("end_at", UtcDateTime, nullable=False),
    Column("why", Text, nullable=False),
    Column("state", Text, nullable=False),  # open, covered, withdrawn, passed
    Column("made_at", UtcDateTime, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("ended_at", UtcDateTime),
    Index("ix_cover_requests_state", "state", "start_at"),
    Index("ix_cover_requests_person", "person", "start_at"),
)
cover_answers = Table(
    # Who cannot is kept, so that they are not reminded; it is shown to nobody.
    "cover_answers",
    metadata,
    Column("request", Id, ForeignKey("cover_requests.id"), primary_key=True),
    Column("person", Text, primary_key=True),
    Column("answer", Text, nullable=False),  # took, took_part, cannot
    Column("at", UtcDateTime, nullable=False),
)
swaps = Table(
    # Two people exchange a shift each. Both overrides follow their shifts.
    "swaps",
    metadata,
    Column("id", Id, primary_key=True),
    Column("rota", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("day", Date, nullable=False),
    Column("with_person", Text, nullable=False),
    Column("with_day", Date, nullable=False),
    Column("why", Text, nullable=False),
    # proposed, accepted, declined, withdrawn, passed, undone
    Column("state", Text, nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("answered_at", UtcDateTime),
    Column("answered_by", Text),
    Column("undo_by", Text),  # of an accepted one: who wants it undone
    Index("ix_swaps_state", "state"),
    Index("ix_swaps_person", "person"),
    Index("ix_swaps_with_person", "with_person"),
)
shadows = Table(
    # Who looks over the shoulder of whoever serves; nothing rings them.
    "shadows",
    metadata,
    Column("id", Id, primary_key=True),
    Column("rota", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("start_at", UtcDateTime, nullable=False),
    Column("end_at", UtcDateTime, nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("withdrawn_at", UtcDateTime),
    Index("ix_shadows_rota", "rota", "end_at"),
)
pool_warnings = Table(
    # What was told about the number of volunteers; one of each cause lasts at a time.
    "pool_warnings",
    metadata,
    Column("id", Id, primary_key=True),
    Column("rota", Text, nullable=False),
    Column("cause", Text, nullable=False),  # few, many, short
    Column("people", Integer, nullable=False),
    Column("falls_at", UtcDateTime),
    Column("made_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime),
    Index(
        "ix_pool_warnings_lasting",
        "rota",
        "cause",
        unique=True,
        sqlite_where=LASTING,
        postgresql_where=LASTING,
    ),
)
proposals = Table(
    # Who might serve in shifts that nobody has, until a person accepts or dismisses it.
    "proposals",
    metadata,
    Column("id", Id, primary_key=True),
    Column("rota", Text, nullable=False),
    Column("facts", Json, nullable=False),
    Column("state", Text, nullable=False),  # open, accepted, dismissed
    Column("made_at", UtcDateTime, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("answered_at", UtcDateTime),
    Column("answered_by", Text),
)
in_step = Table(
    # What Baton keeps in step with the rota in Slack, and why it cannot.
    "in_step",
    metadata,
    Column("what", Text, primary_key=True),  # handle, oncall_topic
    Column("problem", Text),
    Column("at", UtcDateTime, nullable=False),
)
feeds = Table(
    # Calendar addresses: who has one can read the shifts, so only its digest is kept.
    "feeds",
    metadata,
    Column("id", Id, primary_key=True),
    Column("kind", Text, nullable=False),  # person, rota
    Column("subject", Text, nullable=False),
    Column("hash", String(64), nullable=False, unique=True),
    Column("made_at", UtcDateTime, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("revoked_at", UtcDateTime),
    Index("ix_feeds_subject", "kind", "subject"),
)
gaps = Table(
    # A hole of a rota that was seen ahead of its time, until it is closed (product.md 25).
    # `services` is empty for all of them; without `end_at` no end of it is in sight.
    "gaps",
    metadata,
    Column("id", Id, primary_key=True),
    Column("rota", Text, nullable=False),
    Column("tier", Integer, nullable=False),
    Column("lack", Text, nullable=False),
    Column("services", Text, nullable=False),
    Column("people", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("start_at", UtcDateTime, nullable=False),
    Column("end_at", UtcDateTime),
    Column("found_at", UtcDateTime, nullable=False),
    Column("closed_at", UtcDateTime),
    Index("ix_gaps_closed", "closed_at"),
)
pager_tests = Table(
    # A test page, and whether its person answered it (product.md 25).
    "pager_tests",
    metadata,
    Column("id", Id, primary_key=True),
    Column("person", Text, nullable=False),
    Column("asked_at", UtcDateTime, nullable=False),
    Column("asked_by", Text, nullable=False),
    Column("answered_at", UtcDateTime),
    Index("ix_pager_tests_person", "person", "id"),
)
pay_reports = Table(
    # The months whose pay is published (product.md 35).
    "pay_reports",
    metadata,
    Column("month", String(7), primary_key=True),
    Column("published_at", UtcDateTime, nullable=False),
)
pay_lines = Table(
    # Never changed: one whose `of_month` is earlier corrects what was published for that month.
    # `amount` and `rate` are exact decimal text.
    "pay_lines",
    metadata,
    Column("id", Id, primary_key=True),
    Column("month", String(7), nullable=False),
    Column("of_month", String(7), nullable=False),
    Column("rota", Text, nullable=False),
    Column("person", Text),
    Column("shifts", Integer, nullable=False),
    Column("minutes", Integer, nullable=False),
    Column("amount", Text, nullable=False),
    Column("rate", Text, nullable=False),
    Column("currency", Text, nullable=False),
    Column("published_at", UtcDateTime, nullable=False),
    Index("ix_pay_lines_month", "month"),
    Index("ix_pay_lines_of_month", "of_month"),
)
people = Table(
    # Who Slack says is who. The organisation file owns names, zones and the manager mark.
    "people",
    metadata,
    Column("id", Text, primary_key=True),
    Column("slack_id", Text, unique=True),
    Column("email", Text),
    Column("name", Text),
    Column("timezone", Text),
    Column("standing", Text, nullable=False),
    Column("seen_at", UtcDateTime, nullable=False),
)
contact_methods = Table(
    # Targets are encrypted; `hint` is what may be shown ("…@acme.test", "…42").
    "contact_methods",
    metadata,
    Column("id", Id, primary_key=True),
    Column("person", Text, nullable=False),
    Column("method", Text, nullable=False),
    Column("target", LargeBinary, nullable=False),
    Column("hint", Text, nullable=False),
    Column("delay_seconds", Integer, nullable=False, server_default="0"),
    Column("trusted", Boolean, nullable=False),
    Column("added_by", Text, nullable=False),
    Column("added_at", UtcDateTime, nullable=False),
    Column("verified_at", UtcDateTime),
    Column("code_hash", String(64)),
    Column("code_expires", UtcDateTime),
    Column("removed_at", UtcDateTime),
    Index("ix_contact_methods_person", "person"),
)

# ── alerts in ─────────────────────────────────────────────────────────────────────────────────
intake_tokens = Table(
    "intake_tokens",
    metadata,
    Column("id", Id, primary_key=True),
    Column("source", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("hash", String(64), nullable=False, unique=True),
    Column("created_at", UtcDateTime, nullable=False),
    Column("created_by", Text, nullable=False),
    Column("revoked_at", UtcDateTime),
)
inbox = Table(
    # Raw bytes first: what no text column could hold must still be kept (reliability.md 0.12).
    "inbox",
    metadata,
    Column("id", Id, primary_key=True),
    Column("source", Text, nullable=False),
    Column("token", Id, ForeignKey("intake_tokens.id")),
    Column("delivery_id", Text),
    Column("received_at", UtcDateTime, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("state", Text, nullable=False),  # done, waiting, quarantined
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("problem", Text),
    # How many alerts the body told, and what became of them; empty until it was understood.
    Column("told", Integer),
    Column("attached", Integer),
    Column("cleared", Integer),
    Index("ix_inbox_quarantined", "id", sqlite_where=QUARANTINED, postgresql_where=QUARANTINED),
    Index(
        "ix_inbox_waiting",
        "id",
        sqlite_where=text("state = 'waiting'"),
        postgresql_where=text("state = 'waiting'"),
    ),
    Index(
        "uq_inbox_delivery",
        "source",
        "delivery_id",
        unique=True,
        sqlite_where=text("delivery_id IS NOT NULL"),
        postgresql_where=text("delivery_id IS NOT NULL"),
    ),
)
alerts = Table(
    # One row per firing; a repeat adds to `count`, a clear ends it, a later firing is a new row.
    "alerts",
    metadata,
    Column("id", Id, primary_key=True),
    Column("source", Text, nullable=False),
    Column("fingerprint", Text, nullable=False),
    Column("alarm", Text, nullable=False),
    Column("service", Text),
    Column("severity", String(2), nullable=False),
    Column("state", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("details", Text),
    Column("url", Text),
    Column("labels", Json, nullable=False),
    Column("first_at", UtcDateTime, nullable=False),
    Column("last_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime),
    Column("count", Integer, nullable=False, server_default="1"),
    Column("incident", Id, ForeignKey("incidents.id")),
    Column("inbox", Id, ForeignKey("inbox.id"), nullable=False),
    Index(
        "uq_alerts_firing",
        "source",
        "fingerprint",
        unique=True,
        sqlite_where=text("state = 'firing'"),
        postgresql_where=text("state = 'firing'"),
    ),
    Index("ix_alerts_incident", "incident"),
    Index("ix_alerts_alarm", "alarm", "first_at"),
    Index("ix_alerts_inbox", "inbox"),
    Index("ix_alerts_adrift", "id", sqlite_where=ADRIFT, postgresql_where=ADRIFT),
)
alarm_reviews = Table(
    # The review list: unknown and unaccepted alarms, and those somebody called not actionable.
    "alarm_reviews",
    metadata,
    Column("id", Id, primary_key=True),
    Column("alarm", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("first_at", UtcDateTime, nullable=False),
    Column("last_at", UtcDateTime, nullable=False),
    Column("count", Integer, nullable=False, server_default="1"),
    Column("incident", Id, ForeignKey("incidents.id")),
    Column("by", Text),
    Column("done_at", UtcDateTime),
    Index(
        "uq_alarm_reviews_open",
        "alarm",
        "source",
        "why",
        unique=True,
        sqlite_where=text("done_at IS NULL"),
        postgresql_where=text("done_at IS NULL"),
    ),
)
heartbeats = Table(
    "heartbeats",
    metadata,
    Column("key", Text, primary_key=True),
    Column("last_at", UtcDateTime, nullable=False),
    Column("late_since", UtcDateTime),
)

# ── incidents ─────────────────────────────────────────────────────────────────────────────────
incidents = Table(
    "incidents",
    metadata,
    Column("id", Id, primary_key=True),
    Column("trouble", Text, nullable=False),
    Column("service", Text),
    Column("sla", Text),
    Column("alarm", Text),
    Column("title", Text, nullable=False),
    Column("severity", String(2), nullable=False),
    Column("reason", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("runbook", Text),
    Column("dashboard", Text),
    Column("declared_by", Text),
    Column("out_of_hours", Boolean, nullable=False),
    Column("opened_at", UtcDateTime, nullable=False),
    Column("triggered_at", UtcDateTime, nullable=False),
    Column("acknowledged_by", Text),
    Column("acknowledged_at", UtcDateTime),
    Column("progress_at", UtcDateTime),
    Column("resolved_by", Text),
    Column("resolved_at", UtcDateTime),
    Column("ended_by", Text),
    Column("ended_at", UtcDateTime),
    Column("end_reason", Text),
    Column("root_cause", Text),
    Column("merged_into", Id, ForeignKey("incidents.id")),
    Column("came_back_from", Id, ForeignKey("incidents.id")),
    Column("channel_id", Text, unique=True),
    Column("channel_name", Text),
    Column("update_text", Text),
    Column("update_by", Text),
    Column("update_at", UtcDateTime),
    Column("update_due", UtcDateTime),
    Index(
        "uq_incidents_open_trouble",
        "trouble",
        unique=True,
        sqlite_where=OPEN,
        postgresql_where=OPEN,
    ),
    Index("ix_incidents_trouble", "trouble", "id"),
    Index("ix_incidents_opened_at", "opened_at"),
    Index("ix_incidents_state", "state", "id"),
    Index("ix_incidents_waking", "id", sqlite_where=WAKING, postgresql_where=WAKING),
)
participants = Table(
    "participants",
    metadata,
    Column("incident", Id, ForeignKey("incidents.id"), primary_key=True),
    Column("person", Text, primary_key=True),
    Column("role", Text, primary_key=True),  # lead, second, helper
    Column("since", UtcDateTime, nullable=False),
)
follow_ups = Table(
    "follow_ups",
    metadata,
    Column("id", Id, primary_key=True),
    Column("incident", Id, ForeignKey("incidents.id"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("team", Text),
    Column("text", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("due", UtcDateTime),
    Column("done_at", UtcDateTime),
    Index("ix_follow_ups_incident", "incident"),
)
timeline = Table(
    "timeline",
    metadata,
    Column("id", Id, primary_key=True),
    Column("incident", Id, ForeignKey("incidents.id"), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("kind", Text, nullable=False),
    Column("by", Text),
    Column("facts", Json, nullable=False),
    Index("ix_timeline_incident", "incident", "id"),
)

# ── paging ────────────────────────────────────────────────────────────────────────────────────
escalations = Table(
    # kind "incident": the one escalation of an incident. "page" and "escalate": asked by hand,
    # each its own, ended only by its own answer (product.md 9). With a `boundary` it is an offer:
    # the incident passed that boundary acknowledged, and `target` has the pager since.
    "escalations",
    metadata,
    Column("id", Id, primary_key=True),
    Column("incident", Id, ForeignKey("incidents.id"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("state", Text, nullable=False),  # ringing, answered, ended
    Column("tier", Integer, nullable=False),
    Column("round", Integer, nullable=False),
    Column("step", Integer, nullable=False),
    Column("policy", Json, nullable=False),
    Column("why", Text, nullable=False),
    Column("asked_by", Text),
    Column("target", Text),
    Column("started_at", UtcDateTime, nullable=False),
    Column("step_at", UtcDateTime),
    Column("ended_at", UtcDateTime),
    Column("answered_by", Text),
    Column("boundary", UtcDateTime),
    CheckConstraint("tier IN (1, 2)", name="tier"),
    Index(
        "uq_escalations_incident",
        "incident",
        unique=True,
        sqlite_where=text("kind = 'incident' AND state = 'ringing'"),
        postgresql_where=text("kind = 'incident' AND state = 'ringing'"),
    ),
    Index(
        "uq_escalations_offer",
        "incident",
        "boundary",
        "target",
        unique=True,
        sqlite_where=text("boundary IS NOT NULL"),
        postgresql_where=text("boundary IS NOT NULL"),
    ),
    Index("ix_escalations_incident_id", "incident", "id"),
    Index(
        "ix_escalations_ringing",
        "id",
        sqlite_where=text("state = 'ringing'"),
        postgresql_where=text("state = 'ringing'"),
    ),
)
pages = Table(
    # One person rung in one step. The row names why it was this person (invariant I7).
    "pages",
    metadata,
    Column("id", Id, primary_key=True),
    Column("escalation", Id, ForeignKey("escalations.id"), nullable=False),
    Column("incident", Id, ForeignKey("incidents.id"), nullable=False),
    Column("step", Integer, nullable=False),
    Column("tier", Integer, nullable=False),
    Column("round", Integer, nullable=False),
    Column("person", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("rota_facts", Json, nullable=False),
    Column("out_of_hours", Boolean, nullable=False),
    Column("reachable", Boolean, nullable=False),
    Column("state", Text, nullable=False),  # ringing, answered, passed, ended
    Column("at", UtcDateTime, nullable=False),
    Column("answered_at", UtcDateTime),
    UniqueConstraint("escalation", "step", "person"),
    Index("ix_pages_incident", "incident", "id"),
    Index("ix_pages_person", "person", "at"),
    Index("ix_pages_at", "at"),
)

# ── effects ───────────────────────────────────────────────────────────────────────────────────
effects = Table(
    # What is due: things to be said, and waits. `revision` rises when a coalescing effect is
    # asked again while it is being spoken; `fence` rises at every claim, so that whoever lost
    # the lease cannot record an outcome. `attempts` are tries that somebody told the end of, or
    # still makes; `deaths` are claims since the last of them whose process died.
    "effects",
    metadata,
    Column("id", Id, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("lane", Text, nullable=False),
    Column("key", Text, nullable=False, unique=True),
    Column("incident", Id, ForeignKey("incidents.id")),
    Column("escalation", Id, ForeignKey("escalations.id")),
    Column("page", Id, ForeignKey("pages.id")),
    Column("due", UtcDateTime, nullable=False),
    Column("facts", Json, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("revision", Integer, nullable=False, server_default="1"),
    Column("claimed_revision", Integer),
    Column("lease_until", UtcDateTime),
    Column("fence", Integer, nullable=False, server_default="0"),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("deaths", Integer, nullable=False, server_default="0"),
    Column("problem", Text),
    Column("asked_at", UtcDateTime, nullable=False),
    Column("first_claimed_at", UtcDateTime),
    Column("ended_at", UtcDateTime),
    Index(
        "ix_effects_due",
        "lane",
        "due",
        sqlite_where=text("outcome IN ('due', 'unknown')"),
        postgresql_where=text("outcome IN ('due', 'unknown')"),
    ),
    Index(
        "ix_effects_claimed",
        "lane",
        "lease_until",
        sqlite_where=text("outcome = 'claimed'"),
        postgresql_where=text("outcome = 'claimed'"),
    ),
    Index(
        "ix_effects_left",
        "id",
        sqlite_where=text("outcome = 'left'"),
        postgresql_where=text("outcome = 'left'"),
    ),
    Index("ix_effects_parked", "lane", sqlite_where=PARKED, postgresql_where=PARKED),
    Index("ix_effects_escalation", "escalation"),
    Index("ix_effects_incident", "incident"),
    Index("ix_effects_page", "page"),
    Index("ix_effects_rings", "id", sqlite_where=RINGS, postgresql_where=RINGS),
)
posts = Table(
    # Where a thing we keep editing stands in Slack: card, announcement, …
    "posts",
    metadata,
    Column("key", Text, primary_key=True),
    Column("channel", Text, nullable=False),
    Column("ts", Text, nullable=False),
    Column("incident", Id, ForeignKey("incidents.id")),
    Column("at", UtcDateTime, nullable=False),
    Index("ix_posts_incident", "incident"),
    Index("ix_posts_channel_ts", "channel", "ts"),
)
held = Table(
    # What did not wake anybody and waits for its owner's morning (product.md 6).
    "held",
    metadata,
    Column("incident", Id, ForeignKey("incidents.id"), primary_key=True),
    Column("team", Text, nullable=False),
    Column("since", UtcDateTime, nullable=False),
    Column("until", UtcDateTime, nullable=False),
    Column("delivered_at", UtcDateTime),
    Index(
        "ix_held_team",
        "team",
        sqlite_where=text("delivered_at IS NULL"),
        postgresql_where=text("delivered_at IS NULL"),
    ),
)
handover_drafts = Table(
    # A boundary that is to come: whom it was told to last, and what the outgoing person wants to
    # say at it.
    "handover_drafts",
    metadata,
    Column("rota", Text, primary_key=True),
    Column("boundary", UtcDateTime, primary_key=True),
    Column("outgoing", Text),
    Column("incoming", Text),
    Column("told_at", UtcDateTime),
    Column("note", Text),
    Column("note_by", Text),
)
handovers = Table(
    "handovers",
    metadata,
    Column("id", Id, primary_key=True),
    Column("rota", Text, nullable=False),
    Column("boundary", UtcDateTime, nullable=False),
    Column("outgoing", Text),
    Column("incoming", Text),
    Column("shift_start", UtcDateTime, nullable=False),
    Column("shift_end", UtcDateTime, nullable=False),
    Column("note", Text),
    Column("note_by", Text),
    Column("posted_at", UtcDateTime),
    Column("accepted_by", Text),
    Column("accepted_at", UtcDateTime),
    UniqueConstraint("rota", "boundary"),
)

# ── records ───────────────────────────────────────────────────────────────────────────────────
audit = Table(
    # Append-only. Refusals are rows too (product.md 36).
    "audit",
    metadata,
    Column("id", Id, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("by", Text, nullable=False),
    Column("act", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("refused", Boolean, nullable=False),
    Column("facts", Json, nullable=False),
    Index("ix_audit_subject", "subject", "id"),
    Index("ix_audit_by", "by", "at"),
)
audit_seals = Table(
    # A numbered batch of audit rows under a digest that holds the one before it. `marks` has
    # each row's id with the beginning of its own digest, so that a changed row can be named.
    "audit_seals",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("first_id", Id, nullable=False, unique=True),
    Column("last_id", Id, nullable=False),
    Column("marks", Json, nullable=False),
    Column("previous", String(64), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("at", UtcDateTime, nullable=False),
)
key_holders = Table(
    # Which secret keys each running process can open, by marks that tell nothing of the keys.
    "key_holders",
    metadata,
    Column("process", Text, primary_key=True),
    Column("marks", Json, nullable=False),
    Column("seen_at", UtcDateTime, nullable=False),
)
tallies = Table(
    # Sums that are kept as they grow, and how far each of them was counted.
    "tallies",
    metadata,
    Column("name", Text, primary_key=True),
    Column("number", BigInteger, nullable=False),
)
canaries = Table(
    # An alert of Baton's own that goes the whole way and reaches nobody. It is no incident: it
    # has no number, no channel, and is in no list.
    "canaries",
    metadata,
    Column("id", Id, primary_key=True),
    Column("sent_at", UtcDateTime, nullable=False),
    Column("stepped_at", UtcDateTime),
    Column("answered_at", UtcDateTime),
    Index("ix_canaries_away", "sent_at", sqlite_where=AWAY, postgresql_where=AWAY),
)
seen_requests = Table(
    # Digests of requests whose effect is committed; kept longer than Slack's signature is valid.
    "seen_requests",
    metadata,
    Column("key", String(80), primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Index("ix_seen_requests_at", "at"),
)
runs = Table(
    # Marks of committed runs, for whoever lost the connection while it committed; kept for minutes.
    "runs",
    metadata,
    Column("key", String(32), primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Index("ix_runs_at", "at"),
)
clock_steps = Table(
    # How far the clock was set, and when; what waits was moved by as much.
    "clock_steps",
    metadata,
    Column("id", Id, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("microseconds", BigInteger, nullable=False),
)
