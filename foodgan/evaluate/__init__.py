"""How good the pictures are, held against photos that the model has not seen."""
