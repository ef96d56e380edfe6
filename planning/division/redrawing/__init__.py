"""A published plan is brought back into its band, for few people."""
