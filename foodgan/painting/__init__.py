"""From names and seeds to pictures."""
