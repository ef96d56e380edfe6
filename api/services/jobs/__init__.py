"""Long work as its askers see it, and the order that its process is given."""
