"""How a process treats the machine that it runs on."""
