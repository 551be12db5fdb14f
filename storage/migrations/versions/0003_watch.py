"""What the auditor needs: counts beside the bodies, sums, canaries, and indexes of what ought not
to be there."""

import sqlalchemy as sa
from alembic import op

from storage import columns

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

ONLY = {
    "ix_incidents_waking": (
        "incidents",
        "state IN ('triggered', 'acknowledged') AND severity IN ('P0', 'P1')",
    ),
    "ix_alerts_adrift": ("alerts", "state = 'firing' AND incident IS NULL"),
    "ix_inbox_quarantined": ("inbox", "state = 'quarantined'"),
    "ix_effects_rings": ("effects", "kind = 'ring'"),
}


def upgrade() -> None:
    for name in ("told", "attached", "cleared"):
        op.add_column("inbox", sa.Column(name, sa.Integer(), nullable=True))
    op.create_table(
        "tallies",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_tallies")),
    )
    op.create_table(
        "canaries",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("sent_at", columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("stepped_at", columns.UtcDateTime(timezone=True), nullable=True),
        sa.Column("answered_at", columns.UtcDateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_canaries")),
    )
    _index("ix_canaries_away", "canaries", "sent_at", "answered_at IS NULL")
    for name, (table, only) in ONLY.items():
        _index(name, table, "id", only)
    op.create_index("ix_alerts_inbox", "alerts", ["inbox"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_alerts_inbox", table_name="alerts")
    for name, (table, _) in ONLY.items():
        op.drop_index(name, table_name=table)
    op.drop_table("canaries")
    op.drop_table("tallies")
    for name in ("cleared", "attached", "told"):
        op.drop_column("inbox", name)


def _index(name: str, table: str, column: str, only: str) -> None:
    where = sa.text(only)
    op.create_index(name, table, [column], unique=False, sqlite_where=where, postgresql_where=where)
