"""The demos that replay a source article."""
