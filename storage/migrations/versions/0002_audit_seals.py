"""The audit log refuses changes, and is sealed in numbered batches; processes tell their keys.

The triggers belong to the tables: a later revision that rebuilds one of them (a batch on SQLite)
has to make its trigger again.
"""

import sqlalchemy as sa
from alembic import op

from storage import columns

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

APPEND_ONLY = ("audit", "audit_seals")


def upgrade() -> None:
    op.create_index("ix_audit_by", "audit", ["by", "at"], unique=False)
    op.create_table(
        "audit_seals",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("first_id", _id(), nullable=False),
        sa.Column("last_id", _id(), nullable=False),
        sa.Column("marks", columns.Json(none_as_null=True), nullable=False),
        sa.Column("previous", sa.String(64), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("at", columns.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_audit_seals")),
        sa.UniqueConstraint("first_id", name=op.f("uq_audit_seals_first_id")),
    )
    op.create_table(
        "key_holders",
        sa.Column("process", sa.Text(), nullable=False),
        sa.Column("marks", columns.Json(none_as_null=True), nullable=False),
        sa.Column("seen_at", columns.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("process", name=op.f("pk_key_holders")),
    )
    _refuse_changes()


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION baton_append_only() CASCADE")
    else:
        for when in ("update", "delete"):
            op.execute(f"DROP TRIGGER audit_no_{when}")
    op.drop_table("key_holders")
    op.drop_table("audit_seals")
    op.drop_index("ix_audit_by", table_name="audit")


def _id() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _refuse_changes() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION baton_append_only() RETURNS trigger LANGUAGE plpgsql AS $$"
            " BEGIN RAISE EXCEPTION '% takes no changes, only new rows', TG_TABLE_NAME; END $$"
        )
    for table in APPEND_ONLY:
        if op.get_bind().dialect.name == "postgresql":
            op.execute(
                f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE"
                f" ON {table} FOR EACH STATEMENT EXECUTE FUNCTION baton_append_only()"
            )
            continue
        for when in ("update", "delete"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{when} BEFORE {when.upper()} ON {table}"
                f" BEGIN SELECT RAISE(ABORT, '{table} takes no changes, only new rows'); END"
            )
