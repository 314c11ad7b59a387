"""`foodgan up`: Valkey, sandbox, bot and workers on one machine, under supervisord.

Everything is a subprocess: foodgan imports neither bot nor worker.
"""
