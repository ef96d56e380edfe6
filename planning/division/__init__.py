"""The division into grids: quotas, starts, searches, re-splits, redraws."""
