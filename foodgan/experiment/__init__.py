"""Generators against one another on Kondate-C: what is compared, how it is run, what came out."""
