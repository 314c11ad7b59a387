"""Orders of other kinds than `/dish`: mixes, and what the buttons under a picture ask for."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

COLUMNS = ("kind", "mix", "share", "variation")


def upgrade() -> None:
    kind = sa.Column("kind", sa.String(16), nullable=False, server_default="dish")
    op.add_column("orders", kind)
    op.add_column("orders", sa.Column("mix", sa.String(100)))
    op.add_column("orders", sa.Column("share", sa.Integer))
    op.add_column("orders", sa.Column("variation", sa.BigInteger))


def downgrade() -> None:
    # An earlier bot would have those that are open painted as plain dishes.
    op.execute(
        "UPDATE orders SET state = 'refused', token = NULL, ended_at = asked_at"
        " WHERE kind <> 'dish' AND ended_at IS NULL"
    )
    for column in reversed(COLUMNS):
        op.drop_column("orders", column)
