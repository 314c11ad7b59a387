"""From a dish's name to tokens and vectors. Nothing is read before it is asked for."""
