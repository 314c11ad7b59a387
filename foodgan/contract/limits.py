"""How much may be asked for at once. Plain numbers, quick to import."""

COUNT_MAX = 4
SEED_MAX = 2**31 - 1
WEIGHT_MAX = 3  # of a word of a name; 1 as ever, 0 is unheard
