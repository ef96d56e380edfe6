"""How many grids each region gets, and what that proves of the largest deviation."""
