"""Orders of dishes."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "orders",
        sa.Column("id", sa.String(8), nullable=False),
        sa.Column("guild_id", sa.BigInteger),
        sa.Column("channel_id", sa.BigInteger),
        sa.Column("member_id", sa.BigInteger, nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("count", sa.Integer, nullable=False),
        sa.Column("seed", sa.BigInteger, nullable=False),
        sa.Column("locale", sa.String(8), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("application_id", sa.BigInteger, nullable=False),
        sa.Column("token", sa.String),
        sa.Column("attachment_limit", sa.BigInteger, nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.Column("error_id", sa.String(8)),
        sa.PrimaryKeyConstraint("id", name="pk_orders"),
    )
    still_open = sa.text("ended_at IS NULL")
    op.create_index(
        "ix_orders_open",
        "orders",
        ["asked_at"],
        sqlite_where=still_open,
        postgresql_where=still_open,
    )
    op.create_index("ix_orders_member_id", "orders", ["member_id"])


def downgrade() -> None:
    op.drop_table("orders")
