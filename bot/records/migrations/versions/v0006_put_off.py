"""Even votes that an operator has put off, although one of them is the operator's own."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("votes", sa.Column("put_off_at", sa.DateTime(timezone=True)))


def downgrade() -> None:
    op.drop_column("votes", "put_off_at")
