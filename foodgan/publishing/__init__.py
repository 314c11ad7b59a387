"""Models on their way to workers: measured, described, promoted, fetched."""
