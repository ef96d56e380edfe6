"""Divide a territory into grids: arrays and frames in, a plan out."""
