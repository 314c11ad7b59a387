"""Training runs and the lessons that follow them."""
