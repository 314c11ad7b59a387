"""The words of a photo's name, as the intake reads it."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("photos", sa.Column("words", sa.JSON))


def downgrade() -> None:
    op.drop_column("photos", "words")
