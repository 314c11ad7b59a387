"""A stand-in for Discord on loopback: REST, gateway, a chat page. Nothing leaves the computer."""
