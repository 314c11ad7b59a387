"""How a dish is to be made: weights of words, and how near to the usual."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("orders", sa.Column("weights", sa.JSON))
    op.add_column("orders", sa.Column("truncation", sa.Integer))


def downgrade() -> None:
    # An earlier bot would have them painted in the usual manner: that is what it can do.
    op.drop_column("orders", "truncation")
    op.drop_column("orders", "weights")
