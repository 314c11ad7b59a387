"""What operators do at the command line: back-ups, removals, the doctor's questions."""
