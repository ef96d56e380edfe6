"""The life of a case: states, roles, categories, deadlines."""
