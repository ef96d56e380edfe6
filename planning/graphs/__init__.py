"""The graph of units, and the compiled pieces that every search over it needs."""
