"""A first partition: exact halves, METIS or tree cuts, and its repair."""
