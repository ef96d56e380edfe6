"""From a day's fixes to its verdict, the evidence, and what is still to go."""
