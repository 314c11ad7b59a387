"""Where an errand was asked for; and drawings that have ended are kept no longer.

What a drawing was made from holds names that other members had ordered.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("errands", sa.Column("channel_id", sa.BigInteger))
    op.execute("DELETE FROM errands WHERE kind = 'drawing' AND ended_at IS NOT NULL")


def downgrade() -> None:
    op.drop_column("errands", "channel_id")
