"""Rounds: motion out of noisy fixes, presence, and what each round measures."""
