"""Alembic's folder: one file a revision, each with its way back."""
