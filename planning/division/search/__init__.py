"""The annealed search that evens a partition out and cuts fewer borders."""
