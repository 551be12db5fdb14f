"""What people do to a rota in Slack: tours, leave, cover, swaps, shadows, calendars, notes."""

import sqlalchemy as sa
from alembic import op

from storage import columns

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def _id() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "cover_requests",
        sa.Column("id", _id(), nullable=False),
        sa.Column("rota", sa.Text(), nullable=False),
        sa.Column("slot", sa.Integer(), server_default="0", nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("start_at", columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("end_at", columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("made_at", columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("ended_at", columns.UtcDateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cover_requests")),
    )
    op.create_index(
        "ix_cover_requests_person", "cover_requests", ["person", "start_at"], unique=False
    )
    op.create_index(
        "ix_cover_requests_state", "cover_requests", ["state", "start_at"], unique=False
    )
    op.create_table(
        "feeds",
        sa.Column("id", _id(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("made_at", columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("revoked_at", columns.UtcDateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feeds")),
        sa.UniqueConstraint("hash", name=op.f("uq_feeds_hash")),
    )
    op.create_index("ix_feeds_subject", "feeds", ["kind", "subject"], unique=False)
    op.create_table(
        "gaps",
        sa.Column("id", _id(), nullable=False),
        sa.Column("rota", sa.Text(), nullable=False),
        sa.Column("tier", sa.Integer(), nullable=False),
        sa.Column("lack", sa.Text(), nullable=False),
        sa.Column("services", sa.Text(), nullable=False),
        sa.Column("people", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("start_at", columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("end_at", columns.UtcDateTime(timezone=True), nullable=True),
        sa.Column("found_at", columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("closed_at", columns.UtcDateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gaps")),
    )
    op.create_index("ix_gaps_closed", "gaps", ["closed_at"], unique=False)
    op.create_table(
        "handover_drafts",
        sa.Column("rota", sa.Text(), nullable=False),
        sa.Column("boundary", columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("outgoing", sa.Text(), nullable=True),
        sa.Column("incoming", sa.Text(), nullable=True),
        sa.Column("told_at", columns.UtcDateTime(timezone=True), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("note_by", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("rota", "boundary", name=op.f("pk_handover_drafts")),
    )
    op.create_table(
        "in_step",
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.Column("at", columns.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("what", name=op.f("pk_in_step")),
    )
    op.create_table(
        "leave_calendars",
        sa.Column("id", _id(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("address", sa.LargeBinary(), nullable=False),
        sa.Column("hint", sa.Text(), nullable=False),
        sa.Column("added_at", columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("added_by", sa.Text(), nullable=False),
        sa.Column("read_at", columns.UtcDateTime(timezone=True), nullable=True),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.Column("removed_at", columns.UtcDateTime(timezone=True), nullable=True),
        sa.Column("due_at", columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("found", columns.Json(none_as_null=True), nullable=True),
        sa.Column("confirmed_at", columns.UtcDateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_leave_calendars")),
    )
    op.create_index("ix_leave_calendars_person", "leave_calendars", ["person"], unique=False)
    op.create_table(
        "pager_tests",
        sa.Column("id", _id(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("asked_at", columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("answered_at", columns.UtcDateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pager_tests")),
    )
    op.create_index("ix_pager_tests_person", "pager_tests", ["person", "id"], unique=False)
    op.create_table(
        "pool_warnings",
        sa.Column("id", _id(), nullable=False),
        sa.Column("rota", sa.Text(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("falls_at", columns.UtcDateTime(timezone=True), nullable=True),
        sa.Column("made_at", columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("ended_at", columns.UtcDateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pool_warnings")),
    )
    op.create_index(
        "ix_pool_warnings_lasting",
        "pool_warnings",
        ["rota", "cause"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "pay_reports",
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("published_at", columns.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("month", name=op.f("pk_pay_reports")),
    )
    op.create_table(
        "pay_lines",
        sa.Column("id", _id(), nullable=False),
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("of_month", sa.String(length=7), nullable=False),
        sa.Column("rota", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=True),
        sa.Column("shifts", sa.Integer(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("amount", sa.Text(), nullable=False),
        sa.Column("rate", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("published_at", columns.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pay_lines")),
    )
    op.create_index("ix_pay_lines_month", "pay_lines", ["month"], unique=False)
    op.create_index("ix_pay_lines_of_month", "pay_lines", ["of_month"], unique=False)
    op.create_table(
        "proposals",
        sa.Column("id", _id(), nullable=False),
        sa.Column("rota", sa.Text(), nullable=False),
        sa.Column("facts", columns.Json(none_as_null=True), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("made_at", columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("answered_at", columns.UtcDateTime(timezone=True), nullable=True),
        sa.Column("answered_by", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposals")),
    )
    op.create_table(
        "shadows",
        sa.Column("id", _id(), nullable=False),
        sa.Column("rota", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("start_at", columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("end_at", columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("made_at", columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("withdrawn_at", columns.UtcDateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shadows")),
    )
    op.create_index("ix_shadows_rota", "shadows", ["rota", "end_at"], unique=False)
    op.create_table(
        "swaps",
        sa.Column("id", _id(), nullable=False),
        sa.Column("rota", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("with_person", sa.Text(), nullable=False),
        sa.Column("with_day", sa.Date(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("made_at", columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("answered_at", columns.UtcDateTime(timezone=True), nullable=True),
        sa.Column("answered_by", sa.Text(), nullable=True),
        sa.Column("undo_by", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_swaps")),
    )
    op.create_index("ix_swaps_state", "swaps", ["state"], unique=False)
    op.create_index("ix_swaps_person", "swaps", ["person"], unique=False)
    op.create_index("ix_swaps_with_person", "swaps", ["with_person"], unique=False)
    op.create_table(
        "tours",
        sa.Column("id", _id(), nullable=False),
        sa.Column("rota", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("starts", sa.Date(), nullable=False),
        sa.Column("weeks", sa.Integer(), nullable=False),
        sa.Column("office", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("made_at", columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("answered_at", columns.UtcDateTime(timezone=True), nullable=True),
        sa.Column("left_on", sa.Date(), nullable=True),
        sa.Column("left_at", columns.UtcDateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tours")),
        sa.UniqueConstraint("rota", "person", "starts", name=op.f("uq_tours_rota_person_starts")),
    )
    op.create_index("ix_tours_person", "tours", ["person"], unique=False)
    op.create_table(
        "cover_answers",
        sa.Column("request", _id(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("at", columns.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["request"], ["cover_requests.id"], name=op.f("fk_cover_answers_request_cover_requests")
        ),
        sa.PrimaryKeyConstraint("request", "person", name=op.f("pk_cover_answers")),
    )
    op.create_table(
        "leaves",
        sa.Column("id", _id(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("start_at", columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("end_at", columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("calendar", _id(), nullable=True),
        sa.Column("uid", sa.Text(), nullable=True),
        sa.Column("made_at", columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("withdrawn_at", columns.UtcDateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["calendar"], ["leave_calendars.id"], name=op.f("fk_leaves_calendar_leave_calendars")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_leaves")),
    )
    op.create_index("ix_leaves_calendar", "leaves", ["calendar"], unique=False)
    op.create_index("ix_leaves_person", "leaves", ["person", "end_at"], unique=False)
    op.add_column("overrides", sa.Column("withdrawn_by", sa.Text(), nullable=True))
    op.add_column("overrides", sa.Column("slot", sa.Integer(), server_default="0", nullable=False))
    op.add_column("overrides", sa.Column("of_person", sa.Text(), nullable=True))
    op.add_column("overrides", sa.Column("of_day", sa.Date(), nullable=True))
    op.add_column("overrides", sa.Column("request", _id(), nullable=True))
    op.add_column("overrides", sa.Column("swap", _id(), nullable=True))
    op.create_index("ix_overrides_request", "overrides", ["request"], unique=False)
    op.create_index("ix_overrides_swap", "overrides", ["swap"], unique=False)
    op.add_column(
        "escalations", sa.Column("boundary", columns.UtcDateTime(timezone=True), nullable=True)
    )
    op.create_index(
        "uq_escalations_offer",
        "escalations",
        ["incident", "boundary", "target"],
        unique=True,
        sqlite_where=sa.text("boundary IS NOT NULL"),
        postgresql_where=sa.text("boundary IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("uq_escalations_offer", table_name="escalations")
    op.drop_column("escalations", "boundary")
    op.drop_index("ix_overrides_swap", table_name="overrides")
    op.drop_index("ix_overrides_request", table_name="overrides")
    op.drop_column("overrides", "swap")
    op.drop_column("overrides", "request")
    op.drop_column("overrides", "of_day")
    op.drop_column("overrides", "of_person")
    op.drop_column("overrides", "slot")
    op.drop_column("overrides", "withdrawn_by")
    op.drop_index("ix_leaves_person", table_name="leaves")
    op.drop_index("ix_leaves_calendar", table_name="leaves")
    op.drop_table("leaves")
    op.drop_table("cover_answers")
    op.drop_index("ix_tours_person", table_name="tours")
    op.drop_table("tours")
    op.drop_index("ix_swaps_with_person", table_name="swaps")
    op.drop_index("ix_swaps_state", table_name="swaps")
    op.drop_index("ix_swaps_person", table_name="swaps")
    op.drop_table("swaps")
    op.drop_index("ix_shadows_rota", table_name="shadows")
    op.drop_table("shadows")
    op.drop_table("proposals")
    op.drop_index("ix_pool_warnings_lasting", table_name="pool_warnings")
    op.drop_table("pool_warnings")
    op.drop_index("ix_pay_lines_of_month", table_name="pay_lines")
    op.drop_index("ix_pay_lines_month", table_name="pay_lines")
    op.drop_table("pay_lines")
    op.drop_table("pay_reports")
    op.drop_index("ix_pager_tests_person", table_name="pager_tests")
    op.drop_table("pager_tests")
    op.drop_index("ix_leave_calendars_person", table_name="leave_calendars")
    op.drop_table("leave_calendars")
    op.drop_table("handover_drafts")
    op.drop_table("in_step")
    op.drop_index("ix_gaps_closed", table_name="gaps")
    op.drop_table("gaps")
    op.drop_index("ix_feeds_subject", table_name="feeds")
    op.drop_table("feeds")
    op.drop_index("ix_cover_requests_state", table_name="cover_requests")
    op.drop_index("ix_cover_requests_person", table_name="cover_requests")
    op.drop_table("cover_requests")
