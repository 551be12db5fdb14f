"""Effects that were given up are counted at no cost."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

PARKED = sa.text("outcome = 'parked'")


def upgrade() -> None:
    op.create_index(
        "ix_effects_parked", "effects", ["lane"], sqlite_where=PARKED, postgresql_where=PARKED
    )


def downgrade() -> None:
    op.drop_index("ix_effects_parked", table_name="effects")
