"""Effects that an older Baton did not understand are found by the newer one at no cost."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

LEFT = sa.text("outcome = 'left'")


def upgrade() -> None:
    op.create_index("ix_effects_left", "effects", ["id"], sqlite_where=LEFT, postgresql_where=LEFT)


def downgrade() -> None:
    op.drop_index("ix_effects_left", table_name="effects")
