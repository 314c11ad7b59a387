"""How much may be asked for at once. Plain numbers, quick to import."""

COUNT_MAX = 4
SEED_MAX = 2**31 - 1
SHARE_MAX = 100  # percent of the second dish in a mix
WEIGHT_MAX = 3  # of a word of a name; 1 as ever, 0 is unheard
WORDS_MAX = 8  # of an order that have a weight of their own
# Percent of the usual distance from the most usual dish, as a member may choose.
CALM, VERY_CALM = 70, 40
REQUEST_MAX = 24 * 1024 * 1024  # bytes of files in one message; Discord takes 25 MiB in all
