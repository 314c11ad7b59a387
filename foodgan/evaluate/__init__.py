"""Models held against photos that they have not seen, and the pages that say how they did."""
