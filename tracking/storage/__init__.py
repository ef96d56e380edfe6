"""Fixes as bytes: packed rows, day tracks, and frames opened from them."""
