"""Random faults against a whole house, and a count of what became of every order."""
