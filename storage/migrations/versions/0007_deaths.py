"""How often a process died while it was saying an effect is counted apart from failed tries."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("effects", sa.Column("deaths", sa.Integer(), server_default="0", nullable=False))


def downgrade() -> None:
    op.drop_column("effects", "deaths")
