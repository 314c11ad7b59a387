"""Talks to people. No torch, opens no picture, holds the only bot token."""
