"""Contributed photos: consents, votes, audit, graves, and the operators' lists."""

from datetime import datetime

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

STILL_OPEN = sa.text("ended_at IS NULL")
KNOWN = sa.text("state IN ('taken', 'accepted', 'rejected')")
TABLES = (
    "errands",
    "leaders",
    "blocked_words",
    "bans",
    "graves",
    "audit",
    "votes",
    "photos",
    "submissions",
    "consents",
)


def upgrade() -> None:
    _contributions()
    _photos()
    _reviews()
    _lists()
    _errands()


def downgrade() -> None:
    for table in TABLES:
        op.drop_table(table)


def _time(name: str, nullable: bool = True) -> sa.Column[datetime]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _contributions() -> None:
    op.create_table(
        "consents",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("member_id", sa.BigInteger, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("licence", sa.String(16), nullable=False),
        sa.Column("credit_choice", sa.String(16), nullable=False),
        sa.Column("credit", sa.String(100), nullable=False),
        sa.Column("locale", sa.String(8), nullable=False),
        _time("given_at", nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_consents"),
    )
    op.create_index("ix_consents_member_id", "consents", ["member_id", "id"])
    op.create_table(
        "submissions",
        sa.Column("id", sa.String(8), nullable=False),
        sa.Column("member_id", sa.BigInteger, nullable=False),
        sa.Column("guild_id", sa.BigInteger),
        sa.Column("channel_id", sa.BigInteger),
        sa.Column("locale", sa.String(8), nullable=False),
        sa.Column("name", sa.String(100)),
        sa.Column("credit_choice", sa.String(16), nullable=False),
        sa.Column("application_id", sa.BigInteger, nullable=False),
        sa.Column("token", sa.String),
        _time("asked_at", nullable=False),
        _time("ended_at"),
        sa.PrimaryKeyConstraint("id", name="pk_submissions"),
    )
    _index_open("submissions")


def _photos() -> None:
    op.create_table(
        "photos",
        sa.Column("id", sa.String(8), nullable=False),
        sa.Column("submission_id", sa.String(8)),
        sa.Column("member_id", sa.BigInteger, nullable=False),
        sa.Column("channel_id", sa.BigInteger),
        sa.Column("locale", sa.String(8), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("filename", sa.String(256), nullable=False),
        sa.Column("url", sa.String),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("licence", sa.String(16)),
        sa.Column("sha256", sa.String(64)),
        sa.Column("original_sha256", sa.String(64)),
        sa.Column("perceptual_hash", sa.String(16)),
        sa.Column("width", sa.Integer),
        sa.Column("height", sa.Integer),
        sa.Column("size", sa.BigInteger),
        sa.Column("hints", sa.String(100), nullable=False),
        sa.Column("refusal", sa.String(100)),
        sa.Column("refusal_values", sa.String),
        sa.Column("escalated", sa.Boolean, nullable=False),
        sa.Column("reason", sa.String(32)),
        sa.Column("settled_by", sa.BigInteger),
        _time("submitted_at", nullable=False),
        _time("taken_at"),
        _time("decided_at"),
        _time("told_at"),
        _time("bytes_gone_at"),
        sa.PrimaryKeyConstraint("id", name="pk_photos"),
        sa.ForeignKeyConstraint(
            ["submission_id"],
            ["submissions.id"],
            name="fk_photos_submission_id_submissions",
            ondelete="SET NULL",
        ),
    )
    op.create_index(
        "uq_photos_known_sha256",
        "photos",
        ["sha256"],
        unique=True,
        sqlite_where=KNOWN,
        postgresql_where=KNOWN,
    )
    op.create_index(
        "ix_photos_line", "photos", ["state", "escalated", "taken_at", "id", "member_id"]
    )
    op.create_index("ix_photos_member_id", "photos", ["member_id", "submitted_at"])
    op.create_index("ix_photos_submission_id", "photos", ["submission_id"])
    op.create_index("ix_photos_decided_at", "photos", ["state", "decided_at"])


def _reviews() -> None:
    op.create_table(
        "votes",
        sa.Column("photo_id", sa.String(8), nullable=False),
        sa.Column("reviewer_id", sa.BigInteger, nullable=False),
        sa.Column("verdict", sa.String(8), nullable=False),
        sa.Column("reason", sa.String(32)),
        _time("at", nullable=False),
        sa.PrimaryKeyConstraint("photo_id", "reviewer_id", name="pk_votes"),
        sa.ForeignKeyConstraint(
            ["photo_id"], ["photos.id"], name="fk_votes_photo_id_photos", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_votes_reviewer_id", "votes", ["reviewer_id", "at"])
    op.create_table(
        "audit",
        sa.Column("id", sa.Integer, nullable=False),
        _time("at", nullable=False),
        sa.Column("actor_id", sa.BigInteger),
        sa.Column("action", sa.String(32), nullable=False),
        sa.Column("photo_id", sa.String(8)),
        sa.Column("detail", sa.String(200), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit"),
    )
    op.create_index("ix_audit_photo_id", "audit", ["photo_id"])
    op.create_index("ix_audit_at", "audit", ["at"])
    op.create_table(
        "graves",
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("original_sha256", sa.String(64), nullable=False),
        _time("buried_at", nullable=False),
        _time("purged_at"),
        sa.PrimaryKeyConstraint("sha256", name="pk_graves"),
    )
    op.create_index("ix_graves_original_sha256", "graves", ["original_sha256"])


def _lists() -> None:
    op.create_table(
        "bans",
        sa.Column("member_id", sa.BigInteger, nullable=False, autoincrement=False),
        sa.Column("by_id", sa.BigInteger, nullable=False),
        sa.Column("reason", sa.String(200), nullable=False),
        _time("at", nullable=False),
        sa.PrimaryKeyConstraint("member_id", name="pk_bans"),
    )
    op.create_table(
        "blocked_words",
        sa.Column("word", sa.String(100), nullable=False),
        sa.Column("by_id", sa.BigInteger, nullable=False),
        _time("at", nullable=False),
        sa.PrimaryKeyConstraint("word", name="pk_blocked_words"),
    )
    op.create_table(
        "leaders",
        sa.Column("member_id", sa.BigInteger, nullable=False, autoincrement=False),
        _time("joined_at", nullable=False),
        sa.PrimaryKeyConstraint("member_id", name="pk_leaders"),
    )


def _errands() -> None:
    op.create_table(
        "errands",
        sa.Column("id", sa.String(8), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("member_id", sa.BigInteger, nullable=False),
        sa.Column("locale", sa.String(8), nullable=False),
        sa.Column("application_id", sa.BigInteger, nullable=False),
        sa.Column("token", sa.String),
        sa.Column("payload", sa.String, nullable=False),
        sa.Column("result", sa.String),
        _time("asked_at", nullable=False),
        _time("ended_at"),
        sa.PrimaryKeyConstraint("id", name="pk_errands"),
    )
    _index_open("errands")


def _index_open(table: str) -> None:
    op.create_index(
        f"ix_{table}_open",
        table,
        ["asked_at"],
        sqlite_where=STILL_OPEN,
        postgresql_where=STILL_OPEN,
    )
