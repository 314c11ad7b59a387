"""The commands: check, defer, hand on."""
