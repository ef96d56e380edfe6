"""The rule of a county as data, its seasons, and every reason it can give."""
