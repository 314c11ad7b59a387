"""One training step: its configuration, what it sees, how it paints, what it is graded by."""
