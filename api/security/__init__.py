"""Who is asking: passwords, tokens, tries, and what a page may do."""
