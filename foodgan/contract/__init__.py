"""The ground floor: what bot, worker and painter agree on. Imports nothing heavy."""
