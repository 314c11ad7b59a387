"""Which catalogue was learned from. Of what was learned before nobody knows: it is learned anew."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("errands", sa.Column("catalogue", sa.String(64)))


def downgrade() -> None:
    op.drop_column("errands", "catalogue")
