"""Hazards and other cases: taken in, taken on step by step, with photos and voices."""
