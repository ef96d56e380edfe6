"""Grids that stay outside the band are divided anew with those around them."""
